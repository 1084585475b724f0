"""How a worker takes the next job: one conditional UPDATE that gives the row a fresh lease.

On PostgreSQL several workers may ask at the same moment. A job that another one is taking is
stepped over with ``SKIP LOCKED``, so none waits for another. But a row is locked for a moment also
when a hint is noted on it, and by then it is nobody's: stepping over all of those would come back
with nothing, or with a job from far behind. So a worker steps over a few jobs at most and never to
a lower priority; where that gives none it lets go, waits some milliseconds and looks anew. By then
a job that was being taken is gone, and one that was being noted is free.
"""

import secrets
import time
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.db import Job, JobAttempt, Worker
from dashboard.db.planning import in_index_order
from dashboard.db.states import JobState, move
from dashboard.db.transaction import writing
from dashboard.jobs.running.order import PLACES_SHOWN, walk_queue
from dashboard.jobs.running.pausing import PAUSED

STEPS_OVER = 16
PAUSES_S = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)


@dataclass(frozen=True)
class Claim:
    """The right to write about a job, until another worker is given it."""

    job_id: int
    lease: str
    attempt: int
    worker: str


def claim_next_job(*, worker: str) -> Claim | None:
    """Take the next job, in the order of `dashboard.jobs.running.order`.

    Parameters
    ----------
    worker : str
        The worker's name.

    Returns
    -------
    Claim or None
        None when nothing waits, while the queue is paused, and for a worker that is drained.
    """
    for pause_s in PAUSES_S:
        with writing() as session:
            if _may_not_claim(session, worker) or not _anything_waits(session):
                return None
            with in_index_order(session):
                claim = _claim_first(session, worker)
        if claim is not None:
            return claim
        time.sleep(pause_s)
    with (
        writing() as session
    ):  # somebody holds rows for long; whatever is free is better than none
        if _may_not_claim(session, worker):
            return None
        with in_index_order(session):
            return _claim_any(session, worker)


def _may_not_claim(session: Session, worker: str) -> bool:
    drained = exists().where(Worker.name == worker, Worker.drain)
    return bool(session.scalar(select(or_(PAUSED, drained))))


def _anything_waits(session: Session) -> bool:
    waiting = select(Job.id).where(Job.state == JobState.QUEUED).limit(1)
    return session.scalar(waiting) is not None


def _claim_first(session: Session, worker: str) -> Claim | None:
    priority = None
    for waiting in islice(walk_queue(session), STEPS_OVER):
        if priority is not None and waiting.priority < priority:
            return None
        priority = waiting.priority
        claim = _claim(session, waiting.job_id, worker)
        if claim is not None:
            return claim
    return None


def _claim_any(session: Session, worker: str) -> Claim | None:
    found = (_claim(session, w.job_id, worker) for w in islice(walk_queue(session), PLACES_SHOWN))
    return next((claim for claim in found if claim is not None), None)


def _claim(session: Session, job_id: int, worker: str) -> Claim | None:
    """Take one job; None when it waits no longer, or another process holds its row."""
    lease, moment = secrets.token_hex(8), now()
    waits = (Job.id == job_id, Job.state == JobState.QUEUED)
    free = select(Job.id).where(*waits).with_for_update(skip_locked=True).scalar_subquery()
    taken = session.execute(
        update(Job)
        .where(Job.id == free, Job.state == JobState.QUEUED)
        .values(
            lease=lease,
            attempt=Job.attempt + 1,
            tries=Job.tries + 1,
            worker=worker,
            heartbeat_at=moment,
        )
        .returning(Job.attempt)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is None:
        return None
    job = session.get_one(Job, job_id, populate_existing=True)
    move(session, job, JobState.RUNNING, by=worker)
    job.started_at = job.started_at or moment
    job.stage, job.message, job.stages = "load", "Starting", []
    session.add(
        JobAttempt(job_id=job_id, number=taken, worker=worker, lease=lease, started_at=moment)
    )
    return Claim(job_id, lease, taken, worker)
