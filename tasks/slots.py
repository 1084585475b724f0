"""The light worker's further hands: threads that have chores of one lane done, one by one.

A fetch waits for somebody else's network, for an hour at most, and explaining a model fits models
for minutes; in their turn among the other chores they would keep everybody's previews and readings
waiting. So would a model that is converted. A check of a request is short, and would itself wait
behind a file that is read; and a large file is read for minutes. See decisions 0024, 0030, 0031,
0032 and 0062.
"""

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from dashboard.chores.service import LANES, ChoreClaim, claim_next_chore, find_waiting_lanes
from tasks.celery_app import draining, flask_app, worker_name

END_S = 5.0
LOOK_EVERY_S = 1.0
log = logging.getLogger(__name__)


class Slot:
    """Room for one chore of a lane beside the other chores of a worker."""

    def __init__(self, app: Flask, lane: str) -> None:
        self.app, self.lane, self.lock = app, lane, threading.Lock()
        self.thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a chore of the lane is being done, so that the next one waits for it."""
        thread = self.thread
        return thread is not None and thread.is_alive()

    def begin(self, do: Callable[[ChoreClaim], None]) -> None:
        """Have the chores of the lane done that wait, in a thread, unless one is at it.

        Parameters
        ----------
        do : callable
            Does a chore that was claimed.
        """
        with self.lock:
            if self.is_busy:
                return
            thread = threading.Thread(target=self._run, args=(do,), daemon=True)
            try:
                thread.start()
            except RuntimeError as problem:  # the machine allows no further thread just now
                log.error("chores of the lane %s are done later: %s", self.lane, problem)
                return
            self.thread = thread  # it waits for the lock that is held here

    def end(self, within_s: float) -> None:
        """Wait for a chore that is about to end, or to be put back."""
        thread = self.thread
        if thread is not None:
            thread.join(within_s + END_S)

    def _run(self, do: Callable[[ChoreClaim], None]) -> None:
        try:
            while claim := self._next():
                with self.app.app_context():
                    do(claim)
        except Exception:  # the dispatcher takes back what was claimed, and hints at the rest
            log.exception("the lane %s met an error", self.lane)
            self.thread = None

    def _next(self) -> ChoreClaim | None:
        """Take the next one. Without one the thread is over: a later hint begins another."""
        with self.lock, self.app.app_context():
            claim = None
            if not draining.is_set():
                claim = claim_next_chore(worker=worker_name(), lane=self.lane)
            if claim is None:
                self.thread = None
            return claim


SLOTS = tuple(Slot(flask_app, lane) for lane in dict.fromkeys(LANES.values()))


class LaneWatch:
    """Begins lanes while the worker is busy with another chore, and so hears no hints."""

    def __init__(self, do: Callable[[ChoreClaim], None]) -> None:
        self.do, self.looked_at = do, time.monotonic()

    def look(self) -> None:
        """Begin each lane for which a chore waits; at most one look a second."""
        if time.monotonic() - self.looked_at < LOOK_EVERY_S:
            return
        self.looked_at = time.monotonic()
        try:
            waiting = find_waiting_lanes()
        except SQLAlchemyError as problem:
            log.warning("cannot look for chores of the lanes: %s", problem)
            return
        for slot in SLOTS:
            if slot.lane in waiting:
                slot.begin(self.do)
