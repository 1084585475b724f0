"""Run next, and running again what failed: who may, and what becomes of the order."""

from datetime import timedelta

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import Job, LogLine, User
from dashboard.db.job import NEXT
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden, NotFound
from dashboard.extensions import db
from dashboard.jobs import service
from dashboard.jobs.bulk import again
from dashboard.jobs.bulk.again import retry_failed
from dashboard.jobs.queries import count_log
from dashboard.jobs.running import recovery
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.running.order import find_places
from dashboard.jobs.running.run_next import run_next
from tests.factories import make_dataset, make_job, make_user

pytestmark = pytest.mark.both_databases


def fresh(job: Job) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True)


def test_owner_puts_a_job_before_the_own_other_jobs_only(any_app: Flask) -> None:
    ana, ben = make_user(), make_user()
    dataset = make_dataset(ana)
    a1, a2, a3 = (make_job(ana, dataset) for _ in range(3))
    b1, b2 = (make_job(ben, dataset) for _ in range(2))
    run_next(user=ana, job_id=a3.id)
    assert list(find_places()) == [a3.id, b1.id, a1.id, b2.id, a2.id]
    run_next(user=ana, job_id=a2.id)
    assert list(find_places()) == [a2.id, b1.id, a3.id, b2.id, a1.id]
    assert fresh(a2).priority == 0
    assert "asked to run it next" in db.session.query(LogLine).first().text


def test_owner_takes_the_own_highest_priority_that_waits(any_app: Flask) -> None:
    ana = make_user()
    dataset = make_dataset(ana)
    low, high = make_job(ana, dataset, priority=-1), make_job(ana, dataset, priority=1)
    run_next(user=ana, job_id=low.id)
    assert list(find_places()) == [low.id, high.id]
    assert fresh(low).priority == 1


def test_admin_puts_jobs_before_all_the_last_one_first(any_app: Flask) -> None:
    admin, ana, ben = make_user(role="admin"), make_user(), make_user()
    dataset = make_dataset(ana)
    make_job(ana, dataset, state="running")
    high = make_job(ben, dataset, priority=1)
    jobs = [make_job(ana, dataset) for _ in range(3)]
    for job in (jobs[2], jobs[1]):
        run_next(user=admin, job_id=job.id)
    assert list(find_places()) == [jobs[1].id, jobs[2].id, high.id, jobs[0].id]
    run_next(user=admin, job_id=jobs[2].id)
    assert list(find_places())[:2] == [jobs[2].id, jobs[1].id]


def test_what_stands_first_already_stays_and_nothing_is_noted(any_app: Flask) -> None:
    admin, ana = make_user(role="admin"), make_user()
    dataset = make_dataset(ana)
    first, second = make_job(ana, dataset), make_job(ana, dataset)
    for user, lines in ((ana, 1), (admin, 2)):
        for _ in range(2):
            job = run_next(user=user, job_id=second.id)
            assert (job.id, job.state, job.rank) == (second.id, "queued", -1)
            assert count_log(second.id) == lines
    run_next(user=ana, job_id=second.id)  # an admin put it first: there it stays
    assert (fresh(second).priority, second.rank, count_log(second.id)) == (NEXT, -1, 2)
    run_next(user=ana, job_id=first.id)
    assert (fresh(first).rank, count_log(first.id)) == (0, 0)  # of the own others it was first


def test_an_admins_word_lends_its_priority_to_no_other_job(any_app: Flask) -> None:
    admin, ana, ben = make_user(role="admin"), make_user(), make_user()
    dataset = make_dataset(ana)
    bens, first, other = make_job(ben, dataset), make_job(ana, dataset), make_job(ana, dataset)
    for job in (first, bens):
        run_next(user=admin, job_id=job.id)
    run_next(user=ana, job_id=other.id)
    run_next(user=ana, job_id=first.id)
    assert fresh(other).priority == 0
    assert list(find_places()) == [bens.id, first.id, other.id]


def test_only_owners_and_admins_and_only_what_waits(any_app: Flask) -> None:
    ana = make_user()
    job = make_job(ana)
    for stranger in (make_user(), make_user(role="viewer")):
        with pytest.raises(Forbidden):
            run_next(user=stranger, job_id=job.id)
    for state in ("running", "cancelling", "succeeded", "failed"):
        with pytest.raises(Conflict, match=f"The job is {state}"):
            run_next(user=ana, job_id=make_job(ana, state=state).id)


def test_another_attempt_keeps_its_place_and_a_retry_is_no_longer_before_all(
    any_app: Flask,
) -> None:
    admin, ana = make_user(role="admin"), make_user()
    job = make_job(ana, priority=1)
    make_job(make_user(), priority=1)
    run_next(user=admin, job_id=job.id)
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    assert claim.job_id == job.id
    recovery.hand_back(claim=claim)
    assert next(iter(find_places())) == job.id
    assert fresh(job).priority == NEXT
    service.cancel_job(user=ana, job_id=job.id)
    service.retry_job(user=ana, job_id=job.id)
    assert (fresh(job).priority, job.rank) == (1, 0)


def test_a_retry_keeps_priority_and_rank(any_app: Flask) -> None:
    ana = make_user()
    job = make_job(ana, state="failed", priority=-1, rank=-4)
    service.retry_job(user=ana, job_id=job.id)
    assert (fresh(job).priority, job.rank, job.state) == (-1, -4, "queued")


def test_failures_of_the_last_hour_run_again_together(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, ana = make_user(role="admin"), make_user()
    dataset, recent = make_dataset(ana), now() - timedelta(minutes=50)
    failed = make_job(ana, dataset, state="failed", finished_at=recent, attempt=1, tries=1,
                      failure={"code": "X", "message": "m"})  # fmt: skip
    lost = make_job(ana, dataset, state="lost", finished_at=recent)
    left = [
        make_job(ana, dataset, state=state, finished_at=at)
        for state, at in (
            ("cancelled", recent), ("succeeded", recent), ("failed", now() - timedelta(hours=2)),
        )
    ]  # fmt: skip
    with pytest.raises(Forbidden):
        retry_failed(user=ana)
    assert retry_failed(user=admin) == 2
    assert [fresh(job).state for job in (failed, lost, *left)] == [
        "queued", "queued", "cancelled", "succeeded", "failed",
    ]  # fmt: skip
    assert (fresh(failed).failure, failed.tries, failed.attempt) == (None, 0, 1)
    with writing() as session:
        for job in (failed, lost):
            session.get_one(Job, job.id).state = "failed"
            session.get_one(Job, job.id).finished_at = recent
    monkeypatch.setattr(again, "AT_ONCE", 1)
    assert retry_failed(user=admin) == 1


def test_a_job_that_is_deleted_meanwhile_is_not_found(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make_user()
    job_id = make_job(owner, state="failed").id

    def meanwhile(user: User, *_: object) -> None:
        monkeypatch.undo()
        service.delete_job(user=user, job_id=job_id)

    monkeypatch.setattr("dashboard.jobs.service.require_owner", meanwhile)
    with pytest.raises(NotFound):
        run_next(user=owner, job_id=job_id)
