"""What became of the jobs of the last 24 hours; read from the index of ``finished_at``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ScalarSelect, func, select

from dashboard.clock import now
from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db

HOURS = 24
# A median needs no more, however many jobs ended.
SAMPLE = 1000
SUCCEEDED, FAILED = (JobState.SUCCEEDED,), (JobState.FAILED, JobState.LOST)


@dataclass(frozen=True)
class LastDay:
    """The last 24 hours; `hours` holds succeeded and failed jobs of each, the oldest first.

    The medians are in seconds, over the `SAMPLE` jobs that ended last; None when there is none.
    `failed` counts lost jobs too.
    """

    hours: Sequence[tuple[int, int]]
    median_wait_s: float | None
    median_run_s: float | None

    @property
    def succeeded(self) -> int:
        """How many jobs succeeded."""
        return sum(succeeded for succeeded, _failed in self.hours)

    @property
    def failed(self) -> int:
        """How many jobs failed or were lost."""
        return sum(failed for _succeeded, failed in self.hours)

    @property
    def ended(self) -> list[int]:
        """How many jobs succeeded or failed in each hour."""
        return [succeeded + failed for succeeded, failed in self.hours]

    @property
    def failures(self) -> list[int]:
        """How many jobs failed or were lost in each hour."""
        return [failed for _succeeded, failed in self.hours]

    @property
    def busiest(self) -> int:
        """How many jobs ended in the hour with the most."""
        return max(self.ended)

    @property
    def sentence(self) -> str:
        """The bars in words, the oldest hour first."""
        return ", ".join(map(str, self.ended)) + f"; {self.failed} of them failed"

    @property
    def failed_last_hour(self) -> int:
        """How many jobs failed or were lost within the last hour."""
        return self.hours[-1][1]


def read_last_day() -> LastDay:
    """Read what became of the jobs of the last 24 hours."""
    moment = now()
    edges = [moment - timedelta(hours=n) for n in range(HOURS, -1, -1)]
    counts = [
        _count(states, start, end)
        for start, end in zip(edges, edges[1:], strict=False)
        for states in (SUCCEEDED, FAILED)
    ]
    row = db.session.execute(select(*counts)).one()
    hours = [(int(row[n]), int(row[n + 1])) for n in range(0, 2 * HOURS, 2)]
    waits, runs = _sample(edges[0])
    return LastDay(
        hours=hours,
        median_wait_s=median(waits) if waits else None,
        median_run_s=median(runs) if runs else None,
    )


def _count(states: Sequence[JobState], start: datetime, end: datetime) -> ScalarSelect[Any]:
    ended = (Job.finished_at > start, Job.finished_at <= end, Job.state.in_(states))
    return select(func.count()).select_from(Job).where(*ended).scalar_subquery()


def _sample(since: datetime) -> tuple[list[float], list[float]]:
    """Return seconds from submit to start, and from start to a success."""
    found = db.session.execute(
        select(Job.state, Job.created_at, Job.started_at, Job.finished_at)
        .where(Job.finished_at > since)
        .order_by(Job.finished_at.desc())
        .limit(SAMPLE)
    ).all()
    started = [row for row in found if row.started_at is not None]
    waits = [(row.started_at - row.created_at).total_seconds() for row in started]
    runs = [
        (row.finished_at - row.started_at).total_seconds()
        for row in started
        if row.state == JobState.SUCCEEDED
    ]
    return [max(0.0, wait) for wait in waits], runs
