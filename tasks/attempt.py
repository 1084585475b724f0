"""One attempt of a job: the child trains, the worker watches it and writes about it."""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import psutil
from sqlalchemy.exc import SQLAlchemyError

from dashboard.db import Job
from dashboard.db.transaction import is_away
from dashboard.extensions import db
from dashboard.jobs.running import execution, leftovers, recovery
from dashboard.jobs.running.claiming import Claim
from dashboard.jobs.running.execution import Signal
from tasks.celery_app import draining, settings
from tasks.child import CannotStart, Child
from tasks.engine.spec import Validation
from tasks.failures import explain, memory_failure, time_failure
from tasks.payload import job_payload
from tasks.presence import Presence
from tasks.reporter import JobReporter
from tasks.usage import UsageMeter

WRITE_EVERY_S = 0.5
LOOK_EVERY_S = 0.2
HEAR_EVERY_S = 0.5
# A fold that takes less is rather waited for than thrown away: another child must load the data.
SHORT_FOLD_S = 2.0
# What a failure proposes is tried for 5 s, and the fit that runs then cannot be asked to end.
TRIAL_AT_MOST_S = 10.0
# How much longer than its lease a child waits for a word of its worker: that one ends it first.
SILENCE_S = 2.0
log = logging.getLogger(__name__)


class LeaseGone(Exception):
    """The job is no longer ours; whatever was done is thrown away."""


