"""A submission that is taken back: what has not started is removed, as if it had not been asked.

Nothing is lost with a job that no worker has held: it has no folds, no log and no files. What has
started goes on. A batch that goes on by itself, such as a search, is cancelled as a whole.
"""

from typing import NamedTuple

from sqlalchemy import and_, delete, func, not_, select, update
from sqlalchemy.orm import Session

from dashboard.access import require_owner
from dashboard.batches.queries import get_batch
from dashboard.batches.service import cancel_batch
from dashboard.db import Batch, IdempotencyKey, Job, User
from dashboard.db.job_index import AT_ONCE
from dashboard.db.states import JobState, lock_all
from dashboard.db.transaction import writing
from dashboard.jobs.changing.replacing import may_be_replaced
from dashboard.jobs.service import changing
from dashboard.plans.changing import hold_batches

WAITING = (Job.state == JobState.QUEUED, Job.attempt == 0)


def undo_job(*, user: User, job_id: int) -> Job | None:
    """Remove a job of no batch that was submitted and has not started.

    Returns
    -------
    Job or None
        The job when it stays, as it has started or is over; None when it is gone.

    Raises
    ------
    NotFound
        When there is no such job (any more).
    Forbidden
        When it belongs to somebody else.
    """
    with changing(user, job_id) as (session, job):
        if not may_be_replaced(job):
            return job
        session.execute(delete(Job).where(Job.id == job.id))
        session.expunge(job)
    return None


class Undone(NamedTuple):
    """What became of a batch: jobs that were taken back, that it still has, and how."""

    n: int
    left: int
    is_cancelled: bool = False


def undo_batch(*, user: User, batch_id: int) -> Undone:
    """Remove the jobs of a batch that have not started; cancel one that has a plan.

    A batch of which nothing is left is removed, too.

    Raises
    ------
    NotFound
        When there is no such batch (any more).
    Forbidden
        When it belongs to somebody else.
    """
    batch = get_batch(batch_id)
    require_owner(user, batch, "batch")
    if batch.plan:
        stopped = sum(cancel_batch(user=user, batch_id=batch_id))
        return Undone(stopped, batch.n_jobs, is_cancelled=True)
    with writing() as session:
        held = hold_batches(session, [batch_id])
        if batch_id not in held:  # two clicks
            return Undone(0, 0)
        removed = _remove_waiting(session, batch_id)
        left = session.scalar(select(func.count()).where(Job.batch_id == batch_id)) or 0
        held[batch_id].n_jobs -= removed
        if not left:
            session.flush()
            session.execute(delete(Batch).where(Batch.id == batch_id))
            session.expunge(held[batch_id])
    return Undone(removed, left)


def _remove_waiting(session: Session, batch_id: int) -> int:
    ids = lock_all(session, Job.batch_id == batch_id, *WAITING)
    first_left = session.scalar(
        select(func.min(Job.id)).where(Job.batch_id == batch_id, not_(and_(*WAITING)))
    )
    for start in range(0, len(ids), AT_ONCE):
        chosen = ids[start : start + AT_ONCE]
        if first_left is not None:  # the form that is sent once more makes no other jobs
            keys = update(IdempotencyKey).where(IdempotencyKey.job_id.in_(chosen))
            session.execute(keys.values(job_id=first_left))
        gone = delete(Job).where(Job.id.in_(chosen))
        session.execute(gone.execution_options(synchronize_session=False))
    return len(ids)
