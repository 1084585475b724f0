"""The dispatcher's second thread: it does every step, waits out outages, and leaves when asked."""

import io
import os
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.datasets.upload import spool
from dashboard.db import FileLook, JobAttempt, SignInAttempt
from dashboard.db.transaction import writing
from dashboard.errors import Unavailable
from dashboard.extensions import db
from dashboard.storage import get_storage, keys
from tasks import tidying
from tests.factories import make_succeeded_job

LEASE = "aaaaaaaa00000001"


@pytest.fixture
def tidy(app: Flask) -> tidying.Tidying:
    return tidying.Tidying(app.config["SETTINGS"], threading.Event())


def old_attempt() -> None:
    with writing() as session:
        session.add(SignInAttempt(key="a", at=now() - timedelta(days=2)))


def left_over() -> str:
    job = make_succeeded_job()
    with writing() as session:
        session.add(JobAttempt(job_id=job.id, number=1, worker="w", lease=LEASE))
    key = keys.job_artefact(job.id, LEASE, "bundle")
    get_storage().write(key, io.BytesIO(b"x"))
    os.utime(get_storage().root / key, (0, 0))  # type: ignore[attr-defined]
    return key


def test_one_round_does_every_step(app: Flask, tidy: tidying.Tidying) -> None:
    old_attempt()
    key = left_over()
    tidy.tidy(now())
    assert db.session.query(SignInAttempt).count() == 0
    assert not get_storage().exists(key)
    look = db.session.get_one(FileLook, 1)
    assert look.finished_at is not None
    assert look.found["left_over"] == 1


def test_parts_that_were_left_behind_go_after_a_day(app: Flask, tidy: tidying.Tidying) -> None:
    folder = app.config["SETTINGS"].home / spool.FOLDER
    tidy.tidy(now())  # nothing was ever kept
    folder.mkdir()
    left, coming = folder / "left", folder / "coming"
    for path, age_s in ((left, 90_000), (coming, 80_000)):
        path.write_bytes(b"x")
        at = now().timestamp() - age_s
        os.utime(path, (at, at))
    tidy.tidy(now())
    assert list(folder.iterdir()) == [coming]


def test_a_storage_that_is_away_keeps_no_step_from_its_work(
    app: Flask, tidy: tidying.Tidying, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_attempt()
    key = left_over()

    def away(*_: Any) -> Any:
        raise Unavailable("The storage does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(get_storage(), "list_files", away)
        broken.setattr(tidying, "forget_abandoned", away)
        tidy.tidy(now())
    assert db.session.query(SignInAttempt).count() == 0
    assert db.session.get_one(FileLook, 1).finished_at is None
    tidy.tidy(now() + timedelta(minutes=11))  # whoever looked is taken for dead by then
    assert not get_storage().exists(key)


def test_an_error_that_nobody_foresaw_does_not_end_it(
    app: Flask, tidy: tidying.Tidying, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(tidying, "forget_rows", broken)
    tidy.tidy(now())
    assert db.session.get_one(FileLook, 1).finished_at is not None


def test_logs_are_kept_for_ever_when_that_is_asked(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(tidying, "trim_logs", lambda **given: asked.append(given) or 0)
    settings = app.config["SETTINGS"]
    tidying.Tidying(settings, threading.Event()).trim(now())
    object.__setattr__(settings, "keep_logs_days", 0)
    tidying.Tidying(settings, threading.Event()).trim(now())
    assert len(asked) == 1
    assert now() - asked[0]["before"] > timedelta(days=89)


def test_it_rests_after_each_slice_and_leaves_when_asked(
    app: Flask, tidy: tidying.Tidying, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            rests.append(timeout or 0)
            return self.set() or True

    tidy.stop = Stop()
    left_over()
    clock = iter([1.0, 1.02, 5.0])
    monkeypatch.setattr(tidying.time, "thread_time", lambda: next(clock))
    tidy.look(now())
    assert rests == [pytest.approx(0.02 / tidying.SHARE_OF_A_CORE)]
    assert db.session.get_one(FileLook, 1).finished_at is None


def test_a_long_look_keeps_no_other_step_waiting(
    app: Flask, tidy: tidying.Tidying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.retention.look.FILES_AT_ONCE", 1)
    monkeypatch.setattr(tidying, "LONGEST_REST_S", 0)
    keys = [left_over() for _ in range(2)]
    clock = iter(range(0, 100_000, 40))  # a slice takes long
    with monkeypatch.context() as slow:
        slow.setattr(tidying.time, "monotonic", lambda: next(clock))
        tidy.tidy(now())
        assert sum(get_storage().exists(key) for key in keys) == 1
        old_attempt()
        tidy.tidy(now())
    assert db.session.query(SignInAttempt).count() == 0
    assert not any(get_storage().exists(key) for key in keys)
    assert db.session.get_one(FileLook, 1).finished_at is None
    while tidy.looking is not None:
        tidy.tidy(now())
    look = db.session.get_one(FileLook, 1, populate_existing=True)
    assert look.finished_at is not None
    assert look.found["left_over"] == 2


def test_the_thread_ends_with_the_dispatcher(app: Flask) -> None:
    stop = threading.Event()
    thread = tidying.start(app, app.config["SETTINGS"], stop)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
