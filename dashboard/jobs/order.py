"""The order in which waiting jobs start: priority, then owners in turns, then age."""

from sqlalchemy import Select, func, select

from dashboard.db import Job
from dashboard.db.states import HELD, JobState
from dashboard.extensions import db

# Further back a place says little, and would cost much to know.
PLACES_SHOWN = 300


def select_in_order() -> Select[int]:
    """Select the ids of waiting jobs, the next one first.

    An owner's n-th waiting job counts as if the n - 1 before it were running already. So the
    first row is what a worker takes now, and the rest what it takes if nothing ends meanwhile.
    """
    running = (
        select(Job.owner_id, func.count().label("jobs"))
        .where(Job.state.in_(HELD))
        .group_by(Job.owner_id)
        .subquery()
    )
    turn = func.row_number().over(
        partition_by=Job.owner_id, order_by=(Job.priority.desc(), Job.id)
    )
    return (
        select(Job.id)
        .outerjoin(running, running.c.owner_id == Job.owner_id)
        .where(Job.state == JobState.QUEUED)
        .order_by(Job.priority.desc(), func.coalesce(running.c.jobs, 0) + turn, Job.id)
    )


def find_places() -> dict[int, int]:
    """Return the place in the queue, from 1, of the first `PLACES_SHOWN` waiting jobs."""
    ids = db.session.scalars(select_in_order().limit(PLACES_SHOWN))
    return {job_id: place for place, job_id in enumerate(ids, start=1)}


def find_place(job: Job) -> int | None:
    """Return a job's place in the queue; None when it does not wait, or far back."""
    return find_places().get(job.id) if job.state == JobState.QUEUED else None
