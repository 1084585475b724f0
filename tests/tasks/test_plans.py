"""What the dispatcher asks in each round is answered from an index, however many jobs there be."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard import queue
from dashboard.clock import now
from dashboard.db import JobAttempt
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.running.execution import Progress, record_progress
from dashboard.workers.last_day import read_last_day
from tasks import dispatcher, tidying
from tests.factories import make_job, make_succeeded_job

GROWING = (
    "jobs", "job_attempts", "job_events", "job_folds", "job_usage", "log_lines", "chores",
    "idempotency_keys", "predictions", "models", "sign_in_attempts", "sign_ins",
)  # fmt: skip


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Collect what is asked of the database within a block."""
    said: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def plans(said: list[tuple[str, Any]]) -> list[tuple[str, list[str]]]:
    """Return each statement with the steps by which SQLite answers it."""
    with db.engine.connect() as connection:
        return [
            (statement, [row[3] for row in connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters)])
            for statement, parameters in said
            if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))
        ]  # fmt: skip


def scans(said: list[tuple[str, Any]]) -> list[str]:
    """Return the statements that read a growing table from its first row to its last."""
    return [
        f"{statement}\n{steps}"
        for statement, steps in plans(said)
        if any(step.startswith("SCAN") and step.split()[1] in GROWING for step in steps)
    ]


def test_a_scan_is_noticed(app: Flask) -> None:
    with statements() as said:
        db.session.query(JobAttempt).filter(JobAttempt.worker == "w").all()
    assert len(scans(said)) == 1


def test_no_round_reads_a_table_that_grows(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    settings, long_ago = app.config["SETTINGS"], now() - timedelta(days=365)
    job = make_succeeded_job(finished_at=long_ago)
    make_job(state="running", lease="ab" * 8, worker="w", attempt=1, heartbeat_at=long_ago)
    make_job()
    with writing() as session:
        for n in (1, 2):
            session.add(JobAttempt(job_id=job.id, number=n, worker="w", lease=f"{n}",
                                   ended_at=now(), ended_by="worker_died"))  # fmt: skip
    tidy = tidying.Tidying(settings, threading.Event())
    with statements() as said:
        dispatcher.recover(settings, now())
        dispatcher.send_hints(now())
        tidy.tidy(now())
        read_last_day()
    tables = " ".join(statement for statement, _ in said)
    assert all(f"FROM {table}" in tables for table in ("jobs", "job_attempts", "idempotency_keys"))
    found = scans(said)
    assert not found, "\n\n".join(found)


def test_the_last_day_reads_no_job_that_ended_before(app: Flask) -> None:
    with statements() as said:
        read_last_day()
    steps = [step for _, found in plans(said) for step in found if " jobs " in step]
    assert len(steps) == 2
    assert all("INDEX ix_jobs_finished (finished_at>?" in step for step in steps)


def test_a_heartbeat_reads_the_job_alone(app: Flask) -> None:
    make_job()
    claim = claim_next_job(worker="w")
    assert claim is not None
    db.session.remove()
    with statements() as said:
        assert record_progress(claim=claim, progress=Progress(fraction=0.5)).held
    assert not [s for s, _ in said if "datasets" in s or "users" in s]
