"""Real workers that are drained, resumed, and kept waiting by a paused queue."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard import queue
from dashboard.datasets.upload.uploads import create_sample
from dashboard.db import Dataset, Job, JobAttempt, User, Worker
from dashboard.extensions import db
from dashboard.jobs.service import submit_job
from dashboard.workers import service
from tests.factories import make_user
from tests.product import Parts, run_parts, wait_for
from tests.tasks.test_broker import environ, state_of

__all__ = ["environ"]
pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]


@pytest.fixture
def processes(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    with run_parts(tmp_path, environ) as made:
        yield made


def find_worker(name: str) -> Worker | None:
    db.session.rollback()
    found = select(Worker).where(Worker.name == name)
    return db.session.scalar(found.execution_options(populate_existing=True))


def is_in(name: str, state: str) -> bool:
    worker = find_worker(name)
    return worker is not None and worker.state == state


def drain(boss: User, name: str, *, wanted: bool = True) -> None:
    worker = find_worker(name)
    assert worker is not None
    service.drain_worker(user=boss, worker_id=worker.id, drain=wanted)


def dataset_target(dataset_id: int) -> str:
    """Return a column of few classes."""
    columns = db.session.get_one(Dataset, dataset_id, populate_existing=True).columns
    return str(next(c["name"] for c in columns if c["kind"] in {"category", "boolean"}))


def test_a_paused_queue_and_drained_workers(processes: Parts, member: User) -> None:
    """One start of the workers serves both: pausing leaves them as they are."""
    boss = make_user(role="admin")
    paused_queue_starts_nothing_and_goes_on_at_once(boss, member)
    drained_worker_finishes_its_job_and_takes_no_other(processes, boss, member)


def paused_queue_starts_nothing_and_goes_on_at_once(boss: User, member: User) -> None:
    service.pause_queue(user=boss)
    dataset = create_sample(user=member, sample_id="wine")
    wait_for(
        "the dataset is ready", lambda: state_of(Dataset, dataset.id) == "ready"
    )  # chores go on
    wait_for("worker-1 is idle", lambda: is_in("worker-1", "idle"))
    request = {"dataset_id": dataset.id, "target": dataset_target(dataset.id),
               "estimator": "GaussianNB"}  # fmt: skip
    jobs = [submit_job(user=member, request=request) for _ in range(3)]
    wait_for(
        "a hint of each job was sent",
        lambda: all(db.session.get_one(Job, job.id).hinted_at for job in jobs),
    )
    assert {state_of(Job, job.id) for job in jobs} == {"queued"}
    service.resume_queue(user=boss)
    wait_for("all jobs are done", lambda: {state_of(Job, job.id) for job in jobs} == {"succeeded"})
    attempts = db.session.scalars(select(JobAttempt)).all()
    assert len(attempts) == 3


def drained_worker_finishes_its_job_and_takes_no_other(
    processes: Parts, boss: User, member: User
) -> None:
    dataset = db.session.scalars(select(Dataset)).one()

    def submit(**parameters: object) -> Job:
        target = dataset_target(dataset.id)
        request = {"dataset_id": dataset.id, "target": target, "parameters": parameters,
                   "estimator": "RandomForestClassifier", "task": "classification"}  # fmt: skip
        return submit_job(user=member, request=request)

    wait_for("worker-1 is idle", lambda: is_in("worker-1", "idle"))
    slow = submit(n_estimators=150)
    wait_for("the slow job is running", lambda: state_of(Job, slow.id) == "running")
    drain(boss, "worker-1")
    wait_for("worker-1 is draining", lambda: is_in("worker-1", "draining"))
    second = submit(n_estimators=5)
    # It trains to the end, in one attempt, and its process ends by itself.
    wait_for("worker-1 ends", lambda: processes.running["worker-1"].poll() is not None)
    assert processes.running["worker-1"].returncode == 0
    assert state_of(Job, slow.id) == "succeeded"
    ends = db.session.scalars(select(JobAttempt.ended_by).where(JobAttempt.job_id == slow.id))
    assert list(ends) == ["succeeded"]
    assert is_in("worker-1", "left")

    # Its supervisor starts it anew: it waits, and takes nothing.
    processes.worker("worker-1", queue.TRAIN)
    wait_for("worker-1 is drained", lambda: is_in("worker-1", "drained"))
    third = submit(n_estimators=5)
    assert state_of(Job, second.id) == state_of(Job, third.id) == "queued"
    # The hints are there for others.
    processes.worker("worker-2", queue.TRAIN)
    wait_for(
        "the second and third job are done",
        lambda: state_of(Job, second.id) == state_of(Job, third.id) == "succeeded",
    )
    later = JobAttempt.job_id.in_([second.id, third.id])
    names = db.session.scalars(select(JobAttempt.worker).where(later))
    assert set(names) == {"worker-2"}
    assert is_in("worker-1", "drained")

    # An idle one that is drained ends at once; the hint that comes then is passed on.
    drain(boss, "worker-2")
    fourth = submit(n_estimators=5)
    wait_for("worker-2 ends", lambda: processes.running["worker-2"].poll() is not None)
    assert state_of(Job, fourth.id) == "queued"
    drain(boss, "worker-1", wanted=False)
    wait_for("the fourth job is succeeded", lambda: state_of(Job, fourth.id) == "succeeded")

    # A drained worker that is stopped says so.
    processes.worker("worker-2", queue.TRAIN)
    wait_for("worker-2 is drained", lambda: is_in("worker-2", "drained"))
    os.kill(processes.running["worker-2"].pid, signal.SIGTERM)
    assert processes.running["worker-2"].wait(20) == 0
    assert is_in("worker-2", "stopped")
