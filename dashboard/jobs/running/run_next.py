"""Run next: a job that waits is put before all others, or before its owner's other ones."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.access import may_change
from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.job import NEXT, PRIORITIES
from dashboard.db.planning import in_index_order
from dashboard.db.states import JobState
from dashboard.errors import Conflict
from dashboard.extensions import db
from dashboard.jobs.page.time_up import say_state
from dashboard.jobs.running.execution import add_lines
from dashboard.jobs.service import changing


class Foremost(NamedTuple):
    """Where the waiting job stands that `run_next` would put another one before."""

    job_id: int
    priority: int
    rank: int


def find_foremost(user: User) -> Foremost | None:
    """Return the waiting job that stands where `run_next` by this person would put it, or None.

    For an admin that is the first of those that an admin put before all jobs. For others it is
    the first of their own but those.
    """
    session: Session = db.session()
    priorities = [NEXT] if user.is_admin else sorted(PRIORITIES.values(), reverse=True)
    with in_index_order(session):
        for priority in priorities:
            same = (Job.state == JobState.QUEUED, Job.priority == priority)
            found = select(Job.id, Job.priority, Job.rank).where(*same)
            if not user.is_admin:
                found = found.where(Job.owner_id == user.id)
            row = session.execute(found.order_by(Job.rank, Job.id).limit(1)).first()
            if row is not None:
                return Foremost(*row)
    return None


def may_run_next(user: User, job: Job, foremost: Foremost | None) -> bool:
    """Tell whether a person may put a job first and that would change anything.

    Parameters
    ----------
    user, job
        Who, and which.
    foremost : Foremost or None
        What `find_foremost` says of the person.
    """
    if job.state != JobState.QUEUED or not may_change(user, job):
        return False
    is_foremost = foremost is not None and job.id == foremost.job_id
    return not is_foremost and (user.is_admin or job.priority != NEXT)


def run_next(*, user: User, job_id: int) -> Job:
    """Put a waiting job first: an admin before all jobs, others before their own.

    An owner's job takes the priority of the owner's highest job that waits, and a rank below all
    of those; whose turn it is among owners stays. What an admin put before all stays there: it
    lends its priority to no other job. Of several that an admin put first, the last one is first.
    A job that stands first already stays as it is.

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
            raise Conflict(f"The job is {say_state(job)}; only jobs that wait can be put first")
        foremost = find_foremost(user)
        if may_run_next(user, job, foremost):
            if user.is_admin:
                job.priority = NEXT
            elif foremost is not None:
                job.priority = foremost.priority
            job.rank = min(0, foremost.rank if foremost else 0) - 1
            add_lines(session, job.id, [(now(), "info", f"{user.name} asked to run it next")])
    return job
