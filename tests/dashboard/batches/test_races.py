"""Who cancels a batch while others run its jobs again: one came before the other."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from dashboard import queue
from dashboard.batches import service
from dashboard.db import Batch, Job, User
from dashboard.extensions import db
from dashboard.jobs import service as jobs
from dashboard.jobs.running import execution
from dashboard.jobs.running.claiming import claim_next_job
from tests.dashboard.batches.test_service import check_events, states_of, submit
from tests.factories import make_user
from tests.tasks.test_races import PATIENCE_S, door

ROUNDS = 5
# Who does not wait for a lock is done long before; who does waits until the other has committed.
UNLOCKED_S = 3


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every hint."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


def begin(owner: User) -> tuple[Batch, int]:
    """Make a batch of one job that waits and one that failed."""
    batch = submit(owner, 2)
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    execution.fail_job(claim=claim, failure={"code": "X", "message": "m"})
    return batch, claim.job_id


def start(app: Flask, act: Callable[[], Any], answers: list[Any]) -> threading.Thread:
    def run() -> None:
        with app.app_context():
            answers.append(act())

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.locks
def test_what_is_queued_during_a_cancel_is_not_half_cancelled(any_app: Flask) -> None:
    owner = make_user()
    batch, failed = begin(owner)
    owner_id, batch_id = owner.id, batch.id
    others: list[threading.Thread] = []

    def retry() -> str:
        return jobs.retry_job(user=db.session.get_one(User, owner_id), job_id=failed).state

    answers: list[str] = []

    def meddle(_c: object, _u: object, statement: str, *_: object) -> None:
        if others or not statement.startswith("INSERT INTO job_events"):
            return
        others.append(start(any_app, retry, answers))
        if db.engine.dialect.name == "postgresql":  # SQLite lets one write at a time
            others[0].join(UNLOCKED_S)

    event.listen(db.engine, "after_cursor_execute", meddle)
    try:
        found = service.cancel_batch(user=owner, batch_id=batch_id)
    finally:
        event.remove(db.engine, "after_cursor_execute", meddle)
    others[0].join(PATIENCE_S)
    assert (found, answers) == ((1, 0), ["queued"])
    assert states_of(batch) == {"cancelled": 1, "queued": 1}
    check_events(batch)


@pytest.mark.locks
def test_a_batch_is_cancelled_before_it_runs_again_or_after(any_app: Flask) -> None:
    owner = make_user()
    owner_id = owner.id
    for _ in range(ROUNDS):
        batch, failed = begin(owner)
        batch_id = batch.id
        barrier = threading.Barrier(2)
        answers: list[list[Any]] = [[], []]

        def act(verb: Callable[..., Any], batch_id: int = batch_id) -> Any:
            return verb(user=db.session.get_one(User, owner_id), batch_id=batch_id)

        with door(barrier):
            threads = [
                start(any_app, partial(act, service.cancel_batch), answers[0]),
                start(any_app, partial(act, service.retry_failed), answers[1]),
            ]
            for thread in threads:
                thread.join(2 * PATIENCE_S)
        assert [answers[0][0], answers[1][0]] in ([(1, 0), 1], [(2, 0), 1])
        db.session.rollback()
        state = db.session.scalar(select(Job.state).where(Job.id == failed))
        assert state == ("queued" if answers[0][0] == (1, 0) else "cancelled")
        check_events(batch)
        act(service.cancel_batch)  # so that the next round claims its own
