"""Errors that nobody foresaw end neither the dispatcher nor a worker's sign of life."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from dashboard.clock import now
from dashboard.db import Job, Worker, one_by_one
from dashboard.db.states import IllegalTransition
from dashboard.extensions import db
from dashboard.jobs.running import recovery
from tasks import dispatcher, presence
from tests.factories import make_dataset, make_job, make_user


def held(owner: Any, dataset: Any) -> Job:
    lost = {"state": "running", "lease": "ab" * 8, "worker": "w", "attempt": 1}
    return make_job(owner, dataset, heartbeat_at=now() - timedelta(hours=1), **lost)


@pytest.mark.parametrize(
    "problem", [IllegalTransition("no"), KeyError("kind"), OperationalError("x", {}, Exception())]
)
def test_hints_are_sent_whatever_recovery_meets(
    app: Flask, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    stop, rounds = threading.Event(), []

    def broken(*_: Any) -> None:
        raise problem

    def send(_: Any) -> int:
        rounds.append(1)
        if len(rounds) == 2:
            stop.set()
        return 0

    monkeypatch.setattr(dispatcher, "recover", broken)
    monkeypatch.setattr(dispatcher, "send_hints", send)
    monkeypatch.setattr(dispatcher, "PAUSE_S", 0.01)
    dispatcher.run(app.config["SETTINGS"], stop)
    assert len(rounds) == 2


def test_a_job_that_cannot_be_taken_back_keeps_no_other_from_it(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    bad, good = (held(owner, dataset).id for _ in range(2))
    move = recovery.move

    def poisoned(session: Any, job: Job, *rest: Any, **more: Any) -> None:
        if job.id == bad:
            raise IllegalTransition("no")
        move(session, job, *rest, **more)

    monkeypatch.setattr(one_by_one, "_logged", {})
    monkeypatch.setattr(recovery, "move", poisoned)
    assert recovery.recover_stale_jobs(before=now(), max_child_deaths=3) == 1
    db.session.rollback()
    found = dict(db.session.execute(select(Job.id, Job.state)).all())
    assert found == {bad: "running", good: "queued"}
    assert recovery.recover_stale_jobs(before=now(), max_child_deaths=3) == 0
    assert caplog.text.count(f"job {bad} could not be taken back") == 1


def test_an_outage_is_not_taken_for_a_bad_job(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_user()
    held(owner, make_dataset(owner))

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("x", {}, Exception())

    monkeypatch.setattr(recovery, "move", away)
    with pytest.raises(OperationalError):
        recovery.recover_stale_jobs(before=now(), max_child_deaths=3)


def test_a_sign_of_life_goes_on_after_an_error(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "flask_app", app)
    one = presence.Presence("worker-1", "train")
    rounds: list[int] = []

    def watch(_: Any) -> None:
        rounds.append(1)
        one.changed.set()
        if len(rounds) == 1:
            raise RuntimeError("broken")
        one.stopped.set()

    monkeypatch.setattr(presence.Presence, "_watch", watch)
    one._run()
    assert len(rounds) == 2
    db.session.rollback()
    assert db.session.scalars(select(Worker.state)).all() == ["stopped"]
