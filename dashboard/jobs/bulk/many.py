"""Doing something to many jobs: at once where they are few, else by the light worker.

Whose jobs they are and what their states allow is asked of each one when its turn comes. Each
slice of them is one transaction together with the count of how far it is, so nothing is done twice
when a worker dies in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from dashboard import queue
from dashboard.access import may_change, require_member
from dashboard.chores.service import ACT, ChoreClaim, add_chore, end_chore, held_chore
from dashboard.clock import now
from dashboard.db import BulkAction, Job, User
from dashboard.db.lookup import get_by_id
from dashboard.db.transaction import writing
from dashboard.errors import BadRequest, Conflict, DomainError, NotFound, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.asking.tags import clean_tags
from dashboard.jobs.bulk.acts import ACTIONS, Action, Slice
from dashboard.jobs.bulk.counts import count_made, say_too_many
from dashboard.jobs.service import delete_folders
from dashboard.plans.changing import hold_batches
from dashboard.room import check_room_for_jobs

FEW = 20  # are changed while the person waits
SLICE = 50
REFUSED_KEPT = 20
OPEN = ("queued", "running")


def get_action(name: str) -> Action:
    """Return an action by its name.

    Raises
    ------
    BadRequest
        When there is none like it.
    """
    if name not in ACTIONS:
        raise BadRequest(f'"{name}" cannot be done. Choose one of: {", ".join(ACTIONS)}')
    return ACTIONS[name]


def begin(
    *,
    user: User,
    action: str,
    job_ids: Sequence[int],
    address: str,
    tag: str | None = None,
    since: int | None = None,
) -> BulkAction:
    """Do something to many jobs; of more than `FEW` the light worker does it.

    Parameters
    ----------
    user : User
        Who does it: of others' jobs nothing is changed, unless it is an admin.
    action : str
        One of `bulk_acts.ACTIONS`.
    job_ids : sequence of int
        Which jobs.
    address : str
        Of the list that they were chosen on.
    tag : str, optional
        Which tag is given or taken away.
    since : int, optional
        What `find_next_id` gave when the question was shown: sent twice, it is done once.

    Raises
    ------
    Forbidden
        When the person may change nothing.
    BadRequest
        When there is no such action, or no job.
    ValidationFailed
        When the tag is none, or more jobs would be made than may be at once.
    StorageFull
        When jobs are to run again and there is no room for that.
    """
    require_member(user)
    chosen = get_action(action)
    if not job_ids:
        raise BadRequest("No job is chosen. Tick some first")
    if chosen.name == "again":
        check_room_for_jobs()
        _check_made(count_made(user, job_ids))
    clean = _clean_tag(tag) if chosen.asks_tag else None
    bulk = BulkAction(
        user_id=user.id, action=action, tag=clean, address=address, job_ids=list(job_ids),
        total=len(job_ids),
    )  # fmt: skip
    is_small = len(job_ids) <= FEW
    with writing() as session:
        former = _find_former(session, bulk, since) if since else None
        if former:
            return former
        session.add(bulk)
        session.flush()
        if not is_small:
            add_chore(session, ACT, bulk.id)
    if is_small:
        while do_slice(bulk.id):
            pass
    else:
        queue.wake(queue.LIGHT)
    return db.session.get_one(BulkAction, bulk.id)


def _check_made(n_made: int) -> None:
    refusal = say_too_many(n_made)
    if refusal:
        raise ValidationFailed({"shown": refusal})


def _find_former(session: Session, bulk: BulkAction, since: int) -> BulkAction | None:
    """Return what the same question has begun already, while the person's others wait."""
    session.scalar(select(User.id).where(User.id == bulk.user_id).with_for_update())
    later = select(BulkAction).where(BulkAction.user_id == bulk.user_id, BulkAction.id >= since)
    same = session.scalars(later.where(BulkAction.action == bulk.action))
    return next((one for one in same if (one.job_ids, one.tag) == (bulk.job_ids, bulk.tag)), None)


def _clean_tag(tag: str | None) -> str:
    try:
        (clean,) = clean_tags([tag or ""])
    except ValidationFailed as problem:
        raise ValidationFailed({"tag": problem.fields["tags"]}) from None
    return clean


def do_slice(bulk_id: int, claim: ChoreClaim | None = None) -> bool:
    """Change the next jobs of a bulk action; False when there is nothing left to do.

    With a `claim` the chore ends together with the action.
    """
    with writing() as session:
        if claim and held_chore(session, claim) is None:
            return False
        part = _take_slice(session, bulk_id)
        goes_on = part is not None and part.bulk.state in OPEN
        if claim and not goes_on:
            end_chore(session, claim)
    if part is None:
        return False
    if part.folders:
        delete_folders(part.folders)
    if part.bulk.action == "again" and part.bulk.changed:
        queue.wake(queue.TRAIN)
    return goes_on


