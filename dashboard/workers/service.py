"""What a worker process writes about itself, and what admins ask of workers and the queue."""

from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from dashboard import queue as broker
from dashboard.access import require_admin
from dashboard.clock import now
from dashboard.db import Job, QueueState, User, Worker
from dashboard.db.states import AT_ONCE, JobState, lock_all
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.jobs.running.pausing import ONLY_ROW
from dashboard.workers.queries import count_idle, get_worker


def register_worker(*, name: str, queue: str, host: str, pid: int) -> None:
    """Write that a worker started; a former process of the same name is replaced.

    A worker that was drained stays so: it is its name that was asked to take no job.
    """
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
    state : {"idle", "busy", "draining", "drained", "left", "stopped"}
        What it is doing; ``left``: it ended because it is drained, to be started anew.
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


def drain_worker(*, user: User, worker_id: int, drain: bool = True) -> Worker:
    """Ask a training worker to finish its job and take no other, or to take jobs again.

    Raises
    ------
    Forbidden
        When the person is no admin.
    NotFound
        When there is no such worker.
    Conflict
        When it does chores; only training workers are drained.
    """
    require_admin(user)
    worker = get_worker(worker_id)
    if worker.queue != broker.TRAIN:
        raise Conflict(f"{worker.name} does chores. Only workers that train can be drained")
    with writing() as session:
        session.execute(update(Worker).where(Worker.id == worker_id).values(drain=drain))
    return worker


def pause_queue(*, user: User) -> None:
    """Let no further job start. Chores go on. A queue that is paused stays as it is.

    Raises
    ------
    Forbidden
        When the person is no admin.
    """
    require_admin(user)
    by = user.name
    # Two may pause it for the first time at the same moment; the other one's row is there then.
    with suppress(IntegrityError), writing() as session:
        state = session.get(QueueState, ONLY_ROW, with_for_update=True)
        if state is None:
            state = QueueState(id=ONLY_ROW)
            session.add(state)
        if state.paused_at is None:
            state.paused_at, state.paused_by = now(), by


def resume_queue(*, user: User) -> None:
    """Let jobs start again, at once. A queue that is not paused stays as it is.

    Raises
    ------
    Forbidden
        When the person is no admin.
    """
    require_admin(user)
    with writing() as session:
        state = session.get(QueueState, ONLY_ROW, with_for_update=True)
        if state is None or state.paused_at is None:
            return
        state.paused_at = state.paused_by = None
        # Hints that came while it was paused are used up: the dispatcher sends them anew.
        hinted = lock_all(session, Job.state == JobState.QUEUED, Job.hinted_at.is_not(None))
        for start in range(0, len(hinted), AT_ONCE):
            chosen = Job.id.in_(hinted[start : start + AT_ONCE])
            session.execute(update(Job).where(chosen).values(hinted_at=None))
    idle = count_idle(broker.TRAIN)
    if idle:
        broker.wake(broker.TRAIN, idle)
