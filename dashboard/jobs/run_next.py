"""Run next: a job that waits is put before all others, or before its owner's other ones."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.access import may_change
from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.job import NEXT, PRIORITIES
from dashboard.db.states import JobState
from dashboard.errors import Conflict
from dashboard.extensions import db
from dashboard.jobs.execution import add_lines
from dashboard.jobs.service import changing


def find_foremost(user: User) -> int | None:
    """Return the waiting job that stands where `run_next` by this person would put it, or None."""
    priorities = [NEXT] if user.is_admin else sorted(PRIORITIES.values(), reverse=True)
    for priority in priorities:
        same = (Job.state == JobState.QUEUED, Job.priority == priority)
        found = select(Job.id).where(*same).order_by(Job.rank, Job.id).limit(1)
        if not user.is_admin:
            found = found.where(Job.owner_id == user.id)
        job_id = db.session.scalar(found)
        if job_id is not None:
            return job_id
    return None


def may_run_next(user: User, job: Job, foremost: int | None) -> bool:
    """Tell whether a person may put a job first and that would change anything.

    Parameters
    ----------
    user, job
        Who, and which.
    foremost : int or None
        What `find_foremost` says of the person.
    """
    if job.state != JobState.QUEUED or job.id == foremost or not may_change(user, job):
        return False
    return user.is_admin or job.priority != NEXT


def run_next(*, user: User, job_id: int) -> Job:
    """Put a waiting job first: an admin before all jobs, others before their own.

    An owner's job takes the priority of the owner's highest job that waits, and a rank below all
    of those; whose turn it is among owners stays. What an admin put before all stays there: it
    lends its priority to no other job. Of several that an admin put first, the last one is first.

    Returns
    -------
    Job
        The job, still queued.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When it does not wait.
    """
    with changing(user, job_id) as (session, job):
        if job.state != JobState.QUEUED:
            raise Conflict(f"The job is {job.state}; only jobs that wait can be put first")
        if user.is_admin:
            job.rank = _least_rank(session, NEXT, None) - 1
            job.priority = NEXT
        elif job.priority != NEXT:
            priority = _highest_priority(session, job)
            job.rank = _least_rank(session, priority, job.owner_id) - 1
            job.priority = priority
        add_lines(session, job.id, [(now(), "info", f"{user.name} asked to run it next")])
    return job


def _highest_priority(session: Session, job: Job) -> int:
    """Return the highest priority, but `NEXT`, at which a job of the same owner waits."""
    for priority in sorted(PRIORITIES.values(), reverse=True):
        same = (Job.state == JobState.QUEUED, Job.priority == priority)
        waits = select(Job.id).where(*same, Job.owner_id == job.owner_id).limit(1)
        if session.scalar(waits) is not None:
            return priority
    return job.priority


def _least_rank(session: Session, priority: int, owner_id: int | None) -> int:
    """Return the least rank of the jobs that wait at a priority, of all or of one owner, or 0."""
    least = select(func.min(Job.rank)).where(
        Job.state == JobState.QUEUED, Job.priority == priority
    )
    if owner_id is not None:
        least = least.where(Job.owner_id == owner_id)
    return min(0, session.scalar(least) or 0)
