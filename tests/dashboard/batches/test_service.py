"""Cancelling and running again a whole batch, also while workers take its jobs."""

import threading

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from dashboard.batches import service
from dashboard.clock import now
from dashboard.db import Batch, Job, JobEvent, User
from dashboard.db.job import NEXT, PRIORITIES
from dashboard.db.states import (
    ACTIVE,
    TERMINAL,
    TRANSITIONS,
    IllegalTransition,
    JobState,
    move_all,
)
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running import execution, recovery
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.running.execution import Claim, Progress
from tests.dashboard.batches.test_pages import fill
from tests.factories import make_dataset, make_job, make_user

pytestmark = pytest.mark.locks

QUIET = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def submit(user: User, jobs: int) -> Batch:
    request = {"dataset_id": make_dataset(user).id, "target": "churned",
               "estimator": "LogisticRegression",
               "parameters": {"C": {"values": list(range(1, jobs + 1))}}}  # fmt: skip
    return service.submit_batch(user=user, request=request)


def states_of(batch: Batch) -> dict[str, int]:
    db.session.rollback()
    found = select(Job.state, func.count()).where(Job.batch_id == batch.id).group_by(Job.state)
    return dict(db.session.execute(found).all())


def check_events(batch: Batch) -> None:
    """Every job's events are a way through the table that ends where the job is."""
    db.session.rollback()
    db.session.expire_all()
    for job in db.session.scalars(select(Job).where(Job.batch_id == batch.id)):
        events = db.session.scalars(
            select(JobEvent).where(JobEvent.job_id == job.id).order_by(JobEvent.id)
        ).all()
        assert (events[0].from_state, events[0].to_state) == (None, "queued")
        for former, later in zip(events, events[1:], strict=False):
            assert later.from_state == former.to_state
            assert JobState(later.to_state) in TRANSITIONS[JobState(later.from_state)]
        assert events[-1].to_state == job.state
        assert (job.finished_at is not None) == (job.state in TERMINAL)


@QUIET
@given(states=st.lists(st.sampled_from(list(JobState)), max_size=8))
def test_cancel_ends_what_is_not_over_and_nothing_else(
    any_app: Flask, states: list[JobState]
) -> None:
    owner = make_user(name="Ana")
    dataset = make_dataset(owner)
    batch = fill(owner, dataset)
    jobs = [
        make_job(owner, dataset, batch_id=batch.id, state=s, message="Fitting") for s in states
    ]
    alone = make_job(owner, dataset)
    cancelled, stopping = service.cancel_batch(user=owner, batch_id=batch.id)
    assert (cancelled, stopping) == (states.count(JobState.QUEUED), states.count(JobState.RUNNING))
    db.session.expire_all()
    for job, was in zip(jobs, states, strict=True):
        if was == JobState.QUEUED:
            assert (job.state, job.message) == ("cancelled", "Cancelled by Ana before it started")
        elif was == JobState.RUNNING:
            assert (job.state, job.stop_request) == ("cancelling", "cancel")
            assert job.message == "Cancelled by Ana during: Fitting"
        else:
            assert (job.state, job.message) == (was, "Fitting")
    assert alone.state == "queued"
    written = db.session.execute(
        select(JobEvent.job_id, JobEvent.from_state, JobEvent.by).where(
            JobEvent.job_id.in_([job.id for job in jobs])
        )
    ).all()
    expected = [(j.id, s, "Ana") for j, s in zip(jobs, states, strict=True)
                if s in {JobState.QUEUED, JobState.RUNNING}]  # fmt: skip
    assert sorted(map(tuple, written)) == sorted(expected)


class Worker(threading.Thread):
    """Takes jobs, ends some and hands some back, until none is left after the cancel."""

    def __init__(self, app: Flask, name: str, cancelled: threading.Event) -> None:
        super().__init__(name=name)
        self.app, self.cancelled = app, cancelled
        self.has_begun = threading.Event()
        self.late: list[Claim] = []
        self.is_done = False

    def run(self) -> None:
        with self.app.app_context():
            for n in range(200):
                was_cancelled = self.cancelled.is_set()
                try:
                    claim = claim_next_job(worker=self.name)
                except OperationalError:  # SQLite gives no turns: workers try again, too
                    continue
                self.has_begun.set()
                if claim is not None:
                    self.late += [claim] if was_cancelled else []
                    end(claim, n)
                elif was_cancelled:
                    break
        self.is_done = True


