"""Workers and the queue, as pages and the API show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from dashboard.clock import now
from dashboard.db import Job, JobUsage, Worker
from dashboard.db.lookup import get_by_id
from dashboard.db.states import ACTIVE, HELD, JobState
from dashboard.extensions import db
from dashboard.jobs.listing.counting import count_states
from dashboard.jobs.queries import get_jobs
from dashboard.jobs.running.order import list_first
from dashboard.jobs.running.pausing import find_pause

SILENT_AFTER = timedelta(seconds=30)
GONE_AFTER = timedelta(days=1)
WAITING_SHOWN = 100


@dataclass(frozen=True)
class QueueSummary:
    """How much is going on; what the pill in the page's head shows.

    `workers_alive` are training workers that were heard of, those that are drained included.
    """

    running: int
    queued: int
    workers_alive: int
    workers_busy: int
    workers_drained: int = 0
    paused_at: datetime | None = None
    paused_by: str | None = None


def list_workers() -> Sequence[Worker]:
    """List workers that were heard of within a day, those that train first, by name."""
    recent = select(Worker).where(Worker.seen_at > now() - GONE_AFTER)
    return db.session.scalars(recent.order_by(Worker.queue.desc(), Worker.name)).all()


def get_worker(worker_id: int) -> Worker:
    """Return a worker.

    Raises
    ------
    NotFound
        When there is none.
    """
    return get_by_id(
        Worker, worker_id, f"There is no worker #{worker_id}. It may be gone for a day"
    )


def is_alive(worker: Worker) -> bool:
    """Tell whether a worker was heard of within the last 30 seconds, and did not stop since."""
    return worker.state != "stopped" and worker.seen_at > now() - SILENT_AFTER


def is_light_alive() -> bool:
    """Tell whether a worker that does chores is there."""
    return any(worker.queue == "light" and is_alive(worker) for worker in list_workers())


def state_of(worker: Worker) -> str:
    """Return what a worker does, as far as is known.

    Returns
    -------
    {"idle", "busy", "draining", "drained", "starting", "stopped", "silent"}
        ``silent`` when it was not heard of for 30 s; ``draining`` from the moment it was asked;
        ``starting`` when it was drained and is resumed, until its new process is there.
    """
    if not is_alive(worker):
        return "stopped" if worker.state in {"stopped", "left"} else "silent"
    if worker.state in {"drained", "left"}:
        return "drained" if worker.drain else "starting"
    return "draining" if worker.drain and worker.state in {"idle", "busy"} else worker.state


def find_worker(*, name: str) -> Worker | None:
    """Return what is known of a worker of some name."""
    return db.session.scalar(select(Worker).where(Worker.name == name))


def is_drained(name: str) -> bool:
    """Tell whether a worker was asked to take no other job."""
    return bool(db.session.scalar(select(exists().where(Worker.name == name, Worker.drain))))


def count_idle(queue: str) -> int:
    """Count the workers of a queue that are alive and have nothing to do."""
    found = select(func.count()).select_from(Worker).where(
        Worker.queue == queue, Worker.state == "idle", Worker.seen_at > now() - SILENT_AFTER
    )  # fmt: skip
    return db.session.scalar(found) or 0


def count_takers() -> int:
    """Count the training workers that are alive and take jobs."""
    found = select(func.count()).select_from(Worker).where(
        Worker.queue == "train", Worker.state.in_(("idle", "busy")), ~Worker.drain,
        Worker.seen_at > now() - SILENT_AFTER,
    )  # fmt: skip
    return db.session.scalar(found) or 0


def summarise_queue() -> QueueSummary:
    """Count jobs that run and wait, and training workers that are alive."""
    counts = count_states(ACTIVE)
    alive = [w for w in list_workers() if w.queue == "train" and is_alive(w)]
    pause = find_pause()
    return QueueSummary(
        running=sum(counts.get(state, 0) for state in HELD),
        queued=counts.get(JobState.QUEUED, 0),
        workers_alive=len(alive),
        workers_busy=sum(w.state == "busy" or w.job_id is not None for w in alive),
        workers_drained=sum(state_of(w) == "drained" for w in alive),
        paused_at=pause.paused_at if pause else None,
        paused_by=pause.paused_by if pause else None,
    )


def list_queue(limit: int = WAITING_SHOWN) -> Sequence[Job]:
    """List waiting jobs in the order in which they start."""
    return get_jobs(list_first(limit))


def find_usage(job_ids: Sequence[int]) -> dict[int, JobUsage]:
    """Return the newest sample of what each job uses, where there is one."""
    newest = (
        select(func.max(JobUsage.id)).where(JobUsage.job_id.in_(job_ids)).group_by(JobUsage.job_id)
    )
    found = db.session.scalars(select(JobUsage).where(JobUsage.id.in_(newest)))
    return {usage.job_id: usage for usage in found}
