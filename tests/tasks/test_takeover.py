"""A worker that starts in place of one that is gone takes its work back at once."""

import os
import socket
import subprocess
import sys
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from dashboard.chores import service as chores
from dashboard.clock import now
from dashboard.db import Chore, Job, JobAttempt, Worker
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running import execution, recovery
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.running.execution import Progress
from tasks.presence import is_gone
from tests.factories import make_dataset, make_job, make_user


def read(job: Job) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True)


def test_only_what_the_former_process_held_is_taken_back(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    jobs = [make_job(owner, dataset) for _ in range(3)]
    for worker in ("worker-1", "worker-2"):
        assert claim_next_job(worker=worker) is not None
    began = now()
    assert claim_next_job(worker="worker-1") is not None  # by the new process
    taken = recovery.recover_jobs_of(worker="worker-1", before=began, max_child_deaths=3)
    assert taken == 1
    assert [read(job).state for job in jobs] == ["queued", "running", "running"]
    ends = db.session.scalars(select(JobAttempt.ended_by).order_by(JobAttempt.id)).all()
    assert ends == ["worker_died", None, None]


def test_chores_too_but_not_the_last_attempt(any_app: Flask) -> None:
    with writing() as session:
        chores.add_chore(session, "predict", 1)
        chores.add_chore(session, "predict", 2)
    for _ in range(2):
        chores.claim_next_chore(worker="light")
    with writing() as session:
        session.scalars(select(Chore).where(Chore.subject_id == 2)).one().attempt = 10
    chores.recover_chores_of(worker="light", before=now() + timedelta(seconds=1))
    db.session.rollback()
    found = db.session.execute(select(Chore.subject_id, Chore.state).order_by(Chore.subject_id))
    assert [tuple(row) for row in found] == [(1, "queued"), (2, "running")]


def test_a_process_counts_as_gone_only_when_that_is_certain() -> None:
    host = socket.gethostname()

    def former(pid: int, seconds_ago: float = 0.0, where: str = host) -> Worker:
        seen_at = now() - timedelta(seconds=seconds_ago)
        return Worker(name="worker-1", host=where, pid=pid, seen_at=seen_at)

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as living:
        assert not is_gone(None, host)
        assert not is_gone(former(living.pid), host)
        assert is_gone(former(living.pid, seconds_ago=3600), host)  # another with its number
        assert not is_gone(former(living.pid, seconds_ago=3600, where="elsewhere"), host)
        assert is_gone(former(os.getpid()), host)
        living.communicate(b"\n")
    assert is_gone(former(living.pid), host)


def test_progress_is_kept_over_attempts(any_app: Flask) -> None:
    job = make_job()
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    execution.record_progress(claim=claim, progress=Progress(fraction=0.6))
    recovery.hand_back(claim=claim)
    assert read(job).progress == 0.6
