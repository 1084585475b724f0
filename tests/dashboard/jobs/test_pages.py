"""Pages of jobs, datasets, models, compare and queue: every state opens, nobody does too much."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.clock import now
from dashboard.db import Dataset, Job, JobAttempt, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from tasks.engine.folds.usual import default_validation
from tests.factories import (
    COLUMNS,
    make_dataset,
    make_job,
    make_model,
    make_succeeded_job,
    make_user,
)
from tests.page import PageClient, words_of

EVIL = "<script>alert(1)</script>\"'"


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "queued"},
        {"state": "running", "started_at": now(), "progress": 0.4, "stage": "fit",
         "message": "Fitting fold 2 of 5", "heartbeat_at": now(), "attempt": 1},
        {"state": "cancelling", "started_at": now(), "stage": "fit"},
        {"state": "cancelled", "message": "Cancelled by Ana"},
        {"state": "failed", "stage": "prepare",
         "failure": {"code": "X", "message": EVIL, "hint": "h", "traceback": EVIL}},
        {"state": "lost", "failure": {"code": "LOST", "message": "gone", "hint": "again"}},
    ],
)  # fmt: skip
def test_job_page_opens_in_every_state(
    changes: dict[str, object], pages: PageClient, member: User
) -> None:
    job = make_job(member, name=f"job {EVIL}", **changes)
    page = pages.get(f"/jobs/{job.id}")
    assert EVIL in page.text
    assert pages.live(f"/_live/jobs/{job.id}").status_code == 200
    assert pages.get("/jobs").find(f"#job-{job.id}")["data-state"] == changes["state"]
    pages.get("/queue")
    pages.get("/")


def test_finished_job_shows_its_score_and_can_be_compared(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    jobs = [make_succeeded_job(member, dataset=dataset, score=s) for s in (0.81, 0.84)]
    assert "0.810" in pages.get(f"/jobs/{jobs[0].id}").text
    page = pages.get(f"/compare?jobs={jobs[0].id},{jobs[1].id}")
    assert "Same rows, same folds" in page.text
    other = make_succeeded_job(member, dataset=dataset, split_hash="f" * 64)
    page = pages.get(f"/compare?jobs={jobs[0].id},{other.id}")
    assert "different folds" in page.text
    assert "Add at least one more job" in pages.get(f"/compare?jobs={jobs[0].id}").text


def test_the_log_of_a_failure_comes_first(pages: PageClient, member: User) -> None:
    failure = {"code": "UNKNOWN", "message": "odd", "hint": ""}
    for state, told, comes_first in (("failed", failure, True), ("cancelled", None, False)):
        job = make_job(member, state=state, failure=told, started_at=now(), finished_at=now())
        html = pages.get(f"/jobs/{job.id}").html
        chart = 'id="chart-usage"' if comes_first else 'id="chart-folds"'
        assert (html.index('id="log-card"') < html.index(chart)) is comes_first
        assert ('id="chart-folds"' in html) is not comes_first  # no fold was finished


def test_form_keeps_what_was_typed_and_names_the_field(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    url = f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    bad = {"parameters.C": "-4", "validation.folds": "many", "name": "mine"}
    page = pages.submit(pages.get(url), bad, form="#job-form", status=422)
    assert set(page.errors) == {"parameters.C", "validation.folds"}
    assert page.find('[name="parameters.C"]')["value"] == "-4"
    assert page.find('[name="name"]')["value"] == "mine"
    assert db.session.query(Job).count() == 0


@pytest.mark.sampled(3)
@pytest.mark.parametrize("minutes", ["-5", "0", "0.001", "0,5", "nan", "1e9", "166667"])
def test_form_speaks_of_limits_in_the_units_that_are_typed(
    minutes: str, pages: PageClient, member: User
) -> None:
    page = pages.get(f"/jobs/new?dataset_id={make_dataset(member).id}&target=churned")
    typed = {"time_limit_min": minutes, "memory_limit_mb": "0"}
    page = pages.submit(page, typed, form="#job-form", status=422)
    assert set(page.errors) == set(typed)
    assert "a number of minutes from 0.02" in page.errors["time_limit_min"]
    assert f'"{minutes}" is not' in page.errors["time_limit_min"]
    assert "a whole number of MB from 200 to" in page.errors["memory_limit_mb"]
    assert "time_limit_s" not in page.text
    assert "memory_limit_bytes" not in page.text
    assert page.find(".error-summary a[href='#field-time_limit_min']")


@pytest.mark.parametrize(("minutes", "seconds"), [("0.5", 30), ("2", 120), ("0.02", 1)])
def test_a_part_of_a_minute_is_a_limit_and_stays_one(
    minutes: str, seconds: int, pages: PageClient, member: User
) -> None:
    page = pages.get(f"/jobs/new?dataset_id={make_dataset(member).id}&target=churned")
    pages.submit(page, {"time_limit_min": minutes}, form="#job-form", status=303)
    job = db.session.query(Job).one()
    assert job.time_limit_s == seconds
    page = pages.get(f"/jobs/new?from={job.id}")
    pages.submit(page, {}, form="#job-form", status=303)
    assert [job.time_limit_s for job in db.session.query(Job)] == [seconds, seconds]


@pytest.mark.parametrize(
    "validation",
    [
        {"scheme": "group", "group_column": "plan", "folds": 3},
        {"scheme": "holdout", "test_size": 0.3},
        {"scheme": "kfold", "repeats": 4},
        {"scheme": "stratified", "folds": 3},
        {"scheme": "time", "time_column": "age", "gap": 3},
        {"scheme": "time"},
        {"drop_copies": True},
    ],
)
def test_a_duplicate_is_split_as_the_earlier_job(
    validation: dict[str, object], pages: PageClient, member: User
) -> None:
    whole = {**default_validation("classification"), "note": None, **validation}
    more = {**COLUMNS[1], "name": "plan"}, {**COLUMNS[1], "name": "day", "kind": "date"}
    job = make_job(member, make_dataset(member, columns=[*COLUMNS, *more]), validation=whole)
    page = pages.get(f"/jobs/new?from={job.id}")
    pages.submit(page, {}, form="#job-form", status=303)
    copy = db.session.query(Job).order_by(Job.id.desc()).first()
    assert copy is not None
    assert copy.validation == whole


def test_job_page_names_its_last_worker(pages: PageClient, member: User) -> None:
    job = make_job(member, state="running", started_at=now())
    assert "Worker" not in pages.get(f"/jobs/{job.id}").text
    with writing() as session:
        for number, worker in ((1, "worker-1"), (2, "worker-2")):
            session.add(
                JobAttempt(
                    job_id=job.id, number=number, worker=worker, lease=worker, started_at=now()
                )
            )
    details = pages.get(f"/jobs/{job.id}").find("dl.facts:has(dd:-soup-contains('config.json'))")
    assert "Worker worker-2" in " ".join(details.get_text(" ").split())


def test_sending_the_form_twice_makes_one_job(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    first = pages.submit(page, {"priority": "low"}, form="#job-form", status=303)
    again = pages.submit(page, {}, form="#job-form", status=303)
    assert first.response.headers["Location"] == again.response.headers["Location"]
    assert [job.priority for job in db.session.query(Job)] == [-1]


def test_another_estimator_drops_what_it_does_not_have(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    url = f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    change = {"parameters.C": "3", "estimator": "GaussianNB", "action": "update"}
    page = pages.submit(pages.get(url), change, form="#job-form", status=200)
    assert "C does not exist for Naive Bayes; removed" in page.text


def test_duplicate_and_edit_repeats_every_setting(pages: PageClient, member: User) -> None:
    job = make_job(member, parameters={"C": 0.25}, seed=9, features=["age"], tags=["a", "b"],
                   priority=1)  # fmt: skip
    page = pages.get(f"/jobs/new?from={job.id}")
    assert page.find('[name="parameters.C"]')["value"] == "0.25"
    pages.submit(page, {}, form="#job-form", status=303)
    copy = db.session.query(Job).order_by(Job.id.desc()).first()
    assert copy is not None
    assert job.validation.items() <= copy.validation.items()
    same = ("parameters", "seed", "features", "tags", "metric", "target", "priority")
    for name in same:
        assert getattr(copy, name) == getattr(job, name), name


@pytest.mark.parametrize(
    ("names", "offered"),
    [
        (["pears"], "pears 2"),
        (["pears", "pears 2", "PEARS 3"], "pears 3"),  # another word for a person is another name
        (["pears 2", "pears"], "pears 3"),
        (["Sales 2024"], "Sales 2024 2"),  # the number is the name's own
        (["pears 2", "pears", *(f"pears {n}" for n in range(3, 90))], "pears 90"),
        (["trees, C 0.1 (best of 30)"], "trees, C 0.1 2"),
        (["data 2024-01"], "data 2024-01 2"),
        (["x" * 200], "x" * 198 + " 2"),
    ],
)
def test_a_duplicate_is_offered_the_next_name(
    names: list[str], offered: str, pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member)
    first, *_ = [make_job(member, dataset, name=name) for name in names]
    make_job(make_user(), dataset, name=offered)  # of somebody else
    page = pages.get(f"/jobs/new?from={first.id}")
    assert page.find("#field-name")["value"] == offered
    pages.submit(page, {"name": names[0]}, form="#job-form", status=303)  # as it was typed
    assert [job.name for job in db.session.query(Job).order_by(Job.id)][-1] == names[0]


def test_a_job_that_is_edited_keeps_its_name(pages: PageClient, member: User) -> None:
    job = make_job(member, name="pears")
    page = pages.get(f"/jobs/new?from={job.id}&instead={job.id}")
    assert page.find("#field-name")["value"] == "pears"


def test_others_may_look_but_not_stop(app: Flask, viewer: User, member: User) -> None:
    job = make_job(make_user())
    for user in (viewer, member):
        pages = PageClient(app, user)
        pages.get(f"/jobs/{job.id}")
        pages.post(f"/jobs/{job.id}/cancel", status=403)
        pages.post(f"/jobs/{job.id}/delete", status=403)
    PageClient(app, viewer).get("/jobs/new", status=403)
    PageClient(app, viewer).get("/datasets/new", status=403)


def test_unknown_filters_are_left_out_and_said(pages: PageClient, member: User) -> None:
    job = make_job(member, state="failed", failure={"code": "X", "message": "m"})
    make_job(member, dataset=job.dataset)
    assert "state=finished" in pages.get("/jobs?state=finished").text
    assert len(pages.get("/jobs?state=failed").select("tr[data-job-id]")) == 1
    assert len(pages.get(f"/jobs?q=%23{job.id}").select("tr[data-job-id]")) == 1
    pages.get("/jobs?sort=nothing&page=-1&per=7&dataset_id=x")
    pages.get("/jobs/99999", status=404)


@pytest.mark.parametrize(
    ("waiting", "others", "heads"),
    [
        (30, 10, ["In progress, 30", "Finished, newest first"]),  # all on one page
        (30, 40, ["In progress, the first 25", "Others, newest first"]),
        (20, 60, ["In progress, 20", "Finished, newest first"]),
        (60, 0, ["In progress, the first 50"]),
        (0, 60, []),
    ],
)
def test_a_page_has_as_many_rows_as_it_says_and_each_job_stands_once(
    waiting: int, others: int, heads: list[str], *, pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member)
    jobs = [
        make_job(member, dataset, state=state)
        for state in ("queued",) * waiting + ("succeeded",) * others
    ]
    rows = []
    for number in range(1, 2 + len(jobs) // 51):
        page = pages.get(f"/jobs?page={number}")
        if number == 1:
            assert [words_of(head) for head in page.select("tr.group")] == heads
        here = [row["data-job-id"] for row in page.select("tr[data-job-id]")]
        assert len(here) == min(50, len(jobs) - len(rows))
        rows += here
    assert sorted(rows, key=int) == [str(job.id) for job in jobs]


def test_upload_waits_beside_the_list_until_it_is_saved(
    app: Flask, pages: PageClient, member: User
) -> None:
    upload = make_dataset(member, saved_at=None, name="secret.csv", file_name="secret.csv",
                          preview=[{"line": 2, "cells": [EVIL, "a", "b", "c"]}])  # fmt: skip
    own = pages.get("/datasets")
    assert "Waiting to be checked" in own.text
    assert "secret.csv" in own.text
    assert not own.select(f'a[href="/datasets/{upload.id}"]')
    assert "secret.csv" not in PageClient(app, make_user()).get("/datasets").text
    page = pages.get(f"/uploads/{upload.id}")
    assert EVIL in page.text
    pages.post(f"/uploads/{upload.id}/save", {"name": "kept"}, status=303)
    assert "kept" in pages.get("/datasets").text
    pages.get(f"/datasets/{upload.id}")
    moved = pages.get(f"/uploads/{upload.id}", status=303)
    assert moved.response.headers["Location"] == f"/datasets/{upload.id}?saved=yes"


def test_refused_upload_says_why_and_cannot_be_saved(pages: PageClient, member: User) -> None:
    problem = {"severity": "error", "code": "CSV_RAGGED", "message": "3 lines have a different "
               "number of cells", "line": 4, "column": None, "count": 3}  # fmt: skip
    upload = make_dataset(member, saved_at=None, state="refused", problems=[problem], columns=[],
                          dialect=None, rows=0)  # fmt: skip
    page = pages.get(f"/uploads/{upload.id}")
    assert "3 lines have a different number of cells" in page.text
    assert not page.select('form[action$="/save"]')
    pages.post(f"/uploads/{upload.id}/save", {"name": "x"}, status=409)


def test_dataset_that_jobs_use_is_not_deleted(pages: PageClient, member: User) -> None:
    job = make_job(member)
    page = pages.follow(pages.post(f"/datasets/{job.dataset_id}/delete", status=303))
    assert "1 job uses this dataset" in page.text
    assert db.session.get(Dataset, job.dataset_id) is not None


@pytest.mark.parametrize("state", ["verifying", "ready", "refused"])
def test_model_page_opens_in_every_state(state: str, pages: PageClient, member: User) -> None:
    category = {"name": "c", "kind": "category", "values": list("abcdefghi")}
    schema = {"features": ["d", "c"], "columns": [{"name": "d", "kind": "date"}, category]}
    failure = {"code": "X", "message": "m"} if state == "refused" else None
    job = make_succeeded_job(member)
    model = make_model(job, state=state, schema=schema, failure=failure)
    page = pages.get(f"/models/{model.id}")
    assert "and 3 more" in page.text
    pages.live(f"/_live/models/{model.id}")
    pages.get("/models")


def count_queries(work: Callable[[], object]) -> int:
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_queries_of_a_page_do_not_grow_with_its_rows(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)

    def add(n: int) -> None:
        with writing() as session:
            for i in range(n):
                session.add(
                    Job(name=f"j{i}", owner_id=member.id, dataset_id=dataset.id, target="churned",
                        task="classification", estimator="GaussianNB", metric="roc_auc",
                        state=("queued", "succeeded", "failed")[i % 3])
                )  # fmt: skip

    add(5)
    few = count_queries(lambda: pages.get("/jobs"))
    add(45)
    assert count_queries(lambda: pages.get("/jobs")) == few


def test_a_target_of_one_value_is_told_by_that_value(pages: PageClient, member: User) -> None:
    closed = {"name": "closed", "kind": "category", "missing": 0, "distinct": 1, "count": 200,
              "top": [{"value": "no", "count": 200}]}  # fmt: skip
    dataset = make_dataset(member, columns=[*COLUMNS, closed])
    url = f"/jobs/new?dataset_id={dataset.id}&target=closed"
    page = pages.get(url)
    words = '"closed" holds one value only, "no", so there is nothing to learn'
    assert words in page.errors["target"]
    # A browser does not send a choice that is disabled.
    sent = pages.submit(
        page, {"target": "", "estimator": "GaussianNB"}, form="#job-form", status=422
    )
    assert words in sent.errors["target"]
