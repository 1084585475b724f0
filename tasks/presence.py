"""A worker's sign of life: a thread that writes what the process is doing, also while it trains.

The same thread is the watchdog: a worker that idles while jobs have been waiting for long has lost
its connection without noticing, and is ended so that the supervisor starts it anew. And it ends a
worker that an admin drained, once its job is over: see `tasks.drained`.
"""

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import psutil
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from dashboard.chores.service import LANES, recover_chores_of
from dashboard.clock import now
from dashboard.db import Chore, Job, JobEvent, Worker
from dashboard.extensions import db
from dashboard.jobs.running import recovery
from dashboard.jobs.running.pausing import find_pause
from dashboard.queue import TRAIN
from dashboard.workers import service
from dashboard.workers.queries import find_worker, is_drained
from tasks.celery_app import draining, flask_app, settings
from tasks.clocks import ClockWatch
from tasks.family import family_of, memory_of
from tasks.slots import SLOTS

# Hints are sent again every few seconds while a worker idles, so one that heard none for so long
# hears none at all: kombu's poll can end with an error that leaves the process alive.
DEAF_AFTER = timedelta(seconds=30)
BEGAN = now()  # what was held before this moment, a former process of our name held
log = logging.getLogger(__name__)


class Presence:
    """What this process is doing, for the workers page."""

    current: "Presence | None" = None

    def __init__(self, name: str, queue: str) -> None:
        self.name, self.queue = name, queue
        self.job_id: int | None = None
        self.busy = False
        # From before a claim to the end of its job: nothing may end the process meanwhile.
        self.is_taking = False
        self.drain = self.has_left = False
        self.idle_since = time.monotonic()
        self.stopped = threading.Event()
        self.changed = threading.Event()
        self.clocks = ClockWatch()
        self.thread = threading.Thread(target=self._run, daemon=True, name="presence")

    @classmethod
    def start(cls, name: str, queue: str) -> None:
        """Write that the worker is there, now and every few seconds."""
        cls.current = cls(name, queue)
        cls.current.thread.start()

    @classmethod
    def stop(cls) -> None:
        """Write that the worker is gone."""
        if cls.current:
            cls.current.stopped.set()
            cls.current.changed.set()
            cls.current.thread.join(3)

    @classmethod
    @contextlib.contextmanager
    def working(cls, job_id: int | None = None) -> Iterator[None]:
        """Mark the worker as busy for a block."""
        presence = cls.current
        if presence is None:
            yield
            return
        presence.busy, presence.job_id = True, job_id
        presence.changed.set()
        try:
            yield
        finally:
            presence.busy, presence.job_id = False, None
            presence.idle_since = time.monotonic()
            presence.changed.set()

    @classmethod
    @contextlib.contextmanager
    def taking(cls) -> Iterator[None]:
        """Keep a worker that is being drained alive for a block: it may hold a job."""
        presence = cls.current
        if presence is None:
            yield
            return
        presence.is_taking = True
        try:
            yield
        finally:
            presence.is_taking = False
            if presence.drain:
                presence.changed.set()

    @classmethod
    def leave(cls) -> None:
        """End a process that is drained as its supervisor would: what runs is finished."""
        if cls.current:
            cls.current.has_left = True
        os.kill(os.getpid(), signal.SIGTERM)

    def _run(self) -> None:
        with flask_app.app_context():
            registered = False
            while not self.stopped.is_set():
                try:
                    if not registered:
                        self._take_over()
                        registered = True
                    self.drain = self.queue == TRAIN and is_drained(self.name)
                    self._write(self._state())
                    # In this order: a claim that began after the flag was read heeds it itself.
                    if self.drain and not self.is_taking and not draining.is_set():
                        self.leave()
                    self._watch()
                    self.clocks.look()
                except SQLAlchemyError as problem:
                    log.warning("%s cannot write its sign of life: %s", self.name, problem)
                except Exception:  # without this thread the worker would be taken for dead
                    log.exception("%s met an error that nobody foresaw", self.name)
                finally:
                    with contextlib.suppress(SQLAlchemyError):
                        db.session.remove()
                self.changed.wait(min(settings.heartbeat_s, 5))
                self.changed.clear()
            with contextlib.suppress(SQLAlchemyError, psutil.Error):
                self._write("left" if self.has_left else "stopped")

    def _take_over(self) -> None:
        """Write that this process is there, in place of a former one of the same name.

        What that one held is taken back at once when it is certain that it is gone: nobody need
        wait until its lease has run out.
        """
        host = socket.gethostname()
        if is_gone(find_worker(name=self.name), host):
            recovery.recover_jobs_of(
                worker=self.name, before=BEGAN, max_child_deaths=settings.max_attempts
            )
            recover_chores_of(worker=self.name, before=BEGAN)
        service.register_worker(name=self.name, queue=self.queue, host=host, pid=os.getpid())

    def _state(self) -> str:
        if draining.is_set() or self.drain:
            return "draining"
        return "busy" if self.busy else "idle"

    def _write(self, state: str) -> None:
        service.record_worker(
            name=self.name,
            pid=os.getpid(),
            state=state,
            job_id=self.job_id,
            rss_bytes=measure_memory(),
        )

    def _is_idle(self) -> bool:
        return not (self.busy or self.is_taking or self.drain or draining.is_set())

    def _watch(self) -> None:
        if not self._is_idle():
            return
        idle = timedelta(seconds=time.monotonic() - self.idle_since)
        if idle < DEAF_AFTER:
            return
        if self.queue == TRAIN and find_pause():
            self.idle_since = time.monotonic()  # once it is resumed, hints have their time again
        elif is_waiting_since(self.queue, now() - DEAF_AFTER) and self._is_idle():
            log.error("%s idles while work waits; it ends to be started anew", self.name)
            os._exit(1)


def is_gone(former: Worker | None, host: str) -> bool:
    """Tell whether a former process of this machine has ended for certain."""
    if former is None or former.host != host:
        return False
    if former.pid == os.getpid():
        return True  # in a container every process may be number 7
    try:
        # A process that began after the former one was last seen has only got its number.
        return psutil.Process(former.pid).create_time() > former.seen_at.timestamp()
    except psutil.NoSuchProcess:
        return True


def is_waiting_since(queue: str, before: datetime) -> bool:
    """Tell whether a job (or a chore, for the light queue) has waited from before a moment."""
    if queue == TRAIN:
        came = JobEvent.job_id == Job.id, JobEvent.to_state == "queued", JobEvent.at >= before
        waiting = select(Job.id).where(Job.state == "queued", ~exists().where(*came))
    else:
        waiting = select(Chore.id).where(Chore.state == "queued", Chore.created_at < before)
        # Others of a lane wait for the one that is being done.
        busy = {slot.lane for slot in SLOTS if slot.is_busy}
        behind = [kind for kind, lane in LANES.items() if lane in busy]
        waiting = waiting.where(Chore.kind.not_in(behind))
    return db.session.scalar(waiting.limit(1)) is not None


def measure_memory() -> int:
    """Return the memory of this process and of the children that work for it, in bytes.

    Not of its direct children: those are the fork server and its helpers, whose pages the
    working children share.
    """
    direct = {child.pid for child in psutil.Process().children()}
    return memory_of(m for m in family_of(os.getpid()) if m.pid not in direct)
