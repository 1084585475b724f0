"""Logs of jobs that ended long ago: the last lines stay, the rest and the usage samples go."""

from datetime import datetime

from sqlalchemy import delete, exists, func, select

from dashboard.db import Job, JobUsage, LogLine
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.retention.rows import delete_in_steps

LINES_KEPT = 200  # the last lines of a log say how the job ended, and why
JOBS_AT_ONCE = 2000
LINES_AT_ONCE = 5000
STEPS = 40


def trim_logs(*, before: datetime, behind: int = 0) -> int:
    """Trim the logs of some jobs that ended before a moment.

    Jobs are looked at in the order of their numbers, 2,000 at a time, so that it costs the same
    however many there are. Events stay.

    Parameters
    ----------
    before : datetime
        Jobs that ended earlier are trimmed.
    behind : int, default 0
        The number of the last job that was looked at.

    Returns
    -------
    int
        Where to go on the next time; 0 when all jobs were looked at.
    """
    some = select(Job.id, Job.finished_at).where(Job.id > behind).order_by(Job.id)
    jobs = db.session.execute(some.limit(JOBS_AT_ONCE)).all()
    ids = [job_id for job_id, ended in jobs if ended is not None and ended < before]
    long, sampled = _long_logs(ids), _with_usage(ids)
    db.session.rollback()
    steps = STEPS
    for job_id, first, last in long:
        steps = _trim(job_id, first, last - LINES_KEPT, steps)
        if steps < 0:
            return job_id - 1
    for job_id in sampled:
        delete_in_steps(JobUsage, JobUsage.job_id == job_id)
    return jobs[-1].id if len(jobs) == JOBS_AT_ONCE else 0


def _long_logs(ids: list[int]) -> list[tuple[int, int, int]]:
    """Return job, first and last line of each log that is too long; two looks into the index."""
    if not ids:
        return []
    first = select(func.min(LogLine.n)).where(LogLine.job_id == Job.id).scalar_subquery()
    last = select(func.max(LogLine.n)).where(LogLine.job_id == Job.id).scalar_subquery()
    spans = select(Job.id, first, last).where(Job.id.between(ids[0], ids[-1])).order_by(Job.id)
    wanted = set(ids)
    return [
        (row[0], row[1], row[2])
        for row in db.session.execute(spans).all()
        if row[0] in wanted and row[1] is not None and row[2] - row[1] >= LINES_KEPT
    ]


def _with_usage(ids: list[int]) -> list[int]:
    if not ids:
        return []
    has_usage = exists().where(JobUsage.job_id == Job.id)
    found = db.session.scalars(select(Job.id).where(Job.id.between(ids[0], ids[-1]), has_usage))
    wanted = set(ids)
    return [job_id for job_id in found if job_id in wanted]


def _trim(job_id: int, first: int, last: int, steps: int) -> int:
    """Delete lines up to `last`; return the steps that are left, less than 0 when too few were."""
    while first <= last:
        if steps <= 0:
            return -1
        end = min(first + LINES_AT_ONCE - 1, last)
        with writing() as session:
            session.execute(delete(LogLine).where(LogLine.job_id == job_id, LogLine.n <= end))
        first, steps = end + 1, steps - 1
    return steps
