"""What became of the jobs of the last 24 hours; read from the index of ``finished_at``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from sqlalchemy import BigInteger, cast, extract, func, select

from dashboard.clock import now
from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.kept import find_kept, keep

HOURS = 24
# A median needs no more, however many jobs ended.
SAMPLE = 1000
# Every open page of the queue asks every few seconds. Of so many ended jobs nobody sees that what
# is shown is some seconds old.
MANY, KEPT_S = 2000, 10.0
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
    """Read what became of the jobs of the last 24 hours; that of many is kept for a moment."""
    known: LastDay | None = find_kept("last_day")
    if known is not None:
        return known
    moment = now()
    since = moment - timedelta(hours=HOURS)
    waits, runs = _sample(since)
    day = LastDay(
        hours=_count(since, moment),
        median_wait_s=median(waits) if waits else None,
        median_run_s=median(runs) if runs else None,
    )
    if sum(day.ended) >= MANY:
        keep(day, KEPT_S, "last_day")
    return day


def _count(since: datetime, moment: datetime) -> Sequence[tuple[int, int]]:
    """Count by hour: one pass over an index, which asks for no state so that it is this index."""
    ended = cast(extract("epoch", Job.finished_at), BigInteger)
    # PostgreSQL rounds to seconds and SQLite cuts: from the end of this one, no hour is too few.
    ago = ((ceil(moment.timestamp()) - ended) // 3600).label("ago")
    counted = select(ago, Job.state, func.count()).where(Job.finished_at > since)
    hours = [[0, 0] for _ in range(HOURS)]
    for back, state, n in db.session.execute(counted.group_by(ago, Job.state)):
        hour = hours[HOURS - 1 - min(max(back, 0), HOURS - 1)]
        hour[0] += n * (state in SUCCEEDED)
        hour[1] += n * (state in FAILED)
    return [(succeeded, failed) for succeeded, failed in hours]


def _sample(since: datetime) -> tuple[list[float], list[float]]:
    """Return seconds from submit to start, and from start to a success.

    Of jobs that were run again it is not known here how long they waited or ran, so they are
    left out.
    """
    found = db.session.execute(
        select(Job.state, Job.attempt, Job.created_at, Job.started_at, Job.finished_at)
        .where(Job.finished_at > since)
        .order_by(Job.finished_at.desc())
        .limit(SAMPLE)
    ).all()
    started = [row for row in found if row.started_at is not None and row.attempt <= 1]
    waits = [(row.started_at - row.created_at).total_seconds() for row in started]
    runs = [
        (row.finished_at - row.started_at).total_seconds()
        for row in started
        if row.state == JobState.SUCCEEDED
    ]
    return [max(0.0, wait) for wait in waits], runs
