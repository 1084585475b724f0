"""A cancel that is taken back, before the job has stopped and after."""

import pytest
from flask import Flask

from dashboard.batches.service import stop_jobs
from dashboard.clock import now
from dashboard.db import Batch, Job, User
from dashboard.db.notification import BATCH, JOB
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden
from dashboard.extensions import db
from dashboard.jobs.changing.undoing import undo_cancel
from dashboard.jobs.running import execution, recovery
from dashboard.jobs.service import cancel_job
from dashboard.notifications import telling
from dashboard.notifications.choices import has_wish, wish
from dashboard.notifications.queries import list_news
from dashboard.notifications.telling import Teller
from tests.dashboard.searches.acts import finish, take, tell_folds
from tests.factories import make_job, make_user
from tests.page import PageClient, words_of
from tests.tasks.test_plans import plans, statements

pytestmark = pytest.mark.usefixtures("no_broker")


def state_of(job: Job) -> tuple[str, str | None]:
    db.session.rollback()
    found = db.session.get_one(Job, job.id, populate_existing=True)
    return found.state, found.stop_request


def reload(user: User) -> User:
    return db.session.get_one(User, user.id, populate_existing=True)


def test_a_job_that_waited_waits_again(any_app: Flask, member: User) -> None:
    job = make_job(member)
    cancel_job(user=member, job_id=job.id)
    assert state_of(job) == ("cancelled", None)
    for _ in range(2):  # two clicks
        undo_cancel(user=member, job_id=job.id)
        assert state_of(job) == ("queued", None)


def test_a_job_that_is_being_stopped_runs_again_then(any_app: Flask, member: User) -> None:
    job = make_job(member)
    claim = take()
    tell_folds(claim, [0.8, 0.9])
    cancel_job(user=member, job_id=job.id)
    undo_cancel(user=member, job_id=job.id)
    assert state_of(job) == ("cancelling", "again")
    assert execution.hear(claim=claim).stop == "cancel"
    assert execution.finish_cancel(claim=claim)
    assert state_of(job) == ("queued", None)
    again = take()
    assert (again.job_id, again.attempt) == (job.id, 2)
    finish(again, 0.85)
    assert state_of(job) == ("succeeded", None)


def test_it_runs_again_also_where_its_worker_died(any_app: Flask, member: User) -> None:
    job = make_job(member)
    take()
    cancel_job(user=member, job_id=job.id)
    undo_cancel(user=member, job_id=job.id)
    assert recovery.recover_stale_jobs(before=now(), max_child_deaths=3) == 1
    assert state_of(job) == ("queued", None)


def test_an_undo_can_be_taken_back_too(any_app: Flask, member: User) -> None:
    jobs = [make_job(member, batch_id=7) for _ in range(2)]
    for job in jobs:
        take(f"worker-{job.id}")
        cancel_job(user=member, job_id=job.id)
        undo_cancel(user=member, job_id=job.id)
    cancel_job(user=member, job_id=jobs[0].id)
    with writing() as session:
        stop_jobs(session, Job.batch_id == 7, by="Ana")
    assert [state_of(job) for job in jobs] == [("cancelling", "cancel")] * 2


def test_what_is_to_run_again_is_not_kept_and_what_is_kept_was_not_cancelled(
    any_app: Flask, member: User
) -> None:
    undone, kept = make_job(member), make_job(member)
    for job in (undone, kept):
        tell_folds(take(f"worker-{job.id}"), [0.8, 0.9])
    cancel_job(user=member, job_id=undone.id)
    undo_cancel(user=member, job_id=undone.id)
    with pytest.raises(Conflict, match="cancelling the job already, so nothing is kept"):
        cancel_job(user=member, job_id=undone.id, keep=True)
    assert state_of(undone) == ("cancelling", "again")
    cancel_job(user=member, job_id=kept.id, keep=True)
    with pytest.raises(Conflict, match="are being kept"):
        undo_cancel(user=member, job_id=kept.id)


def test_its_batch_has_its_time_anew(any_app: Flask, member: User) -> None:
    before = "2026-01-01T00:00:00Z"
    plan = {"kind": "several", "time_limit_s": 60, "since": before}
    batch = Batch(name="all", owner_id=member.id, n_jobs=1, plan_state="going", plan=plan)
    db.session.add(batch)
    db.session.commit()
    job = make_job(member, batch_id=batch.id)
    take()
    cancel_job(user=member, job_id=job.id)
    undo_cancel(user=member, job_id=job.id)
    db.session.rollback()
    found = db.session.get_one(Batch, batch.id, populate_existing=True)
    assert (found.plan or {})["since"] > before


