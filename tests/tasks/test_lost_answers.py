"""What a worker writes again because no answer came: it was taken the first time."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from dashboard.clock import now
from dashboard.db import JobUsage, LogLine
from dashboard.extensions import db
from dashboard.jobs.running import execution
from dashboard.jobs.running.usage import UsageSample
from tasks import attempt as module
from tasks.attempt import Attempt
from tests.tasks.test_attempt import FakeChild, begin, child

__all__ = ["child"]
LOG = {"type": "log", "level": "info"}


def lose_answers(monkeypatch: pytest.MonkeyPatch, count: int) -> list[int]:
    """Let the database take so many writes of progress and its answer be lost."""
    real, lost = execution.record_progress, []

    def record(**values: Any) -> execution.Signal:
        signal = real(**values)
        if len(lost) < count:
            lost.append(1)
            raise OperationalError("COMMIT", {}, Exception("server closed the connection"))
        return signal

    monkeypatch.setattr(execution, "record_progress", record)
    return lost


def count(record: type[LogLine] | type[JobUsage], **which: Any) -> int:
    db.session.rollback()
    found = select(func.count()).select_from(record).filter_by(**which)
    return db.session.scalar(found) or 0


def test_lines_and_samples_are_there_once(
    child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin()
    lost = lose_answers(monkeypatch, 2)
    attempt.reporter.take(LOG | {"text": "first"})
    attempt.reporter.progress.usage.append(UsageSample(now(), 1.0, 5))
    attempt._read_job()
    attempt.last_write -= 10
    assert not attempt._write_if_due()
    assert len(lost) == 1
    attempt.reporter.take(LOG | {"text": "second"})
    attempt._write()
    assert len(lost) == 2
    for text in ("first", "second"):
        assert count(LogLine, job_id=job.id, text=text) == 1
    assert count(JobUsage, job_id=job.id) == 1


def test_what_is_told_after_an_outage_is_written(
    child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin()
    attempt._read_job()
    lose_answers(monkeypatch, 1)
    attempt.reporter.take(LOG | {"text": "first"})
    attempt._write()
    assert not attempt.reporter.progress.again
    attempt.reporter.take(LOG | {"text": "first"})  # the same words, at another moment
    attempt._write()
    assert count(LogLine, job_id=job.id, text="first") == 2


@pytest.mark.parametrize("stop", ["time limit", "hand back"])
def test_what_a_child_finished_in_the_moment_it_is_stopped_counts(
    stop: str, app: Flask, child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin(time_limit_s=60)
    done = {"type": "failed", "failure": {"code": "X", "message": "what the child said last"}}

    def kill(self: FakeChild) -> list[dict[str, Any]]:
        was_alive, self.is_alive = self.is_alive, False
        return [done] if was_alive else []

    monkeypatch.setattr(child, "kill", kill)
    if stop == "time limit":
        attempt.started -= 61
    else:
        monkeypatch.setattr(Attempt, "_should_hand_back", lambda self: True)
    attempt.run()
    db.session.rollback()
    db.session.refresh(job)
    assert (job.state, job.failure["message"]) == ("failed", "what the child said last")
    assert module.draining.is_set() is False
