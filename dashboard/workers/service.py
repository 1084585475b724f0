"""What a worker process writes about itself."""

from sqlalchemy import select, update

from dashboard.clock import now
from dashboard.db import Worker
from dashboard.db.transaction import writing
from dashboard.extensions import db


def find_worker(*, name: str) -> Worker | None:
    """Return what is known of a worker of some name."""
    return db.session.scalar(select(Worker).where(Worker.name == name))


def register_worker(*, name: str, queue: str, host: str, pid: int) -> None:
    """Write that a worker started; a former process of the same name is replaced."""
    with writing() as session:
        worker = session.scalar(select(Worker).where(Worker.name == name))
        if worker is None:
            worker = Worker(name=name)
            session.add(worker)
        worker.queue, worker.host, worker.pid = queue, host, pid
        worker.state, worker.job_id, worker.rss_bytes = "idle", None, None
        worker.started_at = worker.seen_at = now()


def record_worker(
    *, name: str, pid: int, state: str, job_id: int | None = None, rss_bytes: int | None = None
) -> None:
    """Write that a worker is alive, and what it is doing.

    Parameters
    ----------
    name, pid
        Who; a process whose name was taken over by another writes nothing.
    state : {"idle", "busy", "draining", "stopped"}
        What it is doing.
    job_id : int, optional
        The job that it trains.
    rss_bytes : int, optional
        Memory of the worker and its child, in bytes.
    """
    with writing() as session:
        session.execute(
            update(Worker)
            .where(Worker.name == name, Worker.pid == pid)
            .values(state=state, job_id=job_id, rss_bytes=rss_bytes, seen_at=now())
        )