def _take_slice(session: Session, bulk_id: int) -> Slice | None:
    """Change the next jobs of an action, and count them; None when it is over."""
    bulk = _hold(session, bulk_id)
    if bulk is None or bulk.state not in OPEN:
        return None
    if bulk.action == "again" and bulk.total > FEW:  # of few it was asked just now
        check_room_for_jobs()
    ids = bulk.job_ids[bulk.done : bulk.done + SLICE]
    part = Slice(session, bulk, hold_batches(session, _batches_of(session, ids)))
    for job_id, job in _lock(session, ids).items():
        _act_on(part, job_id, job)
    bulk.done += len(ids)
    bulk.state = "running"
    if bulk.done >= bulk.total:
        bulk.state, bulk.finished_at = "done", now()
    return part


def _hold(session: Session, bulk_id: int) -> BulkAction | None:
    held = select(BulkAction).where(BulkAction.id == bulk_id).with_for_update(of=BulkAction)
    return session.scalar(held)


def _batches_of(session: Session, ids: Sequence[int]) -> Iterable[int | None]:
    return session.scalars(select(Job.batch_id).where(Job.id.in_(ids)).distinct()).all()


def _lock(session: Session, ids: Sequence[int]) -> dict[int, Job | None]:
    """Return the jobs by id, locked in the order of their ids; None for those that are gone."""
    alone = (lazyload(Job.owner), lazyload(Job.dataset))  # a dataset's row may be long
    found = select(Job).options(*alone).where(Job.id.in_(ids)).order_by(Job.id)
    jobs = {job.id: job for job in session.scalars(found.with_for_update(of=Job))}
    return {job_id: jobs.get(job_id) for job_id in ids}


def _act_on(part: Slice, job_id: int, job: Job | None) -> None:
    bulk = part.bulk
    try:
        if job is None:
            raise NotFound("It is not there any more")
        if not may_change(bulk.user, job):
            raise Conflict("It belongs to somebody else")
        bulk.changed += ACTIONS[bulk.action].act(part, job)
    except DomainError as problem:
        bulk.n_refused += 1
        if len(bulk.refused) < REFUSED_KEPT:
            bulk.refused = [*bulk.refused, {"job_id": job_id, "message": problem.message}]


def get_bulk(*, user: User, bulk_id: int) -> BulkAction:
    """Return a bulk action of a person's own.

    Raises
    ------
    NotFound, Forbidden
        When it is not there, or somebody else's.
    """
    bulk = get_by_id(BulkAction, bulk_id, f"There is no action #{bulk_id}")
    if bulk.user_id != user.id and not user.is_admin:
        raise NotFound(f"There is no action #{bulk_id}")
    return bulk


def stop_bulk(*, user: User, bulk_id: int) -> BulkAction:
    """Let a bulk action change no further jobs.

    Raises
    ------
    Conflict
        When it is over.
    """
    get_bulk(user=user, bulk_id=bulk_id)
    with writing() as session:
        bulk = _hold(session, bulk_id)
        if bulk is None or bulk.state not in OPEN:
            raise Conflict("It is over already")
        bulk.state, bulk.finished_at = "stopped", now()
        bulk.message = f"Stopped by {user.name}"
    return bulk


def fail_bulk(session: Session, bulk_id: int, failure: Mapping[str, Any]) -> None:
    """Write that a bulk action goes on no further, within the caller's transaction."""
    bulk = _hold(session, bulk_id)
    if bulk is not None and bulk.state in OPEN:
        bulk.state, bulk.finished_at = "failed", now()
        bulk.message = str(failure["message"])[:500]


def undo(*, user: User, bulk_id: int) -> BulkAction:
    """Take back what a bulk action archived, and nothing that was archived otherwise.

    Raises
    ------
    NotFound
        When it is not there, or somebody else's.
    Conflict
        When it archived nothing, or goes on.
    """
    bulk = get_bulk(user=user, bulk_id=bulk_id)
    if bulk.action != "archive" or bulk.state in OPEN:
        raise Conflict("Only what was archived can be taken back, once it is over")
    ids = _archived_at(bulk.created_at)
    if not ids:
        raise Conflict("None of these jobs is archived any more")
    return begin(user=user, action="unarchive", job_ids=ids, address=bulk.address)


def _archived_at(moment: datetime) -> list[int]:
    found = select(Job.id).where(Job.archived_at == moment).order_by(Job.id)
    return list(db.session.scalars(found))
