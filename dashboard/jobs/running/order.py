"""The order in which waiting jobs start: priority, then owners in turns, then rank, then age.

Whoever asks for the first jobs reads the first jobs: nothing here costs more because many wait.
The owners who wait are found by jumping through the index ``ix_jobs_claim`` from one to the next
(a "loose index scan"), and each one's jobs are read from there as far as they are asked for.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Row, func, select, tuple_
from sqlalchemy.orm import Session

from dashboard.db import Job
from dashboard.db.job import NEXT
from dashboard.db.planning import in_index_order
from dashboard.db.states import HELD, JobState
from dashboard.extensions import db

# Further back a place says little, and would cost much to know.
PLACES_SHOWN = 300
READ_AT_ONCE = 100
_QUEUED = Job.state == JobState.QUEUED


class Waiting(NamedTuple):
    """A job that waits, in its place."""

    job_id: int
    priority: int


def walk_queue(session: Session) -> Iterator[Waiting]:
    """Yield waiting jobs, the next one first, reading only as far as is asked for.

    The highest priority comes first. Within it owners take turns: the one with the fewest running
    jobs is next, and a job that was yielded counts as running. Within an owner's jobs the least
    rank comes first, then the oldest. Jobs that an admin put before all know no turns.
    To be read within `dashboard.db.planning.in_index_order`.
    """
    running: Counter[int] = Counter(count_running(session))
    priority = _find_priority(session, below=None)
    while priority is not None:
        for job_id in _walk_priority(session, priority, running):
            yield Waiting(job_id, priority)
        priority = _find_priority(session, below=priority)


def count_running(session: Session) -> dict[int, int]:
    """Count the jobs that run, by owner: few, whatever waits or is over."""
    held = select(Job.owner_id, func.count()).where(Job.state.in_(HELD)).group_by(Job.owner_id)
    return dict(session.execute(held).all())


def _find_priority(session: Session, *, below: int | None) -> int | None:
    highest = select(Job.priority).where(_QUEUED).order_by(Job.priority.desc()).limit(1)
    return session.scalar(highest if below is None else highest.where(Job.priority < below))


def _walk_priority(session: Session, priority: int, running: Counter[int]) -> Iterator[int]:
    def key(owner_id: int, rank: int, job_id: int) -> tuple[int, int]:
        return (rank if priority == NEXT else running[owner_id], job_id)

    heads = [
        (key(owner_id, rank, job_id), owner_id, rank)
        for owner_id, rank, job_id in _read_heads(session, priority)
    ]
    heapify(heads)
    rest: dict[int, Iterator[Row[int, int]]] = {}
    while heads:
        (_, job_id), owner_id, rank = heappop(heads)
        yield job_id
        running[owner_id] += 1
        if owner_id not in rest:
            rest[owner_id] = _walk_owner(session, priority, owner_id, rank, job_id)
        if not heads:  # nobody else waits: no turns are taken
            for behind in rest[owner_id]:
                yield behind.id
                running[owner_id] += 1
            return
        following = next(rest[owner_id], None)
        if following is not None:
            heappush(heads, (key(owner_id, *following), owner_id, following.rank))


def _read_heads(session: Session, priority: int) -> list[tuple[int, int, int]]:
    """Return each owner's first job of a priority, as (owner, rank, id)."""
    same = (_QUEUED, Job.priority == priority)
    # Neither joins nor min(): a planner that guesses wrong reads all that waits for them. What is
    # sorted and cut it reads from the index.
    owner = select(Job.owner_id).where(*same).order_by(Job.owner_id).limit(1)
    owners = select(owner.scalar_subquery().label("id")).cte("owners", recursive=True)
    following = owner.where(Job.owner_id > owners.c.id).correlate(owners).scalar_subquery()
    owners = owners.union_all(select(following).where(owners.c.id.is_not(None)))
    theirs = (*same, Job.owner_id == owners.c.id)
    rank, first = (
        select(column).where(*theirs).order_by(Job.rank, Job.id).limit(1).correlate(owners)
        for column in (Job.rank, Job.id)
    )
    heads = select(owners.c.id, rank.scalar_subquery(), first.scalar_subquery())
    heads = heads.where(owners.c.id.is_not(None))
    return [tuple(row) for row in session.execute(heads)]


def _walk_owner(
    session: Session, priority: int, owner_id: int, rank: int, job_id: int
) -> Iterator[Row[int, int]]:
    """Yield the (rank, id) of an owner's jobs of a priority behind one of them."""
    same = (_QUEUED, Job.priority == priority, Job.owner_id == owner_id)
    jobs = select(Job.rank, Job.id).where(*same).order_by(Job.rank, Job.id).limit(READ_AT_ONCE)
    while True:
        behind = tuple_(Job.rank, Job.id) > tuple_(rank, job_id)
        found = session.execute(jobs.where(behind)).all()
        yield from found
        if len(found) < READ_AT_ONCE:
            return
        rank, job_id = found[-1]


def list_first(limit: int, until: Collection[int] = ()) -> list[int]:
    """Return the ids of the waiting jobs that start first, in order.

    Parameters
    ----------
    limit : int
        How many.
    until : collection of int, optional
        Jobs behind the last of which nobody looks.
    """
    session: Session = db.session()
    missing, found = set(until), []
    with in_index_order(session):
        for waiting in islice(walk_queue(session), limit):
            found.append(waiting.job_id)
            missing.discard(waiting.job_id)
            if until and not missing:
                break
    return found


def find_places(until: Collection[int] = ()) -> dict[int, int]:
    """Return the place in the queue, from 1, of the first `PLACES_SHOWN` waiting jobs.

    Of those as far as the last one of `until`, where some are given.
    """
    first = list_first(PLACES_SHOWN, until)
    return {job_id: place for place, job_id in enumerate(first, start=1)}


def find_place(job: Job) -> int | None:
    """Return a job's place in the queue; None when it does not wait, or far back."""
    return find_places([job.id]).get(job.id) if job.state == JobState.QUEUED else None