def test_who_was_told_of_the_cancel_is_told_of_the_real_end(
    any_app: Flask, member: User, viewer: User
) -> None:
    batch = Batch(name="sweep", owner_id=member.id, n_jobs=1)
    db.session.add(batch)
    db.session.commit()
    job, teller = make_job(member, batch_id=batch.id), Teller()
    wish(user=viewer, kind=JOB, subject_id=job.id, wanted=True)
    wish(user=member, kind=BATCH, subject_id=batch.id, wanted=True)
    cancel_job(user=member, job_id=job.id)
    assert teller.tell(now()) == 2
    undo_cancel(user=member, job_id=job.id)
    assert has_wish(viewer, JOB, job.id)
    assert has_wish(member, BATCH, batch.id)
    assert teller.tell(now()) == 0  # it runs again
    finish(take(), 0.85)
    assert teller.tell(now()) == 2
    assert not has_wish(viewer, JOB, job.id)
    told = [[news["title"] for news in list_news(reload(user), 1)] for user in (viewer, member)]
    batches = ["Batch is over", "Batch is over, best 0.850"]
    assert told == [["Cancelled", "Done 0.850"], batches]


def test_a_wish_whose_end_is_taken_back_before_it_is_told_stays(
    any_app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(member)
    wish(user=member, kind=JOB, subject_id=job.id, wanted=True)
    cancel_job(user=member, job_id=job.id)
    found = telling.find_wished()
    undo_cancel(user=member, job_id=job.id)  # between the look and what it writes
    monkeypatch.setattr(telling, "find_wished", lambda: found)
    Teller().tell(now())
    assert has_wish(member, JOB, job.id)


def test_what_had_ended_by_itself_is_told(any_app: Flask, member: User) -> None:
    over = make_job(member, state="succeeded", score=0.829)
    with pytest.raises(Conflict, match="It had already finished: succeeded, 0.829"):
        undo_cancel(user=member, job_id=over.id)
    with pytest.raises(Forbidden):
        undo_cancel(user=make_user(), job_id=over.id)
    for state, words in (("failed", "It failed"), ("lost", "It was given up")):
        broken = make_job(member, state=state, name="pears")
        said = f"pears had ended before it was stopped.* {words}, and can be run again"
        with pytest.raises(Conflict, match=said):
            undo_cancel(user=member, job_id=broken.id)


def test_the_page_offers_the_way_back(app: Flask, member: User) -> None:
    job = make_job(member, name="pears")
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/{job.id}")
    form = f'form[action="/jobs/{job.id}/cancel"]'
    page = pages.follow(pages.submit(page, {}, form=form, status=303))
    assert "pears is cancelled" in words_of(page.find("#toasts"))
    undo = f'form[action="/jobs/{job.id}/undo-cancel"]'
    page = pages.follow(pages.submit(page, {}, form=undo, status=303))
    assert page.path == f"/jobs/{job.id}"
    assert "pears is in the queue again" in words_of(page.find("#toasts"))
    # From a list the way leads back to it.
    page = pages.follow(
        pages.post(f"/jobs/{job.id}/cancel", {"back": "/jobs?sort=name"}, status=303)
    )
    (found,) = page.select("#toasts form")
    page = pages.follow(
        pages.submit(page, {}, form=f'form[action="{found["action"]}"]', status=303)
    )
    assert page.path == "/jobs"
    assert state_of(job)[0] == "queued"


def test_a_page_says_that_it_runs_again(app: Flask, member: User) -> None:
    job = make_job(member)
    take()
    cancel_job(user=member, job_id=job.id)
    pages = PageClient(app, member)
    pages.post(f"/jobs/{job.id}/undo-cancel", status=303)
    page = pages.get(f"/jobs/{job.id}")
    assert "Stopping; then it runs again" in page.text
    assert page.select(f'form[action="/jobs/{job.id}/cancel"]')


def test_who_was_told_is_asked_of_an_index(app: Flask, member: User) -> None:
    with writing() as session:
        session.add(batch := Batch(owner_id=member.id, name="b", n_jobs=1))
    job = make_job(member, batch_id=batch.id)
    cancel_job(user=member, job_id=job.id)
    with statements() as said:
        undo_cancel(user=member, job_id=job.id)
    steps = [step for words, found in plans(said) if "FROM notifications" in words
             for step in found]  # fmt: skip
    assert any(" notifications USING INDEX ix_notifications_subject" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN notifications")]
