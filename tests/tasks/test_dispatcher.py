"""What the dispatcher sends: as much as is needed, and never a growing pile."""

from datetime import timedelta

import pytest
from flask import Flask

from dashboard import hints, queue
from dashboard.clock import now
from dashboard.db import Job
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs import service as jobs
from dashboard.workers import service as workers
from tasks import dispatcher
from tests.factories import make_dataset, make_job, make_user


@pytest.fixture
def sent(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hints that were sent; the broker takes all of them."""
    found: list[str] = []

    def wake(name: str, count: int = 1) -> bool:
        found.extend([name] * count)
        return True

    monkeypatch.setattr(queue, "wake", wake)
    return found


def register(state: str) -> None:
    workers.register_worker(name="worker-1", queue="train", host="h", pid=1)
    workers.record_worker(name="worker-1", pid=1, state=state)


def test_each_job_is_hinted_at_once(sent: list[str]) -> None:
    for _ in range(3):
        make_job()
    dispatcher.send_hints(now())
    dispatcher.send_hints(now())
    assert sent == ["train"] * 3


def test_nothing_is_sent_again_while_all_workers_are_busy(sent: list[str]) -> None:
    register("busy")
    make_job(hinted_at=now() - timedelta(minutes=5))
    dispatcher.send_hints(now())
    assert sent == []


def test_an_idle_worker_shows_that_a_hint_was_lost(sent: list[str]) -> None:
    register("idle")
    old = now() - timedelta(seconds=11)
    for _ in range(3):
        make_job(hinted_at=old)
    dispatcher.send_hints(now())
    assert sent == ["train"]
    make_job(hinted_at=now())
    dispatcher.send_hints(now())
    assert sent == ["train"] * 2


def test_hints_stay_within_the_window(sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "WINDOW", 5)
    monkeypatch.setattr(dispatcher, "WINDOW", 5)
    monkeypatch.setattr(jobs, "WINDOW", 5)
    owner = make_user()
    dataset = make_dataset(owner)
    request = {"dataset_id": dataset.id, "target": "income", "estimator": "Ridge"}
    for _ in range(8):
        jobs.submit_job(user=owner, request=request)
    dispatcher.send_hints(now())
    assert sent == ["train"] * 5
    with writing() as session:  # one of them was claimed and is over
        session.get_one(Job, 1).state = "succeeded"
    dispatcher.send_hints(now())
    assert sent == ["train"] * 6


def test_hints_that_the_broker_did_not_take_are_sent_later(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job()
    monkeypatch.setattr(queue, "wake", lambda name, count=1: False)
    dispatcher.send_hints(now())
    db.session.rollback()
    assert db.session.get_one(Job, job.id, populate_existing=True).hinted_at is None
