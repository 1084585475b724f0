"""Chores: asking for one, and what the worker that does it writes."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from dashboard.chores.failures import WORKER_DIED
from dashboard.clock import now
from dashboard.db import Chore
from dashboard.db.one_by_one import one_by_one
from dashboard.db.states import ATTEMPTS_OF_ANY_KIND
from dashboard.db.transaction import writing
from dashboard.extensions import db

# A chore whose child died by itself is given up in this attempt. Attempts that ended with their
# worker count as well, those that were handed back do not: a table with only one counter.
MAX_ATTEMPTS = 3
FETCH = "fetch_file"  # waits for a network, for an hour at most
READ = "read_dataset"
READ_LARGE = "read_large_dataset"  # the same of a file that takes long, for minutes at most
READS = (READ, READ_LARGE)  # one kind to whoever looks for one
EXPLAIN, LEARN = "explain_job", "learning_curve"  # fit models, for some minutes at most
CONVERT = "convert_model"  # a library that takes seconds to load, and memory of its own
CHECK = "check_request"  # somebody waits in front of a form, for some seconds at most
ACT = "act_on_jobs"  # something is done to many jobs, for minutes perhaps
DELIVER = "deliver"  # waits for somebody else's server, for some seconds at most
# Kinds that are done beside the others, not in their turn: in each lane one after the other.
LANES = {
    FETCH: "fetch", READ_LARGE: "read large", EXPLAIN: "explain", LEARN: "explain",
    CONVERT: "convert", CHECK: "check", ACT: "act", DELIVER: "deliver",
}  # fmt: skip
# Writes, within the transaction, that nothing comes of a chore: its kind, its subject, and why.
GiveUp = Callable[[Session, str, int, Mapping[str, Any]], None]


@dataclass(frozen=True)
class ChoreClaim:
    """The right to do a chore."""

    chore_id: int
    lease: str
    attempt: int
    kind: str
    subject_id: int


def add_chore(session: Session, kind: str, subject_id: int, *, urgent: bool = False) -> None:
    """Ask for a chore, within the caller's transaction; call `queue.wake` after the commit."""
    session.add(Chore(kind=kind, subject_id=subject_id, urgent=urgent, hinted_at=now()))


