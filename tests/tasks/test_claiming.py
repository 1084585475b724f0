"""Claims at the same moment, claims beside rows that are locked, and claims that give nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Connection, select, update

from dashboard.clock import now
from dashboard.db import Job, QueueState, User, Worker
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running import claiming
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.workers import service
from tests.factories import make_dataset, make_job, make_user

# SQLite locks no rows: one writes, the others wait.
on_postgres = pytest.mark.parametrize(
    "any_app", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@contextmanager
def locked(*jobs: Job) -> Iterator[Connection]:
    """Hold rows of jobs as the dispatcher does while it notes hints on them."""
    with db.engine.connect() as other:
        ids = [job.id for job in jobs]
        other.execute(select(Job.id).where(Job.id.in_(ids)).with_for_update())
        other.execute(update(Job).where(Job.id.in_(ids)).values(hinted_at=now()))
        yield other
        other.rollback()


def released_soon(other: Connection) -> threading.Timer:
    timer = threading.Timer(0.1, other.commit)
    timer.start()
    return timer


@on_postgres
def test_a_claim_waits_for_a_hint_that_is_being_noted(any_app: Flask) -> None:
    job = make_job()
    with locked(job) as other:
        timer = released_soon(other)
        claim = claim_next_job(worker="worker-1")
        timer.join()
    assert claim is not None
    assert claim.job_id == job.id


@on_postgres
def test_no_lower_priority_jumps_ahead_while_hints_are_noted(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    high = [make_job(owner, dataset, priority=1) for _ in range(2)]
    make_job(owner, dataset)
    with locked(*high) as other:
        timer = released_soon(other)
        claim = claim_next_job(worker="worker-1")
        timer.join()
    assert claim is not None
    # Either of them: the locks may go while it steps from the first to the second.
    assert claim.job_id in {job.id for job in high}


@on_postgres
def test_a_job_that_another_worker_takes_is_stepped_over(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming.time, "sleep", lambda s: pytest.fail("it waited"))
    owner = make_user()
    dataset = make_dataset(owner)
    jobs = [make_job(owner, dataset) for _ in range(3)]
    with locked(jobs[0]):
        claim = claim_next_job(worker="worker-1")
    assert claim is not None
    assert claim.job_id == jobs[1].id


@on_postgres
def test_rows_that_stay_locked_do_not_stop_the_queue(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    frozen = [make_job(owner, dataset, priority=1) for _ in range(claiming.STEPS_OVER + 1)]
    free = make_job(owner, dataset)
    with locked(*frozen):
        claim = claim_next_job(worker="worker-1")
        assert claim is not None
        assert claim.job_id == free.id
        assert claim_next_job(worker="worker-2") is None


@pytest.fixture
def boss(any_app: Flask) -> User:
    return make_user(role="admin")


def test_a_paused_queue_gives_nothing_until_it_is_resumed(boss: User) -> None:
    job = make_job(hinted_at=now())
    service.pause_queue(user=boss)
    service.pause_queue(user=make_user(role="admin"))
    state = db.session.scalars(select(QueueState)).one()
    assert (state.paused_by, state.id) == (boss.name, 1)
    assert claim_next_job(worker="worker-1") is None
    service.resume_queue(user=boss)
    db.session.rollback()
    assert db.session.get_one(Job, job.id, populate_existing=True).hinted_at is None
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    assert claim.job_id == job.id


def test_a_drained_worker_is_given_nothing_and_others_are(boss: User) -> None:
    job = make_job()
    for name in ("worker-1", "worker-2"):
        service.register_worker(name=name, queue="train", host="h", pid=1)
    worker = db.session.scalars(select(Worker).where(Worker.name == "worker-1")).one()
    service.drain_worker(user=boss, worker_id=worker.id)
    assert claim_next_job(worker="worker-1") is None
    service.register_worker(name="worker-1", queue="train", host="h", pid=2)  # started anew
    assert claim_next_job(worker="worker-1") is None
    claim = claim_next_job(worker="worker-2")
    assert claim is not None
    assert claim.job_id == job.id
    service.drain_worker(user=boss, worker_id=worker.id, drain=False)
    with writing() as session:
        session.get_one(Job, job.id).state = "queued"
    assert claim_next_job(worker="worker-1") is not None
