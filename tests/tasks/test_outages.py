"""Workers that are killed, frozen or cut off from their database, as real processes."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard import queue
from dashboard.datasets.upload.uploads import create_upload
from dashboard.db import Dataset, Job, JobAttempt, User, Worker
from dashboard.extensions import db
from dashboard.jobs.service import cancel_job, submit_job
from tests.chaos.invariants import Submitted, find_faults
from tests.engine.tables import mixed_csv
from tests.product import Parts, base_environ, free_port, run_parts, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.long, pytest.mark.timeout(400)]
LOST_AFTER_S = 6.0
# Fits for minutes, with a fold every second or so.
SLOW = {"n_estimators": 600, "max_depth": 4}


@pytest.fixture
def environ(request: pytest.FixtureRequest, home: Path) -> dict[str, str]:
    (home / "sqs_port").write_text(str(free_port()))
    lost_after_s = getattr(request, "param", LOST_AFTER_S)
    return base_environ(home, HEARTBEAT_S="0.5", LOST_AFTER_S=str(lost_after_s))


@pytest.fixture
def processes(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    with run_parts(tmp_path, environ) as made:
        yield made


def read(record: type, record_id: int) -> Dataset | Job:
    db.session.rollback()
    return db.session.get_one(record, record_id, populate_existing=True)


@pytest.fixture
def job(processes: Parts, member: User, tmp_path: Path) -> Job:
    """A job that trains for long, in its first attempt, with a fold done."""
    (tmp_path / "in.csv").write_text(mixed_csv(600))
    with (tmp_path / "in.csv").open("rb") as stream:
        dataset = create_upload(user=member, file_name="in.csv", stream=stream, save=True)
    wait_for("the dataset is read", lambda: read(Dataset, dataset.id).state == "ready", 120)
    request = {"dataset_id": dataset.id, "target": "y_number", "parameters": SLOW,
               "estimator": "GradientBoostingRegressor",
               "validation": {"scheme": "kfold", "folds": 50, "repeats": 1}}  # fmt: skip
    made = submit_job(user=member, request=request)
    wait_for("the job trains", lambda: read(Job, made.id).progress > 0.06, 120)
    return made


def is_in_attempt(job: Job, number: int) -> bool:
    """Tell whether the job trains again; on a busy machine an attempt more may have been lost."""
    found = read(Job, job.id)
    return found.attempt >= number and (found.state, found.stage) == ("running", "fit")


def end(app: Flask, job: Job, member: User) -> None:
    """Cancel the job, and hold its rows and files against the rules of the chaos run."""
    cancel_job(user=member, job_id=job.id)
    wait_for("the job is cancelled", lambda: read(Job, job.id).state == "cancelled", 10)
    settings = app.config["SETTINGS"]

    def look() -> list[str]:
        known = Submitted(frozenset({job.id}))
        return find_faults(settings.database_url, settings.home / "files", known)

    wait_for("no file is an orphan", lambda: not look(), 10)


def worker(name: str) -> Worker:
    db.session.rollback()
    return db.session.scalars(select(Worker).where(Worker.name == name)).one()


def test_a_frozen_worker_that_comes_back_writes_nothing(
    app: Flask, processes: Parts, job: Job, member: User
) -> None:
    frozen = processes.running["worker-1"]
    before = read(Job, job.id).progress
    frozen.send_signal(signal.SIGSTOP)
    processes.worker("worker-2", queue.TRAIN)
    wait_for("attempt 2 runs", lambda: is_in_attempt(job, 2), 120)
    assert read(Job, job.id).progress >= before
    frozen.send_signal(signal.SIGCONT)
    wait_for("worker-1 is idle", lambda: worker("worker-1").state == "idle")
    assert is_in_attempt(job, 2)
    end(app, job, member)
    ends = db.session.scalars(select(JobAttempt.ended_by).order_by(JobAttempt.number)).all()
    assert (ends[0], ends[-1]) == ("worker_died", "cancelled")
    assert frozen.poll() is None


def test_a_locked_database_costs_an_attempt_and_no_worker(
    app: Flask, processes: Parts, job: Job, member: User
) -> None:
    path = app.config["SETTINGS"].home / "trainyard.db"
    db.session.remove()
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        until = time.monotonic() + 2 * LOST_AFTER_S + 5
        wait_for(
            "the lease has run out", lambda: time.monotonic() > until
        )  # longer than the lease and a busy timeout
        connection.execute("ROLLBACK")
    wait_for("attempt 2 runs", lambda: is_in_attempt(job, 2), 120)
    end(app, job, member)
    assert all(process.poll() is None for process in processes.running.values())


@pytest.mark.parametrize("environ", [600.0], indirect=True)
def test_a_worker_that_is_started_again_takes_its_job_back_at_once(
    app: Flask, processes: Parts, job: Job, member: User
) -> None:
    processes.kill("worker-1")
    processes.worker("worker-1", queue.TRAIN)
    wait_for(
        "attempt 2 runs", lambda: is_in_attempt(job, 2), 120
    )  # long before its lease has run out
    end(app, job, member)
