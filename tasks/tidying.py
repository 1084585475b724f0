"""Tidying: the dispatcher's second thread, which forgets what nobody needs.

A thread of its own, because a storage that hangs must not keep the dispatcher from taking back
the jobs of dead workers. Not a chore, because a look through a million files would keep people
waiting behind it. A look goes in rounds of a minute; in between, all other steps are done. It
rests after each slice for so long that it takes less than a hundredth of a core, however much
there is.
"""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from dashboard.clock import now
from dashboard.config import Settings
from dashboard.datasets.upload.spool import drop_left_behind
from dashboard.errors import DomainError
from dashboard.extensions import db
from dashboard.jobs.running.leftovers import discard_recent_leftovers
from dashboard.retention.logs import trim_logs
from dashboard.retention.look import Findings, Look
from dashboard.retention.rows import forget_abandoned, forget_rows
from dashboard.retention.service import begin_look, end_look, go_on
from dashboard.storage import get_storage

TIDY_EVERY_S = 60
LEFTOVERS_OF = timedelta(minutes=15)
SHARE_OF_A_CORE = 0.004
LONGEST_REST_S = 60.0
ALL_DONE = object()
OUTAGES = (SQLAlchemyError, BotoCoreError, ClientError, DomainError, OSError)
log = logging.getLogger(__name__)


class Tidying:
    """Forgets old rows and looks through the storage, until asked to stop.

    Parameters
    ----------
    settings : Settings
        How long logs are kept.
    stop : threading.Event
        Ends it, within a slice.
    """

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        self.settings, self.stop = settings, stop
        self.trimmed = 0  # the last job whose log was looked at
        self.cleaned: datetime | None = None  # attempts that ended earlier were cleaned up behind
        self.looking: tuple[Look, Iterator[None]] | None = None  # a look that goes on

    def run(self, app: Flask) -> None:
        """Tidy now and every minute. Whatever goes wrong is left for the next time."""
        with app.app_context():
            while not self.stop.is_set():
                self.tidy(now())
                if self.looking is None:
                    self.stop.wait(TIDY_EVERY_S)

    def tidy(self, moment: datetime) -> None:
        """Do each step; one that meets an outage does not keep the others from theirs."""
        steps = (self.clean_up, forget_rows, self.trim, forget_abandoned, drop_left_behind)
        for step in (*steps, self.look):
            try:
                step(moment)
            except OUTAGES as problem:
                first = (str(problem).splitlines() or [""])[0]
                log.warning("%s is left for the next time: %s", step.__name__, first)
            except Exception:
                log.exception("%s met an error that nobody foresaw", step.__name__)
            finally:
                db.session.remove()

    def clean_up(self, moment: datetime) -> None:
        """Delete what attempts left behind whose worker could not; see `jobs.leftovers`."""
        since = moment - LEFTOVERS_OF
        self.cleaned = discard_recent_leftovers(since=max(since, self.cleaned or since))

    def trim(self, moment: datetime) -> None:
        """Trim the logs of some jobs that ended long ago."""
        days = self.settings.keep_logs_days
        if days:
            self.trimmed = trim_logs(before=moment - timedelta(days=days), behind=self.trimmed)

    def look(self, moment: datetime) -> None:
        """Look through the storage for a minute, if it is time to; then it is the others' turn."""
        if self.looking is not None:
            go_on(moment)
        elif begin_look(moment):
            look = Look(get_storage())
            self.looking = look, look.slices()
        else:
            return
        look, slices = self.looking
        self.looking = None  # a look that meets an error is over
        if self._look_on(slices):
            self.looking = look, slices
        elif not self.stop.is_set():
            end_look(look.findings)
            report(look.findings)

    def _look_on(self, slices: Iterator[None]) -> bool:
        """Do some slices, resting in between; True when there may be more of them."""
        end = time.monotonic() + TIDY_EVERY_S
        while time.monotonic() < end:
            began = time.thread_time()
            if next(slices, ALL_DONE) is ALL_DONE:
                return False
            self._rest(time.thread_time() - began)
            if self.stop.is_set():
                return False
        return True

    def _rest(self, worked_s: float) -> None:
        self.stop.wait(min(worked_s / SHARE_OF_A_CORE, LONGEST_REST_S))


def report(findings: Findings) -> None:
    """Say in the log what a look found."""
    if findings.left_over:
        log.info(
            "removed %s files that nothing names, %s bytes",
            findings.left_over, findings.left_over_bytes,
        )  # fmt: skip
    if findings.orphan or findings.missing:
        log.warning(
            "files: %s belong to nothing that is known, %s are missing; see Settings, Storage",
            findings.orphan, findings.missing,
        )  # fmt: skip


def start(app: Flask, settings: Settings, stop: threading.Event) -> threading.Thread:
    """Start the thread; it does not keep the process alive."""
    tidying = Tidying(settings, stop)
    thread = threading.Thread(target=tidying.run, args=(app,), daemon=True, name="tidying")
    thread.start()
    return thread
