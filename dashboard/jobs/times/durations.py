"""How long jobs were worked on: their attempts, without the time that lay between two of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from dashboard.clock import now
from dashboard.db import JobAttempt
from dashboard.extensions import db


@dataclass(frozen=True)
class Duration:
    """The seconds of the attempts that are over, and when the one began that is not."""

    over_s: float | None = None
    since: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """How long it is until now; None before the first attempt."""
        if self.since is None:
            return self.over_s
        return (self.over_s or 0.0) + max((now() - self.since).total_seconds(), 0.0)


def read_durations(job_ids: Sequence[int]) -> dict[int, Duration]:
    """Read how long jobs took, or have taken so far; jobs that never began are not among them."""
    goes_on = case((JobAttempt.ended_at.is_(None), JobAttempt.started_at))
    found = (
        select(JobAttempt.job_id, func.sum(JobAttempt.seconds), func.max(goes_on))
        .where(JobAttempt.job_id.in_(job_ids))
        .group_by(JobAttempt.job_id)
    )
    return {job_id: Duration(over_s, since) for job_id, over_s, since in db.session.execute(found)}


def add_up(attempts: Iterable[JobAttempt]) -> float | None:
    """Return the same for attempts that were read; None where there is none."""
    known = [seconds for one in attempts if (seconds := seconds_of(one)) is not None]
    return sum(known) if known else None


def seconds_of(attempt: JobAttempt) -> float | None:
    """Return how long an attempt worked, or has worked so far."""
    if attempt.ended_at is None:
        return Duration(since=attempt.started_at).seconds
    return attempt.seconds
