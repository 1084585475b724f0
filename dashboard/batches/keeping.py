"""Stop a batch that goes on, and make the model of what was scored so far."""

from sqlalchemy import func, select

from dashboard.access import require_owner
from dashboard.batches.queries import get_batch
from dashboard.batches.service import stop_jobs
from dashboard.db import Batch, Job, User
from dashboard.db.states import JobState
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.plans.advance import advance
from dashboard.plans.changing import stop_plan
from dashboard.room import check_room_for_jobs
from dashboard.searches import KIND as SEARCH
from dashboard.several import KIND as SEVERAL


def keep_best(*, user: User, batch_id: int) -> Batch:
    """Stop a search, or trying several, and make a model of the best one so far.

    Raises
    ------
    NotFound, Forbidden
        When there is no such batch, or it belongs to somebody else.
    Conflict
        When it makes no model, or no candidate is scored yet.
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    check_room_for_jobs()
    batch = get_batch(batch_id)
    require_owner(user, batch, "batch")
    if (batch.plan or {}).get("kind") not in {SEARCH, SEVERAL} or batch.parent_id is not None:
        raise Conflict(f"Batch #{batch_id} is no search and tries no several, so there is no best")
    with writing() as session:
        stop_plan(session, batch_id, by=user.name, keep=True)
        scored = select(func.count()).where(
            Job.batch_id == batch_id, Job.score_only, Job.state == JobState.SUCCEEDED,
            Job.score.is_not(None), ~Job.partial,
        )  # fmt: skip
        if not session.scalar(scored):
            raise Conflict("No candidate is scored on every fold yet, so there is no best one")
        stop_jobs(session, Job.score_only & (Job.batch_id == batch_id), by=user.name)
    advance(batch_id)
    return get_batch(batch_id)
