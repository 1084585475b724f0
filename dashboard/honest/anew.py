"""The best one of a batch scored anew: its settings, on folds that are drawn with a fresh seed."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.access import require_owner
from dashboard.batches.queries import get_batch
from dashboard.db import Batch, Job, User
from dashboard.db.copies import copy_asked
from dashboard.db.states import ACTIVE, JobState, write_events
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.extensions import db
from dashboard.honest import ANEW
from dashboard.honest.families import find_latest
from dashboard.jobs import submission
from dashboard.jobs.blends import is_blend
from dashboard.plans.changing import hold_batch
from dashboard.plans.step import Look, Step
from dashboard.room import check_room_for_jobs
from dashboard.searches.naming import join_name

SEEDS = 2**32


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
            found = _add(session, batch, winner, user)
    submission.hint_batch(found.id)
    return found


def find_winner(batch: Batch) -> Job | None:
    """Return the job that was made of the best one, if it is done."""
    winner = db.session.get(Job, batch.final_job_id) if batch.final_job_id else None
    return winner if winner is not None and winner.state == JobState.SUCCEEDED else None


def why_not_anew(winner: Job) -> str | None:
    """Say why a winner cannot be scored anew, or need not be; None where it can."""
    if is_blend(winner):
        return "A blend is scored on other folds than it is weighed on, so its score is honest"
    if winner.validation.get("scheme") == "time":
        return "In the order of time rows are split in one way alone, so there are no other folds"
    return None


def find_job(batch: Batch) -> Job | None:
    """Return the one job of a batch that scores anew; None once it was deleted."""
    return db.session.scalar(select(Job).where(Job.batch_id == batch.id))


def _is_good(found: Batch, winner: Job) -> bool:
    job = find_job(found)
    if job is None or (found.plan or {})["of"] != winner.id:
        return False
    return job.state in ACTIVE or job.state == JobState.SUCCEEDED


def _add(session: Session, batch: Batch, winner: Job, user: User) -> Batch:
    before = select(func.count()).where(Batch.parent_id == batch.id)
    seed = (winner.seed + 1 + (session.scalar(before) or 0)) % SEEDS
    name = join_name(winner.name, "scored anew")
    plan = {"kind": ANEW, "of": winner.id}
    child = Batch(owner_id=batch.owner_id, name=name, n_jobs=1, parent_id=batch.id, plan=plan,
                  plan_state="going")  # fmt: skip
    session.add(child)
    session.flush()
    job = copy_asked(winner, batch_id=child.id, name=name, seed=seed, score_only=True)
    session.add(job)
    session.flush()
    write_events(session, Job.id == job.id, None, JobState.QUEUED, by=user.name)
    return child


def decide(look: Look) -> Step | None:
    """Return what is to be done with a batch that scores anew: it ends with its job."""
    if look.n_active:
        return None
    done = any(one.is_complete for one in look.members)
    return Step(over="Scored on other folds" if done else "It could not be scored")
