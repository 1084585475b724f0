"""Old rows and logs: what goes, what stays, in bounded steps."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from dashboard.clock import now
from dashboard.db import (
    Chore,
    Dataset,
    IdempotencyKey,
    Job,
    JobEvent,
    JobUsage,
    LogLine,
    Prediction,
    SignInAttempt,
    Worker,
)
from dashboard.db.states import JobState
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.retention import logs, rows
from dashboard.workers.queries import is_drained, list_workers
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)


def count(record: Any, *which: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(record).where(*which)) or 0


def add(*records: Any) -> None:
    with writing() as session:
        session.add_all(records)


def prediction(model_id: int, **values: Any) -> Prediction:
    return Prediction(**{"model_id": model_id, "owner_id": 1, "token": "ab" * 8} | values)


def test_rows_that_nobody_needs_go_after_their_time(any_app: Flask) -> None:
    model = make_model()
    moment = now()
    old, young = moment - timedelta(hours=25), moment - timedelta(hours=23)
    for at in (old, young):
        add(
            Worker(name=f"w{at}", queue="train", host="h", pid=1, seen_at=at),
            SignInAttempt(key="a", at=at),
            Chore(kind="predict", subject_id=1, state="done", finished_at=at),
            Chore(kind="predict", subject_id=1, state="queued", created_at=at),
            IdempotencyKey(
                user_id=model.job.owner_id, key=str(at), job_id=model.job_id,
                created_at=at - 6 * DAY,
            ),
            prediction(model.id, kind="rows", state="ready", created_at=at),
            prediction(model.id, kind="file", state="ready", created_at=at, input_key="x"),
        )  # fmt: skip
    assert rows.forget_rows(moment) == 5
    assert [count(r) for r in (Worker, SignInAttempt, IdempotencyKey)] == [1, 1, 1]
    assert count(Chore) == 3
    assert count(Prediction, Prediction.kind == "file") == 2
    assert rows.forget_rows(moment) == 0


def test_a_drained_worker_is_known_until_it_is_resumed(any_app: Flask) -> None:
    long_ago = now() - 400 * DAY
    add(Worker(name="away", queue="train", host="h", pid=1, seen_at=long_ago, drain=True))
    rows.forget_rows(now())
    assert is_drained("away")
    assert not list_workers()
    with writing() as session:
        session.execute(update(Worker).values(drain=False))
    rows.forget_rows(now())
    assert count(Worker) == 0


def test_rows_go_in_bounded_steps(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "AT_ONCE", 3)
    add(*[SignInAttempt(key=str(n), at=now()) for n in range(10)])
    assert rows.delete_in_steps(SignInAttempt, SignInAttempt.key != "9", rounds=2) == 6
    assert count(SignInAttempt) == 4
    assert rows.delete_in_steps(SignInAttempt, SignInAttempt.key != "9", rounds=2) == 3


def test_abandoned_uploads_and_predictions_go(any_app: Flask) -> None:
    model = make_model()
    for days in (0.5, 2):
        at = now() - days * DAY
        make_dataset(saved_at=None, touched_at=at)
        add(prediction(model.id, kind="file", created_at=at))
    saved = count(Dataset, Dataset.saved_at.is_not(None))
    assert rows.forget_abandoned(now()) == 2
    assert count(Dataset) == saved + 1
    assert count(Prediction) == 1


def log_of(job: Job, lines: int, *, ended: datetime | None) -> None:
    with writing() as session:
        session.get_one(Job, job.id).finished_at = ended
        session.add(JobEvent(job_id=job.id, to_state=JobState.QUEUED, by="Ana"))
        for n in range(1, lines + 1):
            session.add(LogLine(job_id=job.id, n=n, text=f"line {n}"))
        for _ in range(5):
            session.add(JobUsage(job_id=job.id, attempt=1, cpu_cores=1.0, memory_bytes=1))


def test_old_logs_keep_their_last_lines(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LINES_AT_ONCE", 7)
    jobs = [make_succeeded_job() for _ in range(4)]
    long_ago, lately = now() - 91 * DAY, now() - 89 * DAY
    for job, lines, ended in zip(jobs, (230, 230, 200, 30), (long_ago, lately, *[long_ago] * 2),
                                 strict=True):  # fmt: skip
        log_of(job, lines, ended=ended)
    running = make_job(state="running")
    log_of(running, 300, ended=None)
    assert logs.trim_logs(before=now() - 90 * DAY) == 0
    kept = [count(LogLine, LogLine.job_id == job.id) for job in [*jobs, running]]
    assert kept == [200, 230, 200, 30, 300]
    first = db.session.scalar(select(func.min(LogLine.n)).where(LogLine.job_id == jobs[0].id))
    assert first == 31
    usage = [count(JobUsage, JobUsage.job_id == job.id) for job in [*jobs, running]]
    assert usage == [0, 5, 0, 0, 5]
    assert count(JobEvent) == 5


def test_trimming_goes_on_where_it_stopped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LINES_AT_ONCE", 10)
    monkeypatch.setattr(logs, "STEPS", 4)
    monkeypatch.setattr(logs, "JOBS_AT_ONCE", 2)
    jobs = [make_succeeded_job() for _ in range(3)]
    for job in jobs:
        log_of(job, 225, ended=now() - 100 * DAY)
    behind, calls = 0, 0
    while calls == 0 or behind:
        behind = logs.trim_logs(before=now() - 90 * DAY, behind=behind)
        calls += 1
        assert calls < 10
    assert calls > 2
    assert count(LogLine) == 3 * 200
