"""What the dispatcher sends: as much as is needed, and never a growing pile."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard import hints, queue
from dashboard.chores.service import DELIVER
from dashboard.clock import now
from dashboard.config import load_settings
from dashboard.db import Chore, Job, JobEvent, Model, Prediction, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs import service as jobs
from dashboard.jobs import submission
from dashboard.jobs.running import recovery
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.notifications.webhooks import set_webhook
from dashboard.workers import service as workers
from tasks import dispatcher
from tasks.presence import is_waiting_since
from tests.dashboard.notifications.test_telling import chose, ended, titles
from tests.factories import make_dataset, make_job, make_model, make_user


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
    monkeypatch.setattr(submission, "WINDOW", 5)
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


@pytest.mark.parametrize("kind", ["verify_model", "predict"])
def test_what_waits_for_a_chore_hears_that_it_was_given_up(any_app: Flask, kind: str) -> None:
    model = make_model(state="verifying")
    prediction = Prediction(
        model_id=model.id, owner_id=model.job.owner_id, kind="file", token="ab" * 8
    )
    with writing() as session:
        session.add(prediction)
        session.flush()
        subject = {"verify_model": model.id, "predict": prediction.id}[kind]
        long_ago = now() - timedelta(hours=1)
        session.add(
            Chore(
                kind=kind, subject_id=subject, state="running", attempt=10, heartbeat_at=long_ago
            )
        )
    dispatcher.recover(load_settings(), now())
    record, state = {"verify_model": (Model, "refused"), "predict": (Prediction, "failed")}[kind]
    found = db.session.get_one(record, subject, populate_existing=True)
    assert found.state == state
    assert "died again and again" in found.failure["message"]


def test_only_what_waits_for_long_ends_an_idle_worker(any_app: Flask) -> None:
    owner = make_user()
    job = make_job(owner, created_at=now() - timedelta(hours=1), state="failed")
    jobs.retry_job(user=owner, job_id=job.id)
    assert not is_waiting_since("train", now() - timedelta(seconds=90))
    assert is_waiting_since("train", now() + timedelta(seconds=1))
    assert not is_waiting_since("light", now())


def test_a_retry_counts_its_tries_anew(sent: list[str]) -> None:
    owner = make_user()
    job = make_job(owner, state="lost", attempt=10, tries=10)
    jobs.retry_job(user=owner, job_id=job.id)
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    recovery.hand_back(claim=claim)
    found = db.session.get_one(Job, job.id, populate_existing=True)
    assert (found.state, found.attempt, found.tries) == ("queued", 11, 1)


def test_a_job_that_is_handed_back_for_the_tenth_time_says_so(any_app: Flask) -> None:
    job = make_job(attempt=9, tries=9)
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    recovery.hand_back(claim=claim)
    found = db.session.get_one(Job, job.id, populate_existing=True)
    assert found.state == "lost"
    said = "worker-1 was stopped and handed the job back, attempt 10 of this job"
    assert found.message == found.failure["message"] == said
    event = db.session.scalars(select(JobEvent).where(JobEvent.to_state == "lost")).one()
    assert event.by == "worker-1"


class Rounds(threading.Event):
    """Stops the dispatcher behind some rounds, which do not wait."""

    def __init__(self, amount: int) -> None:
        super().__init__()
        self.left = amount

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        if self.left == 0:
            self.set()
        return self.is_set()


def test_it_tells_what_ended_and_asks_for_what_is_to_be_sent(
    sent: list[str], member: User
) -> None:
    user_id = member.id
    chose(member, "all")
    prefix = "https://hooks.example.org/in/"
    set_webhook(user=member, address=f"{prefix}a", base_url="http://a", prefixes=[prefix])
    ended(member)
    dispatcher.run(load_settings(), Rounds(2))
    assert titles(db.session.get_one(User, user_id)) == ["Done 0.846"]
    assert [chore.kind for chore in db.session.scalars(select(Chore))] == [DELIVER]
    assert sent == ["light"]
