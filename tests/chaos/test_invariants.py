"""Every rule of the chaos run can fail: each violation is planted, and must be found."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from dashboard.clock import now
from dashboard.db import Chore, Job, JobAttempt, JobEvent, JobFold, JobUsage, LogLine, Model
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.models.repeated import repeat_job
from dashboard.storage import keys
from tests.chaos.invariants import Submitted, find_faults
from tests.factories import make_job

LEASES = ("aa" * 8, "bb" * 8)
ARTEFACTS = ("bundle", "joblib", "skops", "check")


@dataclass
class World:
    """A database and a folder after a calm run: one job that succeeded in its second attempt."""

    url: str
    files: Path
    job: Job
    submitted: Submitted

    def look(self) -> list[str]:
        db.session.rollback()
        return find_faults(self.url, self.files, self.submitted)

    def change(self, record: type, **values: Any) -> None:
        """Change the last record of a kind."""
        with writing() as session:
            row = session.query(record).order_by(record.id.desc()).first()
            for name, value in values.items():
                setattr(row, name, value)

    def add(self, *records: Any) -> None:
        with writing() as session:
            session.add_all(records)

    def write(self, key: str, at: float | None = None) -> None:
        path = self.files / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        if at is not None:
            os.utime(path, (at, at))


@pytest.fixture
def world(app: Flask) -> World:
    began = now() - timedelta(seconds=60)
    second = timedelta(seconds=1)
    job = make_job(state="succeeded", attempt=2, tries=2, score=0.8, progress=1.0,
                   finished_at=began + 9 * second,
                   validation={"scheme": "kfold", "folds": 2, "repeats": 1})  # fmt: skip
    made = World(app.config["SETTINGS"].database_url, app.config["SETTINGS"].home / "files", job,
                 Submitted(frozenset({job.id})))  # fmt: skip
    moves = [(None, "queued"), ("queued", "running"), ("running", "queued"),
             ("queued", "running"), ("running", "succeeded")]  # fmt: skip
    made.add(*(JobEvent(job_id=job.id, from_state=a, to_state=b) for a, b in moves))
    for n, lease in enumerate(LEASES, 1):
        start = began + 5 * (n - 1) * second
        ended_by = "worker_died" if n == 1 else "succeeded"
        made.add(
            JobAttempt(job_id=job.id, number=n, worker="worker-1", lease=lease, started_at=start,
                       ended_at=start + 4 * second, ended_by=ended_by),
            JobFold(job_id=job.id, fold=n, attempt=n, scores={}, fit_seconds=1.0,
                    key=keys.job_fold(job.id, lease, n)),
            LogLine(job_id=job.id, n=n, at=start + second, text="Fitting"),
            JobUsage(job_id=job.id, attempt=n, at=start + second, cpu_cores=1.0, memory_bytes=1),
        )  # fmt: skip
        made.write(keys.job_fold(job.id, lease, n), (start + second).timestamp())
    files = {kind: {"key": keys.job_artefact(job.id, LEASES[1], kind)} for kind in ARTEFACTS}
    repeated = repeat_job(job, files)
    made.add(Model(job_id=job.id, name="m", state="ready", files=files, **repeated))
    results = keys.job_artefact(job.id, LEASES[1], "results")
    made.change(Job, results_key=results)
    for key in [results, *(file["key"] for file in files.values())]:
        made.write(key, (began + 8 * second).timestamp())
    return made


def test_a_calm_world_breaks_no_rule(world: World) -> None:
    assert world.look() == []


def fail(world: World, state: str, **values: Any) -> None:
    """Make the job end in another way, as far as its events tell."""
    world.change(JobEvent, to_state=state)
    world.change(JobAttempt, ended_by="worker_died")
    with writing() as session:
        session.execute(text("DELETE FROM models"))
    world.change(Job, state=state, results_key=None, **values)


def insert_stranger(world: World) -> None:
    # Past our own engine, which watches over foreign keys.
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE models SET job_id = 999")
        connection.commit()


def begin_of_first(world: World) -> datetime:
    """Return when the first attempt began; how long the world took to be made plays no part."""
    with writing() as session:
        found: datetime = session.query(JobAttempt.started_at).filter_by(number=1).scalar()
    return found


def write_late(world: World, after_s: float) -> None:
    """Let the worker of the first attempt write a line, stamped so long after its begin."""
    at = begin_of_first(world) + timedelta(seconds=after_s)
    world.add(LogLine(job_id=world.job.id, n=3, at=at, text="x"))


def write_usage(world: World, after_s: float) -> None:
    """Let the worker of the first attempt write a sample, so long after its begin."""
    at = begin_of_first(world) + timedelta(seconds=after_s)
    world.add(JobUsage(job_id=world.job.id, attempt=1, cpu_cores=1.0, memory_bytes=1, at=at))


def write_fold_again(world: World) -> None:
    """Let the worker of the first attempt write its fold after the second one wrote."""
    with writing() as session:
        former = session.query(JobFold).filter_by(fold=1).one()
        values = {"fold": 1, "attempt": 1, "scores": {}, "fit_seconds": 1.0, "key": former.key}
        session.delete(former)
        session.flush()
        session.add(JobFold(job_id=world.job.id, **values))


def touch(world: World, kind: str, seconds: float) -> None:
    key = keys.job_artefact(world.job.id, LEASES[1], kind)
    world.write(key, now().timestamp() + seconds)


REASON = {"code": "LOST", "message": "its worker died", "hint": ""}
PLANTED: dict[str, tuple[Callable[[World], Any], str]] = {
    "missing": (
        lambda w: setattr(w, "submitted", replace(w.submitted, jobs=frozenset({w.job.id, 99}))),
        "job 99 is missing",
    ),
    "undead": (
        lambda w: setattr(w, "submitted", replace(w.submitted, deleted=frozenset({w.job.id}))),
        "was deleted and is there",
    ),
    "made twice": (lambda w: make_job(state="cancelled"), "was made by nobody"),
    "stuck": (lambda w: fail(w, "running"), "is running, not over"),
    "lost too early": (lambda w: fail(w, "lost", failure=REASON), "is lost after 0 dead children"),
    "no reason": (lambda w: fail(w, "failed"), "is failed for no reason"),
    "failed": (lambda w: fail(w, "failed", failure=REASON), "failed, though nothing is wrong"),
    "cancelled": (lambda w: fail(w, "cancelled"), "is cancelled, but by nobody"),
    "no end": (lambda w: w.change(Job, finished_at=None), "nobody knows since when"),
    "no score": (lambda w: w.change(Job, score=None), "succeeded with score None"),
    "not whole": (lambda w: w.change(Job, progress=0.5), "at 50%"),
    "lease": (lambda w: w.change(Job, lease="cc" * 8), "still has a lease"),
    "event out of line": (
        lambda w: w.change(JobEvent, from_state="cancelling"), "comes from cancelling",
    ),
    "forbidden move": (
        lambda w: w.add(JobEvent(job_id=w.job.id, from_state="succeeded", to_state="queued")),
        "went from succeeded to queued",
    ),
    "no event": (lambda w: w.change(JobEvent, to_state="failed"), "last event says failed"),
    "finished twice": (
        lambda w: w.add(JobEvent(job_id=w.job.id, from_state="succeeded", to_state="succeeded")),
        "went from succeeded to succeeded",
    ),
    "two attempts finished": (
        lambda w: [w.change(JobAttempt, number=3), w.change(Job, attempt=3),
                   w.add(JobAttempt(job_id=w.job.id, number=2, worker="w", lease="dd" * 8,
                                    started_at=now(), ended_at=now(), ended_by="succeeded"))],
        "finished 2 times",
    ),
    "attempt not counted": (lambda w: w.change(Job, attempt=3), "but counts 3"),
    "attempt without event": (
        lambda w: w.add(JobAttempt(job_id=w.job.id, number=3, worker="w", lease="dd" * 8)),
        "started 2 times in 3 attempts",
    ),
    "open attempt": (
        lambda w: w.change(JobAttempt, ended_at=None, ended_by=None), "attempt 2 ended by None",
    ),
    "two at once": (
        lambda w: w.change(JobAttempt, started_at=now() - timedelta(seconds=59)),
        "attempt 2 began before 1 had ended",
    ),
    "no model": (lambda w: insert_stranger(w), "has 0 models"),
    "model without a job": (lambda w: insert_stranger(w), "models of a job 999"),
    "model refused": (lambda w: w.change(Model, state="refused"), "its model is refused"),
    "fold missing": (
        lambda w: w.change(Job, validation={"folds": 3, "repeats": 1}), "with 2 of 3 folds",
    ),
    "fold of another": (lambda w: w.change(JobFold, attempt=1), "fold 2 was written under"),
    "model of another": (
        lambda w: w.change(Job, results_key=keys.job_artefact(w.job.id, LEASES[0], "results")),
        "its results was written under another lease",
    ),
    "written late": (lambda w: touch(w, "joblib", 0), "its joblib was written after attempt 2"),
    "written early": (lambda w: touch(w, "skops", -90), "its skops was written before attempt 2"),
    "log has gaps": (lambda w: w.change(LogLine, n=5), "its log has gaps"),
    "log goes back": (
        lambda w: w.change(LogLine, at=begin_of_first(w) + timedelta(seconds=0.5)),
        "line 2 of its log is older",
    ),
    "log by nobody": (
        lambda w: w.change(LogLine, at=now()), "line 2 of its log was written when no attempt",
    ),
    "line written late": (
        lambda w: write_late(w, 2), "log line 3 of attempt 1 was written after attempt 2 wrote",
    ),
    "log out of order": (
        lambda w: [w.change(LogLine, n=9), w.add(LogLine(job_id=w.job.id, n=2, text="x"))],
        "was not written in the order of its numbers",
    ),
    "fold written late": (write_fold_again, "of attempt 1 was written after attempt 2 wrote"),
    "usage written late": (
        lambda w: write_usage(w, 2), "usage 3 of attempt 1 was written after attempt 2 wrote",
    ),
    "usage after the end": (
        lambda w: write_usage(w, 6), "usage 3 of attempt 1 was measured after its end",
    ),
    "chore": (
        lambda w: w.add(Chore(kind="verify_model", subject_id=1, state="running")),
        "(verify_model) is running, not over",
    ),
    "orphan": (
        lambda w: w.write(keys.job_fold(w.job.id, LEASES[0], 7)), "is an orphan, of no attempt",
    ),
    "half-written": (
        lambda w: w.write(f"jobs/{w.job.id}/{LEASES[0]}/.part-x"), "is an orphan, of no attempt",
    ),
    "orphan of a deleted job": (
        lambda w: w.write(keys.job_fold(77, LEASES[0], 1)), "is an orphan, of a deleted job",
    ),
    "file gone": (
        lambda w: (w.files / keys.job_fold(w.job.id, LEASES[0], 1)).unlink(), "is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_is_found(world: World, name: str) -> None:
    plant, words = PLANTED[name]
    plant(world)
    found = world.look()
    assert any(words in line for line in found), found


def test_ten_attempts_or_three_dead_children_are_a_reason_to_be_lost(world: World) -> None:
    fail(world, "lost", failure=REASON)
    for n in range(3, 6):
        world.add(JobAttempt(job_id=world.job.id, number=n, worker="w", lease=f"{n:016x}",
                             ended_at=now(), ended_by="child_died"))  # fmt: skip
    assert not any("is lost after" in words for words in world.look())
