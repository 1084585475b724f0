"""Workers and the queue, as pages and the API show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from dashboard.clock import now
from dashboard.db import Job, Worker
from dashboard.db.states import HELD, JobState
from dashboard.extensions import db
from dashboard.jobs.order import select_in_order
from dashboard.jobs.queries import get_jobs

SILENT_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class QueueSummary:
    """How much is going on; what the pill in the page's head shows."""

    running: int
    queued: int
    workers_alive: int
    workers_busy: int


def list_workers() -> Sequence[Worker]:
    """List workers, those that train first, by name."""
    return db.session.scalars(select(Worker).order_by(Worker.queue.desc(), Worker.name)).all()


def is_alive(worker: Worker) -> bool:
    """Tell whether a worker was heard of within the last 30 seconds."""
    return worker.state != "stopped" and worker.seen_at > now() - SILENT_AFTER


def count_idle(queue: str) -> int:
    """Count the workers of a queue that are alive and have nothing to do."""
    found = select(func.count()).select_from(Worker).where(
        Worker.queue == queue, Worker.state == "idle", Worker.seen_at > now() - SILENT_AFTER
    )  # fmt: skip
    return db.session.scalar(found) or 0


def summarise_queue() -> QueueSummary:
    """Count jobs that run and wait, and training workers that are alive."""
    counts = dict(
        db.session.execute(
            select(Job.state, func.count())
            .where(Job.state.in_([*HELD, JobState.QUEUED]))
            .group_by(Job.state)
        ).all()
    )
    alive = [w for w in list_workers() if w.queue == "train" and is_alive(w)]
    return QueueSummary(
        running=sum(counts.get(state, 0) for state in HELD),
        queued=counts.get(JobState.QUEUED, 0),
        workers_alive=len(alive),
        workers_busy=sum(w.state == "busy" for w in alive),
    )


def list_queue(limit: int = 100) -> Sequence[Job]:
    """List waiting jobs in the order in which they start."""
    ids = db.session.scalars(select_in_order().limit(limit)).all()
    return get_jobs(ids)
