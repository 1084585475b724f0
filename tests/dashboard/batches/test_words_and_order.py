"""Jobs of a batch: one word for each end on every page, figures that add up, and their order."""

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from dashboard.jobs.page.time_up import NOBODY
from tests.factories import make_dataset, make_job, make_succeeded_job
from tests.page import PageClient, words_of

PLAN = {"kind": "several", "time_limit_s": 60, "slots": 1, "name": "x", "task": "classification"}


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def make_batch(owner: User, n_jobs: int, **values: object) -> Batch:
    with writing() as session:
        batch = Batch(owner_id=owner.id, name="grid", n_jobs=n_jobs, **values)
        session.add(batch)
    return batch


def end_by_time(job: Job, *, started: bool) -> None:
    with writing() as session:
        found = session.get_one(Job, job.id)
        found.stopped_by, found.started_at = NOBODY, now() if started else None


def make_ended(owner: User) -> tuple[Batch, list[Job]]:
    """Make a batch: two were skipped, one of them while it ran, one was cancelled by hand."""
    batch, dataset = make_batch(owner, 3), make_dataset(owner)
    jobs = [make_job(owner, state="cancelled", batch_id=batch.id, dataset=dataset, name=name,
                     finished_at=now())
            for name in ("late", "cut", "dropped")]  # fmt: skip
    end_by_time(jobs[0], started=False)
    end_by_time(jobs[1], started=True)
    return batch, jobs


def badges(page: object) -> list[str]:
    return [words_of(badge) for badge in page.select(".status")]  # type: ignore[attr-defined]


def test_each_part_of_a_batch_leads_to_its_own_jobs(pages: PageClient, member: User) -> None:
    batch, _ = make_ended(member)
    links = pages.get(f"/batches/{batch.id}").select(".state-words a")
    found = {}
    for link in links:
        page = pages.get(str(link["href"]))
        found[words_of(link)] = (
            words_of(page.select(".list-note span")[0]).split(".")[0],
            [words_of(row.select("td.main a")[0]) for row in page.select("tr[data-job-id]")],
            words_of(page.select(".pager")[0]) if page.select(".pager") else "",
        )
    assert {name: (said, names) for name, (said, names, _) in found.items()} == {
        "Cancelled 1": ("Only jobs that are cancelled", ["dropped"]),
        "Skipped 2": ("Only jobs that are skipped", ["cut", "late"]),
    }
    pagers = {name: pager for name, (_, _, pager) in found.items()}
    assert "1 of 1" in pagers["Cancelled 1"]
    assert "2 of 2" in pagers["Skipped 2"]


def test_comparison_and_overview_use_the_words_of_the_list(
    pages: PageClient, member: User
) -> None:
    _, jobs = make_ended(member)
    late, cut, dropped = jobs
    page = pages.get(f"/compare?jobs={late.id},{cut.id},{dropped.id}")
    heads = [words_of(one) for one in page.select("th[data-job-id] .status")]
    assert heads == ["Skipped", "Skipped", "Cancelled"]
    recent = pages.get("/").select("#recent")[0]
    assert sorted(badges(recent)) == ["Cancelled", "Skipped", "Skipped"]
    told = pages.get(f"/jobs/{late.id}").select("[data-title]")[0]
    assert told["data-title"] == "Skipped late"


def test_figures_of_trying_several_add_up(pages: PageClient, member: User) -> None:
    batch, dataset = make_batch(member, 6, plan=PLAN, plan_state="going"), make_dataset(member)
    more = {"dataset": dataset, "batch_id": batch.id}
    for score in (0.7, 0.8):
        make_succeeded_job(member, score=score, score_only=True, **more)
    make_succeeded_job(member, score=0.8, **more)
    make_job(member, state="running", score_only=True, **more)
    end_by_time(make_job(member, state="cancelled", score_only=True, **more), started=False)
    page = pages.get(f"/batches/{batch.id}")
    said = words_of(page.select(".batch-now .percent")[0])
    assert said == (
        "6 jobs so far: 2 scored, 1 fitted on all rows, 1 skipped, 1 running, 1 deleted"
    )