class Attempt:
    """The worker's side of one attempt."""

    def __init__(self, claim: Claim) -> None:
        self.claim, self.reporter, self.meter = claim, JobReporter(), UsageMeter()
        self.started = self.last_write = self.last_heard = time.monotonic()
        self.drain_since: float | None = None
        self.child: Child | None = None
        self.time_limit_s: float = settings.job_time_limit_s
        self.memory_limit = settings.job_memory_bytes
        self.n_folds = 0
        self.has_model = False
        self.payload: dict[str, Any] = {}

    def run(self) -> None:
        """Train until the job ends, is taken from us, or is handed back."""
        try:
            self._start_child()
            while not self._is_over():
                self._take(self.child.read_events(LOOK_EVERY_S) if self.child else [])
        except LeaseGone:
            log.warning("job %s is no longer ours; its work is thrown away", self.claim.job_id)
        except CannotStart as problem:
            log.error("job %s is handed back: %s", self.claim.job_id, problem)
            self._hand_back_and_leave()
        except Exception as error:
            log.exception("job %s met an error of ours", self.claim.job_id)
            self._fail_after(error)
        finally:
            self._stop_child()
            self._clean_up()

    def _start_child(self) -> None:
        """Start a child with what the job's row says now, the folds that are done included."""
        self._insist(self._read_job)
        silence_s = settings.lost_after_s + SILENCE_S
        self.child = Child("train_job", self.payload, silence_s=silence_s)

    def _read_job(self) -> None:
        job = db.session.get_one(Job, self.claim.job_id, populate_existing=True)
        self.payload = job_payload(job, self.claim)
        self.n_folds = Validation(**job.validation).n_splits
        self.reporter.folds_done = len(self.payload["resume"])
        self.time_limit_s = min(job.time_limit_s or settings.job_time_limit_s, 10**9)
        self.memory_limit = job.memory_limit_bytes or settings.job_memory_bytes
        db.session.rollback()  # nothing stays open while it trains

    def _take(self, events: Iterable[dict[str, Any]]) -> None:
        for event in events:
            self.reporter.take(event)

    def _stop_child(self) -> None:
        """End the child, and take what it had still to say: a fold that it scored is kept."""
        if self.child:
            self._take(self.child.kill())

    def _fail_after(self, error: Exception) -> None:
        """End a job whose worker met an error that is not the database's being away."""
        self._stop_child()
        failure = explain(error)
        try:
            self._insist(lambda: execution.fail_job(claim=self.claim, failure=failure))
        except (LeaseGone, SQLAlchemyError):
            log.warning("job %s: its failure could not be written", self.claim.job_id)

    def _hand_back_and_leave(self) -> None:
        """Give the job to another worker; this one is started anew by its supervisor."""
        with suppress(LeaseGone, SQLAlchemyError):
            self._insist(lambda: recovery.hand_back(claim=self.claim))
        Presence.leave()

    def _clean_up(self) -> None:
        """Delete what the child wrote and nobody recorded; the dispatcher does what fails here."""
        try:
            leftovers.discard_leftovers(job_id=self.claim.job_id, lease=self.claim.lease)
        except Exception as problem:
            log.warning("job %s: leftovers stay for now: %s", self.claim.job_id, problem)

    def _is_over(self) -> bool:
        if self.reporter.outcome:
            return self._end()
        if self.child is None or not self.child.is_alive:
            return self._look_after_death()
        failure = self._find_limit(self.child)
        if failure:
            return self._stop(lambda: execution.fail_job(claim=self.claim, failure=failure))
        if self._should_hand_back():
            return self._stop(lambda: recovery.hand_back(claim=self.claim))
        return self._write_if_due()

    def _stop(self, write: Callable[[], Any]) -> bool:
        """End the child and the attempt; what the child finished in that moment counts."""
        self._stop_child()
        if self.reporter.outcome:
            return self._end()
        self._write()
        self._insist(write)
        return True

    def _look_after_death(self) -> bool:
        self._stop_child()
        if self.reporter.outcome:
            return self._end()
        if time.monotonic() - self.last_write > settings.lost_after_s:
            raise LeaseGone  # we were frozen, and it ended itself: it did not die by its own fault
        self.reporter.progress.usage += self.meter.end()
        self._write()
        if failure := self.reporter.failing:  # it died as it tried what would help
            self._insist(lambda: execution.fail_job(claim=self.claim, failure=failure))
            return True
        self._insist(
            lambda: recovery.record_child_death(
                claim=self.claim,
                max_child_deaths=settings.max_attempts,
                memory_bytes=min(self.memory_limit, psutil.virtual_memory().total),
            )
        )
        return True

    def _end(self) -> bool:
        outcome = self.reporter.outcome or {}
        self.reporter.end()
        self._write()
        if outcome["type"] == "failed":
            failure = outcome["failure"]
            self._insist(lambda: execution.fail_job(claim=self.claim, failure=failure))
            return True
        self._insist(
            lambda: execution.finish_job(
                claim=self.claim,
                result=outcome["result"],
                files=outcome["files"],
                schema=outcome["schema"],
            )
        )
        self.has_model = not self.payload["score_only"]
        return True

    def _find_limit(self, child: Child) -> dict[str, Any] | None:
        memory = child.memory_bytes()
        self.reporter.progress.peak_memory_bytes = self.reporter.peak_memory_bytes = max(
            memory, self.reporter.peak_memory_bytes
        )
        self.reporter.progress.usage += self.meter.look(memory, child.cpu_seconds)
        stage = self.reporter.progress.stage or "load"
        if failing := self.reporter.failing:  # only what would help is tried
            is_over = time.monotonic() - self.reporter.failing_since > TRIAL_AT_MOST_S
            return failing if is_over or memory > self.memory_limit else None
        if memory > self.memory_limit:
            return memory_failure(self.memory_limit, stage, self.payload["spec"]["estimator"])
        if time.monotonic() - self.started > self.time_limit_s:
            return time_failure(self.time_limit_s, self.reporter.folds_done, self.n_folds)
        return None

    def _should_hand_back(self) -> bool:
        if not draining.is_set():
            return False
        self.drain_since = self.drain_since or time.monotonic()
        return time.monotonic() - self.drain_since > settings.grace_s

    def _write_if_due(self) -> bool:
        since = time.monotonic() - self.last_write
        new = self.reporter.progress
        has_news = bool(new.lines or new.folds) or new.message != self.reporter.last.message
        # Each fold may be the last one that a candidate need be trained on.
        is_urgent = bool(new.folds) and self.payload["may_end"]
        pause = WRITE_EVERY_S if has_news else min(settings.heartbeat_s, 1.0)
        if since < pause and not is_urgent:
            return self._listen_if_due()
        try:
            signal = execution.record_progress(claim=self.claim, progress=new)
        except SQLAlchemyError as problem:
            self._lease_may_have_run_out(problem)
            return False
        self._heard(signal)
        return self._obey(signal.stop)

    def _listen_if_due(self) -> bool:
        """Between two writes, read whether somebody wants the job to stop."""
        if time.monotonic() - self.last_heard < HEAR_EVERY_S:
            return False
        self.last_heard = time.monotonic()
        try:
            signal = execution.hear(claim=self.claim)
        except SQLAlchemyError as problem:
            self._lease_may_have_run_out(problem)
            return False
        if not signal.held:
            raise LeaseGone
        return self._obey(signal.stop)

    def _obey(self, stop: str | None) -> bool:
        if stop == "cancel":
            self._stop_child()
            self._write()
            self._insist(lambda: execution.finish_cancel(claim=self.claim))
            return True
        is_soon = stop == "enough" and self.reporter.fold_seconds < SHORT_FOLD_S
        if is_soon and self.child:
            self.child.finish()
        elif stop in {"keep", "enough"} and not self.payload["finish_now"]:
            return self._finish_now()
        return False

    def _finish_now(self) -> bool:
        """Let a new child make a result of the folds that are scored, not of the one that runs."""
        self._stop_child()
        if self.reporter.outcome:
            return self._end()
        self._write()
        self._start_child()
        return False

    def _write(self) -> None:
        progress = self.reporter.progress
        self._heard(
            self._insist(lambda: execution.record_progress(claim=self.claim, progress=progress))
        )

    def _heard(self, signal: Signal) -> None:
        if not signal.held:
            raise LeaseGone
        self.last_write = self.last_heard = time.monotonic()
        self.reporter.written()
        if signal.thinned:
            self.meter.widen()
        if self.child and self.child.is_alive:
            self.child.keep_alive()

    def _lease_may_have_run_out(self, problem: Exception) -> None:
        self.reporter.progress.again = True
        with suppress(SQLAlchemyError):  # also this fails on a connection that broke
            db.session.rollback()
        if not is_away(problem):
            raise problem
        if time.monotonic() - self.last_write > settings.lost_after_s:
            raise LeaseGone from problem

    def _insist(self, write: Callable[[], Any]) -> Any:
        """Write, again and again while the database is away, until the lease has run out."""
        while True:
            try:
                return write()
            except SQLAlchemyError as problem:
                log.warning("job %s: cannot write: %s", self.claim.job_id, problem)
                self._lease_may_have_run_out(problem)
                time.sleep(LOOK_EVERY_S)
