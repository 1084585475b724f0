"""The page of a batch: what it counts, when it stops asking, who may do what."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.batches import queries
from dashboard.clock import now
from dashboard.db import Batch, Dataset, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.page.time_up import NOBODY
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user
from tests.page import PageClient, words_of

EVIL = "<script>alert(1)</script>\"'"


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def make_batch(owner: User, jobs: int, name: str = "grid") -> Batch:
    with writing() as session:
        batch = Batch(owner_id=owner.id, name=name, n_jobs=jobs)
        session.add(batch)
    return batch


def fill(owner: User, dataset: Dataset, **amounts: int) -> Batch:
    """Make a batch with so many jobs of each state."""
    batch = make_batch(owner, sum(amounts.values()))
    for state, amount in amounts.items():
        for n in range(amount):
            more: dict[str, Any] = {
                "batch_id": batch.id,
                "dataset": dataset,
                "name": f"{state} {n}",
            }
            if state == "succeeded":
                make_succeeded_job(owner, score=0.8 + n / 100, **more)
            else:
                make_job(owner, state=state, **more)
    return batch


def test_page_counts_by_state_and_names_the_best(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    make_succeeded_job(member, dataset=dataset, score=0.99)
    batch = fill(member, dataset, queued=3, running=1, succeeded=2, failed=1, cancelled=1)
    page = pages.get(f"/batches/{batch.id}")
    assert "4 of 8 jobs done" in page.text
    assert page.find(".state-bar")["aria-label"] == (
        "2 succeeded, 1 failed, 1 cancelled, 1 running, 3 queued"
    )
    assert "Best so far: ROC AUC 0.810 ± 0.004 succeeded 1" in page.text
    assert "Validation: 5 folds, stratified" in page.text
    assert page.find("#batch-live")["hx-trigger"] == "every 3s"
    assert page.find("#jobs-live")["hx-trigger"] == "every 3s"
    assert len(page.select("tr[data-job-id]")) == 8
    asked = pages.get(str(page.find("a.btn-danger")["href"]))
    assert asked.title == "Stop 4 jobs that are not over of grid? - Trainyard"
    assert "Jobs that are stopped can be run again" in asked.text
    bar = [(float(r["x"]), float(r["width"])) for r in page.select(".state-bar rect")]  # type: ignore[arg-type]
    assert sum(width for _, width in bar) == pytest.approx(1)
    assert bar[1][0] == pytest.approx(bar[0][1])


def test_rows_do_not_repeat_the_name_above_them(pages: PageClient, member: User) -> None:
    batch = make_batch(member, 2, name="mine")
    own, other = (
        make_job(member, batch_id=batch.id, name=name) for name in ("mine, ridge", "minefield")
    )
    page = pages.get(f"/batches/{batch.id}")
    names = {
        row["id"]: words_of(row.select("a.strong")[0]) for row in page.select("tr[data-job-id]")
    }
    assert names[f"job-{own.id}"] == f"#{own.id} ridge"
    assert names[f"job-{other.id}"] == "minefield"


def test_what_counts_the_rows_comes_with_them_in_any_order(
    pages: PageClient, member: User
) -> None:
    batch = fill(member, make_dataset(member), queued=3, succeeded=1)
    page = pages.get(f"/batches/{batch.id}?sort=-score")
    assert page.find("#jobs-live")["hx-trigger"] == "every 3s"
    assert [words_of(found) for found in page.select(".pager > span:first-child")] == [
        "1\u20134 of 4 jobs"
    ]
    assert page.select("#jobs-live .pager")
    assert page.select("#page-jump")
    make_job(member, batch_id=batch.id, name="late")
    live = pages.live(f"/_live/batches/{batch.id}?sort=-score").get_data(as_text=True)
    assert "of 5 jobs" in live


def test_only_jobs_of_a_state_are_shown_when_asked(pages: PageClient, member: User) -> None:
    batch = fill(member, make_dataset(member), queued=2, failed=1)
    page = pages.get(f"/batches/{batch.id}?state=failed")
    assert [row["data-state"] for row in page.select("tr[data-job-id]")] == ["failed"]
    assert "Only jobs that are failed. Show all 3" in page.text
    assert "No job matches" in pages.get(f"/batches/{batch.id}?state=lost").text
    sorting = pages.live(f"/_live/batches/{batch.id}?sort=name").get_data(as_text=True)
    assert f'href="/batches/{batch.id}?sort=-name"' in sorting
    links = pages.get(f"/jobs?batch_id={batch.id}")
    assert links.find(f'a[href="/batches/{batch.id}"]')
    assert len(links.select("tr[data-job-id]")) == 3
    job = pages.get(f"/jobs/{db.session.query(Job.id).first()[0]}")  # type: ignore[index]
    assert job.find(f'.facts a[href="/batches/{batch.id}"]')


def test_page_of_a_batch_that_is_over_asks_no_more(pages: PageClient, member: User) -> None:
    batch = fill(member, make_dataset(member), succeeded=2, failed=1)
    page = pages.get(f"/batches/{batch.id}")
    assert not page.select("[data-live]:not(#queue-pill)")
    assert not page.select(f'a[href="/batches/{batch.id}/cancel"]')
    assert page.find("[data-announce]")["data-announce"] == "grid: 2 succeeded, 1 failed"
    page = pages.follow(pages.sure(f"/batches/{batch.id}/cancel"))
    assert page.select(f'form[action="/batches/{batch.id}/retry"]')


def test_what_nobody_cancelled_is_counted_by_its_own_word(pages: PageClient, member: User) -> None:
    batch = fill(member, make_dataset(member), succeeded=1, cancelled=4)
    untried, cut, *_ = db.session.scalars(select(Job).where(Job.state == "cancelled")).all()
    with writing() as session:
        for job in (untried, cut):
            session.get_one(Job, job.id).stopped_by = NOBODY
        session.get_one(Job, cut.id).started_at = now()
    page = pages.get(f"/batches/{batch.id}")
    words = " ".join(page.select(".state-words")[0].text.split())
    assert words == "Succeeded 1 Cancelled 2 Skipped 2"
    label = page.select("svg.state-bar")[0]["aria-label"]
    assert label == "1 succeeded, 2 cancelled, 2 skipped"


def test_lower_is_better_where_the_metric_says_so(app: Flask, member: User) -> None:
    batch = make_batch(member, 2)
    dataset = make_dataset(member)
    for score in (3.0, 2.0):
        make_succeeded_job(member, dataset=dataset, score=score, batch_id=batch.id,
                           metric="rmse", task="regression")  # fmt: skip
    best = queries.summarise(batch).best
    assert best is not None
    assert best.score == 2.0


def test_deleted_jobs_are_counted_as_such(pages: PageClient, member: User) -> None:
    batch = fill(member, make_dataset(member), cancelled=2)
    ids = [job.id for job in db.session.query(Job).all()]
    pages.sure(f"/jobs/{ids[0]}/delete")
    assert "1 of 1 job done, 1 deleted" in pages.get(f"/batches/{batch.id}").text
    pages.sure(f"/jobs/{ids[1]}/delete")
    page = pages.get(f"/batches/{batch.id}")
    assert "Every job of this batch was deleted" in page.text
    pages.live(f"/_live/batches/{batch.id}")


def test_others_look_but_neither_stop_nor_start(app: Flask, viewer: User, member: User) -> None:
    batch = fill(make_user(), make_dataset(), queued=1, failed=1)
    for user in (viewer, member):
        pages = PageClient(app, user)
        page = pages.get(f"/batches/{batch.id}")
        assert not page.select("form[action^='/batches/']:not([data-notify])")
        pages.post(f"/batches/{batch.id}/cancel", status=403)
        pages.post(f"/batches/{batch.id}/retry", status=403)
    admin = PageClient(app, make_user(role="admin"))
    again = admin.follow(admin.post(f"/batches/{batch.id}/retry", status=303))
    assert "1 job waits again" in again.soup.get_text()
    done = admin.follow(admin.sure(f"/batches/{batch.id}/cancel"))
    assert "2 jobs are cancelled" in done.soup.get_text()


def test_who_was_a_member_sees_no_button_that_is_refused(app: Flask, viewer: User) -> None:
    batch = fill(viewer, make_dataset(viewer), queued=1, failed=1)
    page = PageClient(app, viewer).get(f"/batches/{batch.id}")
    assert not page.select("form[action^='/batches/']:not([data-notify])")


def test_unknown_batch_is_not_found_in_words(pages: PageClient) -> None:
    for path in ("/batches/77", "/_live/batches/77", "/_live/batches/77/progress"):
        response = pages.http.get(path)
        assert response.status_code == 404
    assert "There is no batch #77" in pages.get("/batches/77", status=404).text
    pages.get(f"/batches/{'9' * 25}", status=404)


def test_names_are_shown_as_text(pages: PageClient, member: User) -> None:
    batch = make_batch(member, 1, name=EVIL)
    make_job(member, batch_id=batch.id, name=EVIL)
    page = pages.get(f"/batches/{batch.id}")
    assert EVIL in page.text
    assert pages.live(f"/_live/batches/{batch.id}/progress").status_code == 200


def test_the_pages_of_a_large_batch_hold_each_job_once(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    batch = make_batch(member, 450)
    with writing() as session:
        for n in range(450):
            session.add(
                Job(name=f"j{n}", owner_id=member.id, dataset_id=dataset.id, target="churned",
                    task="classification", estimator="GaussianNB", metric="roc_auc",
                    batch_id=batch.id)
            )  # fmt: skip
    seen: list[str] = []
    for number, amount in ((1, 200), (2, 200), (3, 50)):
        page = pages.get(f"/batches/{batch.id}?per=200&page={number}")
        rows = page.select("tr[data-job-id]")
        assert len(rows) == amount
        seen += [row["id"] for row in rows]
    assert len(set(seen)) == 450
    first = pages.get(f"/batches/{batch.id}")
    assert len(first.select("tr[data-job-id]")) == 50
    assert "In progress, the first 25" in first.text
    assert "Finished" not in first.find("#jobs-live").get_text()


def test_what_a_large_batch_has_is_kept_for_a_moment(
    pages: PageClient, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MANY", 3)
    small, large = (fill(member, make_dataset(member), queued=n) for n in (2, 3))
    for batch in (small, large):
        pages.get(f"/batches/{batch.id}")
        with writing() as session:
            job = session.scalars(select(Job).where(Job.batch_id == batch.id)).first()
            assert job
            job.state, job.finished_at = "failed", now()
    assert "1 of 2 jobs done" in pages.get(f"/batches/{small.id}").text
    assert "0 of 3 jobs done" in pages.get(f"/batches/{large.id}").text
    with writing() as session:  # a step of its plan is seen at once
        session.get_one(Batch, large.id).plan_step += 1
    assert "1 of 3 jobs done" in pages.get(f"/batches/{large.id}").text


@pytest.mark.usefixtures("no_broker")
def test_that_a_large_batch_goes_on_again_is_seen_at_once(
    pages: PageClient, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MANY", 3)
    batch = fill(member, make_dataset(member), failed=3)
    assert "Run 3 failed again" in pages.get(f"/batches/{batch.id}").text
    pages.post(f"/batches/{batch.id}/retry", {}, status=303)
    assert "Run 3 failed again" not in pages.get(f"/batches/{batch.id}").text
