"""The best one of a batch scored anew: its settings, on folds that are drawn with a fresh seed."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.access import require_owner
from dashboard.batches.queries import get_batch
from dashboard.db import Batch, Job, User
from dashboard.db.states import ACTIVE, JobState
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.extensions import db
from dashboard.honest import ANEW
from dashboard.honest.families import find_latest
from dashboard.honest.opening import open_anew, why_not_anew
from dashboard.jobs import submission
from dashboard.plans.adding import write_copies
from dashboard.plans.changing import hold_batch
from dashboard.plans.step import Look, Step
from dashboard.room import check_room_for_jobs


def score_anew(*, user: User, batch_id: int) -> Batch:
    """Score the settings of a batch's winner on folds that chose nothing.

    While a winner is being scored anew, or was, the same is given again; after a failure another
    job is made.

    Parameters
    ----------
    user, batch_id
        Who asks, about which search or batch that tried several.

    Returns
    -------
    Batch
        The batch with the one job that does it.

    Raises
    ------
    NotFound, Forbidden
        When there is no such batch, or it belongs to somebody else.
    Conflict
        When there is no winner, or its folds cannot be drawn in another way.
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    check_room_for_jobs()
    require_owner(user, get_batch(batch_id), "batch")
    with writing() as session:
        batch = hold_batch(session, batch_id)
        winner = find_winner(batch)
        if winner is None:
            raise Conflict("There is no finished model of a best one yet, so none can be scored")
        if refusal := why_not_anew(winner):
            raise Conflict(refusal)
        found = find_latest(batch_id, ANEW)
        if found is None or not _is_good(found, winner):
            found = _add(session, batch, winner)
    submission.hint_batch(found.id)
    return found


def find_winner(batch: Batch) -> Job | None:
    """Return the job that was made of the best one, if it is done."""
    winner = db.session.get(Job, batch.final_job_id) if batch.final_job_id else None
    return winner if winner is not None and winner.state == JobState.SUCCEEDED else None


def find_job(batch: Batch) -> Job | None:
    """Return the one job of a batch that scores anew; None once it was deleted."""
    return db.session.scalar(select(Job).where(Job.batch_id == batch.id))


def _is_good(found: Batch, winner: Job) -> bool:
    job = find_job(found)
    if job is None or (found.plan or {})["of"] != winner.id:
        return False
    return job.state in ACTIVE or job.state == JobState.SUCCEEDED


def _add(session: Session, batch: Batch, winner: Job) -> Batch:
    before = session.scalar(select(func.count()).where(Batch.parent_id == batch.id))
    return write_copies(session, batch, open_anew(winner, before or 0))


def decide(look: Look) -> Step | None:
    """Return what is to be done with a batch that scores anew: it ends with its job."""
    if look.n_active:
        return None
    done = any(one.is_complete for one in look.members)
    return Step(over="Scored on other folds" if done else "It could not be scored")