def claim_next_chore(*, worker: str, lane: str | None = None) -> ChoreClaim | None:
    """Take the next chore: those that somebody waits for first, then the oldest.

    Parameters
    ----------
    worker : str
        Who takes it.
    lane : str, optional
        Only one of a lane's kinds; by default one that has no lane of its own.
    """
    kinds = [kind for kind, name in LANES.items() if lane in {None, name}]
    in_lane = Chore.kind.in_(kinds)
    with writing() as session:
        chore = session.scalar(
            select(Chore)
            .where(Chore.state == "queued", in_lane if lane else ~in_lane)
            .order_by(Chore.urgent.desc(), Chore.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if chore is None:
            return None
        lease = secrets.token_hex(8)
        taken = session.execute(
            update(Chore)
            .where(Chore.id == chore.id, Chore.state == "queued")
            .values(
                state="running",
                lease=lease,
                worker=worker,
                attempt=Chore.attempt + 1,
                heartbeat_at=now(),
            )
            .returning(Chore.attempt)
        ).scalar_one()
        return ChoreClaim(chore.id, lease, taken, chore.kind, chore.subject_id)


def find_waiting_lanes() -> set[str]:
    """Return the lanes for which a chore waits."""
    kinds = select(Chore.kind).where(Chore.state == "queued", Chore.kind.in_(LANES)).distinct()
    try:
        return {LANES[kind] for kind in db.session.scalars(kinds)}
    finally:
        db.session.rollback()


def lock_chores(session: Session, kinds: Collection[str], subject_id: int) -> Sequence[Chore]:
    """Lock the chores about a subject that are not over, within the caller's transaction.

    Before the subject is locked: whoever does a chore locks it first, too.
    """
    found = select(Chore).where(
        Chore.state.in_(("queued", "running")),
        Chore.kind.in_(kinds),
        Chore.subject_id == subject_id,
    )
    fresh = found.order_by(Chore.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(fresh).all()


def held_chore(session: Session, claim: ChoreClaim) -> Chore | None:
    """Return the chore if the lease still holds."""
    return session.scalar(
        select(Chore)
        .where(Chore.id == claim.chore_id, Chore.lease == claim.lease, Chore.state == "running")
        .with_for_update()
    )


def end_chore(
    session: Session, claim: ChoreClaim, *, failure: Mapping[str, Any] | None = None
) -> bool:
    """End a chore within the caller's transaction; False when it is no longer ours."""
    chore = held_chore(session, claim)
    if chore is None:
        return False
    chore.state = "failed" if failure else "done"
    chore.failure = dict(failure) if failure else None
    chore.finished_at, chore.lease = now(), None
    return True


def beat(*, claim: ChoreClaim) -> bool:
    """Write a heartbeat; False when the chore is no longer ours."""
    with writing() as session:
        chore = held_chore(session, claim)
        if chore is None:
            return False
        chore.heartbeat_at = now()
        return True


def put_back(*, claim: ChoreClaim, counted: bool = False) -> None:
    """Put a chore back into the queue.

    Parameters
    ----------
    claim : ChoreClaim
        The lease.
    counted : bool, default False
        Whether this attempt counts: it does when the child died, not when the worker was asked
        to stop.
    """
    with writing() as session:
        chore = held_chore(session, claim)
        if chore is not None:
            chore.state, chore.lease, chore.hinted_at = "queued", None, None
            chore.attempt -= 0 if counted else 1


def recover_stale_chores(*, before: datetime, give_up: GiveUp) -> Sequence[tuple[str, int]]:
    """Take back the chores whose worker has not been heard of.

    Parameters
    ----------
    before : datetime
        Chores with an older heartbeat are taken back.
    give_up : callable
        Writes to the subject of a chore that is given up, in the same transaction. It is not
        called where another chore of the kind does the subject: that one decides.

    Returns
    -------
    sequence of (str, int)
        Kind and subject of those that were given up after ten attempts.
    """
    return _take_back((Chore.state == "running", Chore.heartbeat_at < before), give_up)


def recover_chores_of(*, worker: str, before: datetime) -> None:
    """Take back the chores that a worker held before a moment, its process being gone for sure.

    The last attempt is left for `recover_stale_chores` to give up.
    """
    _take_back((
        Chore.state == "running",
        Chore.worker == worker,
        Chore.heartbeat_at < before,
        Chore.attempt < ATTEMPTS_OF_ANY_KIND,
    ))  # fmt: skip


def _take_back(
    stale: tuple[ColumnElement[bool], ...], give_up: GiveUp | None = None
) -> Sequence[tuple[str, int]]:
    db.session.rollback()
    taken = one_by_one(
        db.session.scalars(select(Chore.id).where(*stale)).all(),
        lambda chore_id: _take_one_back(chore_id, stale, give_up),
        failed="chore %s could not be taken back",
    )
    return [subject for subject in taken if subject]


def _take_one_back(
    chore_id: int, stale: tuple[ColumnElement[bool], ...], give_up: GiveUp | None
) -> tuple[str, int] | None:
    """Return kind and subject of a chore that is given up."""
    with writing() as session:
        chore = session.scalar(select(Chore).where(Chore.id == chore_id, *stale).with_for_update())
        if chore is None:
            return None
        chore.lease = None
        if give_up is None or chore.attempt < ATTEMPTS_OF_ANY_KIND:
            chore.state, chore.hinted_at = "queued", None
            return None
        chore.state, chore.finished_at = "failed", now()
        chore.failure = dict(WORKER_DIED)
        subject = (chore.kind, chore.subject_id)
        if not _is_asked_again(session, chore):
            give_up(session, *subject, WORKER_DIED)
        return subject


def _is_asked_again(session: Session, chore: Chore) -> bool:
    other = select(Chore.id).where(
        Chore.state.in_(("queued", "running")),
        Chore.kind.in_(READS if chore.kind in READS else (chore.kind,)),
        Chore.subject_id == chore.subject_id,
        Chore.id != chore.id,
    )
    return session.scalar(other.limit(1)) is not None
