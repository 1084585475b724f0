"""A batch without a model stands on the overview, once, with its reason, until it is dismissed."""

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from tests.dashboard.test_overview import make_failed, part
from tests.factories import make_job, make_succeeded_job
from tests.page import PageClient, words_of

REASON = "No candidate could be scored, so there is no best one. The first failure: boom"


def make_batch(owner: User, name: str = "grid", **overrides: object) -> tuple[Batch, list[Job]]:
    """Make a search that is over, whose two candidates failed."""
    with writing() as session:
        values = {"plan": {"kind": "search"}, "plan_state": "over", "plan_message": REASON}
        batch = Batch(owner_id=owner.id, name=name, n_jobs=2, **values | overrides)
        session.add(batch)
    jobs = [make_failed(owner, batch_id=batch.id, score_only=True, name=f"{name}, C {n}")
            for n in (1, 2)]  # fmt: skip
    return batch, jobs


def test_a_batch_that_failed_needs_a_look_once(app: Flask, member: User) -> None:
    batch, (_, last) = make_batch(member)
    browser = PageClient(app, member)
    page = browser.get("/")
    assert "One of your batches failed" in page.text
    card = part(page, "needs-a-look")
    assert card.startswith("Needs a look 1 batch of the last 7 days")
    assert card.count("grid Failed") == 1
    assert REASON in card
    assert "grid, C" not in card
    link = page.find("#needs-a-look .actions a")
    assert link["href"] == f"/batches/{batch.id}"
    gone = browser.submit(page, {}, form=f"form[action='/overview/dismiss/{last.id}']", status=303)
    page = browser.follow(gone)
    assert "grid is dismissed" in words_of(page.find("#toasts"))
    assert not page.select("#needs-a-look")
    assert not browser.get("/").select("#needs-a-look")
    with writing() as session:  # it ran again, and failed once more
        session.get_one(Job, last.id).attempt = 2
    assert "grid Failed" in part(browser.get("/"), "needs-a-look")


def test_jobs_and_batches_are_counted_apart(app: Flask, member: User) -> None:
    make_batch(member)
    make_failed(member, name="ridge")
    make_failed(member, name="lasso")
    page = PageClient(app, member).get("/")
    assert "2 jobs and 1 batch failed" in page.text
    assert "2 jobs and 1 batch of the last 7 days" in part(page, "needs-a-look")


def test_of_many_batches_some_are_shown_and_the_others_counted(app: Flask, member: User) -> None:
    for n in range(5):
        make_batch(member, f"grid {n}")
    card = part(PageClient(app, member).get("/"), "needs-a-look")
    assert card.startswith("Needs a look 5 batches")
    assert card.count("Dismiss grid") == 3
    assert "2 more batches: each comes up as one above is dismissed." in card


@pytest.mark.parametrize(
    "values",
    [
        {"plan_state": "going", "plan_message": None},
        {"plan": {"kind": "search", "stopped": {"by": "Ada", "keep": False}}},
        {"parent_id": 1},
        {"plan_state": None, "plan": None},
    ],
    ids=["goes on", "stopped by its person", "of an honest score", "without a plan"],
)
def test_other_batches_need_no_look(app: Flask, member: User, values: dict[str, object]) -> None:
    make_batch(member, **values)
    assert not PageClient(app, member).get("/").select("#needs-a-look")


def test_a_batch_with_a_model_and_anothers_need_no_look(app: Flask, member: User) -> None:
    batch, _ = make_batch(member)
    final = make_succeeded_job(member, batch_id=batch.id)
    with writing() as session:
        session.get_one(Batch, batch.id).final_job_id = final.id
    make_batch(make_job().owner)
    cancelled, jobs = make_batch(member, "all cancelled")
    with writing() as session:
        for job in jobs:
            session.get_one(Job, job.id).state = "cancelled"
            session.get_one(Job, job.id).finished_at = now()
    assert cancelled.plan_state == "over"
    assert not PageClient(app, member).get("/").select("#needs-a-look")


def test_waiting_jobs_of_a_sweep_are_one_line_and_leave_room_for_others(
    app: Flask, member: User
) -> None:
    sweep, _ = make_batch(member, "boosting, 12 rates", plan=None, plan_state=None)
    for n in range(12):
        make_job(member, batch_id=sweep.id, name=f"rate {n}")
    running = make_job(member, batch_id=sweep.id, name="rate 0.5", state="running")
    other = make_job(member, name="ridge")
    page = PageClient(app, member).get("/")
    card = part(page, "in-progress")
    assert "boosting, 12 rates 12 jobs wait" in card
    lines = [row["data-job-id"] for row in page.select("#in-progress [data-job-id]")]
    assert lines == [str(running.id), str(other.id)]