def test_while_several_are_tried_what_runs_stands_first(pages: PageClient, member: User) -> None:
    batch, dataset = make_batch(member, 4, plan=PLAN, plan_state="going"), make_dataset(member)
    more = {"dataset": dataset, "batch_id": batch.id, "score_only": True}
    make_succeeded_job(member, score=0.7, name="good", **more)
    make_succeeded_job(member, score=0.8, name="better", **more)
    make_job(member, state="running", name="runs", **more)
    make_job(member, state="queued", name="waits", **more)
    page = pages.get(f"/batches/{batch.id}")
    assert names_of(page) == ["runs", "better", "good", "waits"]
    assert [words_of(one) for one in page.select("tr.group")] == ["In progress, 1", "Others"]
    chosen = pages.get(f"/batches/{batch.id}?sort=-score")
    assert names_of(chosen) == ["better", "good", "waits", "runs"]


def test_a_batch_that_is_over_is_listed_by_score(pages: PageClient, member: User) -> None:
    batch, dataset = make_batch(member, 3), make_dataset(member)
    for name, score in (("best", 0.9), ("worst", 0.7), ("middle", 0.8)):
        make_succeeded_job(member, score=score, name=name, dataset=dataset, batch_id=batch.id)
    assert names_of(pages.get(f"/batches/{batch.id}")) == ["best", "middle", "worst"]
    chosen = pages.get(f"/batches/{batch.id}?sort=-submitted")
    assert names_of(chosen) == ["middle", "worst", "best"]
    make_job(member, state="queued", name="waits", dataset=dataset, batch_id=batch.id)
    assert names_of(pages.get(f"/batches/{batch.id}"))[0] == "waits"


def names_of(page: object) -> list[str]:
    rows = page.select("tr[data-job-id]")  # type: ignore[attr-defined]
    return [words_of(row.select("td.main a")[0]) for row in rows]


@pytest.mark.parametrize(("score", "trophies", "said"), [(0.48, 0, True), (0.9, 1, False)])
def test_what_does_not_beat_a_guess_has_won_nothing(
    pages: PageClient, member: User, score: float, trophies: int, said: bool
) -> None:
    batch = make_batch(member, 1)
    details = {"baselines": {"dummy": {"roc_auc": {"mean": 0.5, "std": 0.0}}}}
    make_succeeded_job(dataset=make_dataset(member), score=score, batch_id=batch.id,
                       details=details)  # fmt: skip
    line = pages.get(f"/batches/{batch.id}").select(".batch-best")[0]
    assert len(line.select("svg")) == trophies
    assert ("guessing" in words_of(line)) == said


def test_what_was_scored_on_some_folds_is_said_to_be_stopped_early(
    pages: PageClient, member: User
) -> None:
    batch = make_batch(member, 1)
    make_succeeded_job(dataset=make_dataset(member), batch_id=batch.id, partial=True)
    rows = pages.get(f"/batches/{batch.id}").select("tr[data-job-id]")
    assert [badges(row) for row in rows] == [["Stopped early"]]


def test_what_waits_stands_in_the_order_in_which_it_starts(
    pages: PageClient, member: User
) -> None:
    batch, dataset = make_batch(member, 5), make_dataset(member)
    of_batch = {"batch_id": batch.id, "dataset": dataset, "score_only": True}
    for name in ("first", "second", "third"):
        make_job(member, name=name, **of_batch)
    make_job(member, name="broken", state="failed", finished_at=now(), **of_batch)
    make_succeeded_job(member, name="scored", **of_batch)
    rows = pages.get(f"/batches/{batch.id}?sort=-score").select("tr[data-job-id] td.main a")
    assert [words_of(row) for row in rows] == ["scored", "first", "second", "third", "broken"]


def test_a_badge_looks_cancelled_only_where_somebody_cancelled(
    pages: PageClient, member: User
) -> None:
    batch, _ = make_ended(member)
    shown = pages.get(f"/batches/{batch.id}").select("td .status")
    assert {words_of(one): one["data-state"] for one in shown} == {
        "Skipped": "skipped", "Cancelled": "cancelled",
    }  # fmt: skip