def end(claim: Claim, n: int) -> None:
    signal = execution.record_progress(claim=claim, progress=Progress(fraction=0.1))
    if signal.stop:
        execution.finish_cancel(claim=claim)
    elif n % 3:
        recovery.hand_back(claim=claim)
    else:
        execution.fail_job(claim=claim, failure={"code": "X", "message": "m"})


def test_no_job_of_a_cancelled_batch_starts_after_the_answer(any_app: Flask) -> None:
    owner = make_user()
    batch = submit(owner, 60)
    cancelled = threading.Event()
    workers = [Worker(any_app, f"worker-{n}", cancelled) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        assert worker.has_begun.wait(30)
    service.cancel_batch(user=owner, batch_id=batch.id)
    cancelled.set()
    after = states_of(batch)
    for worker in workers:
        worker.join(60)
        assert worker.is_done
        assert not worker.late
    assert not {"queued", "running"} & set(after)
    assert set(states_of(batch)) <= {"cancelled", "failed"}
    check_events(batch)


def test_what_is_being_kept_is_dropped_too(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    batch = fill(owner, dataset)
    job = make_job(owner, dataset, batch_id=batch.id, state="cancelling", stop_request="keep")
    assert service.cancel_batch(user=owner, batch_id=batch.id) == (0, 1)
    db.session.expire_all()
    assert (job.state, job.stop_request) == ("cancelling", "cancel")


def test_failed_and_lost_jobs_run_again_as_new(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    batch = fill(owner, dataset, failed=2, lost=1, cancelled=1, succeeded=1)
    with writing() as session:
        for job in session.query(Job):
            job.failure, job.message, job.progress = {"code": "X"}, "boom", 0.5
            job.tries, job.started_at = 3, now()
    assert service.retry_failed(user=owner, batch_id=batch.id) == 3
    assert states_of(batch) == {"queued": 3, "cancelled": 1, "succeeded": 1}
    for job in db.session.scalars(select(Job).where(Job.state == "queued")):
        assert (job.failure, job.message, job.progress, job.tries) == (None, None, 0.0, 0)
        assert (job.started_at, job.finished_at, job.stages) == (None, None, [])
    assert service.retry_failed(user=owner, batch_id=batch.id) == 0
    assert claim_next_job(worker="w") is not None


def test_what_an_admin_put_before_all_runs_again_as_high(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    batch = fill(owner, dataset)
    places = [(NEXT, -3), (PRIORITIES["low"], -2)]
    made = [
        make_job(owner, dataset, batch_id=batch.id, state="failed", priority=priority, rank=rank)
        for priority, rank in places
    ]
    assert service.retry_failed(user=owner, batch_id=batch.id) == 2
    db.session.expire_all()
    found = [(job.priority, job.rank) for job in made]
    assert found == [(PRIORITIES["high"], 0), (PRIORITIES["low"], -2)]


@pytest.mark.parametrize("to", list(JobState))
def test_many_at_once_keep_to_the_table(app: Flask, to: JobState) -> None:
    job = make_job()
    for came_from in JobState:
        if to in TRANSITIONS[came_from]:
            continue
        with pytest.raises(IllegalTransition), writing() as session:
            move_all(session, Job.id == job.id, came_from, to)
    assert states_of(Batch(id=0)) == {}
    assert db.session.scalar(select(func.count()).select_from(JobEvent)) == 0


def test_statements_do_not_grow_with_the_jobs(app: Flask) -> None:
    owner = make_user()
    seen: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        seen.append(statement)

    amounts = []
    event.listen(db.engine, "before_cursor_execute", note)
    for jobs in (3, 300):
        batch = submit(owner, jobs)
        service.cancel_batch(user=owner, batch_id=batch.id)
        assert states_of(batch) == {"cancelled": jobs}
        amounts.append(len(seen))
        seen.clear()
    event.remove(db.engine, "before_cursor_execute", note)
    assert amounts[1] <= amounts[0] + 3  # the harness's own, not one for each job
    assert not ACTIVE & set(states_of(batch))
