"""One attempt of a job: the child trains, the worker watches it and writes about it."""

import logging
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from dashboard import storage
from dashboard.clock import isoformat
from dashboard.db import Dataset, Job, JobFold
from dashboard.extensions import db
from dashboard.jobs import execution, recovery
from dashboard.jobs.execution import Claim, Signal
from tasks.celery_app import draining, settings
from tasks.child import Child
from tasks.engine.spec import Validation
from tasks.failures import memory_failure, time_failure
from tasks.reporter import JobReporter

WRITE_EVERY_S = 0.5
LOOK_EVERY_S = 0.2
log = logging.getLogger(__name__)


class LeaseGone(Exception):
    """The job is no longer ours; whatever was done is thrown away."""


def storage_address() -> dict[str, Any]:
    """Return how a child opens the storage."""
    return storage.storage_address(settings)


def job_payload(job: Job, claim: Claim) -> dict[str, Any]:
    """Return all that the child needs to train a job."""
    dataset: Dataset = job.dataset
    folds = db.session.scalars(select(JobFold).where(JobFold.job_id == job.id)).all()
    schema = {
        "dialect": dataset.dialect,
        "columns": dataset.columns,
        "features": job.features,
        "target": job.target,
        "task": job.task,
    }
    spec = {
        "schema": schema,
        "estimator": job.estimator,
        "metric": job.metric,
        "parameters": job.parameters,
        "validation": job.validation,
        "seed": job.seed,
        "class_weight": job.class_weight,
        "preprocessing": job.preprocessing,
    }
    kept = ("fold", "scores", "fit_seconds", "n_train", "n_test", "key")
    return {
        "job_id": job.id,
        "lease": claim.lease,
        "storage": storage_address(),
        "table_key": dataset.table_key,
        "spec": spec,
        "resume": [{name: getattr(fold, name) for name in kept} for fold in folds],
        "finish_now": job.stop_request == "keep",
        "origin": {
            "job_id": job.id,
            "job_name": job.name,
            "dataset": dataset.name,
            "dataset_sha256": dataset.sha256,
            "created_at": isoformat(job.created_at),
        },
    }


class Attempt:
    """The worker's side of one attempt."""

    def __init__(self, claim: Claim) -> None:
        self.claim, self.reporter = claim, JobReporter()
        job = db.session.get_one(Job, claim.job_id)
        self.payload = job_payload(job, claim)
        self.n_folds = Validation(**job.validation).n_splits
        self.reporter.folds_done = len(self.payload["resume"])
        self.time_limit_s = min(job.time_limit_s or settings.job_time_limit_s, 10**9)
        self.memory_limit = job.memory_limit_bytes or settings.job_memory_bytes
        db.session.rollback()  # nothing stays open while it trains
        self.started = self.last_write = time.monotonic()
        self.drain_since: float | None = None

    def run(self) -> None:
        """Train until the job ends, is taken from us, or is handed back."""
        self.child = Child("train_job", self.payload)
        try:
            while not self._is_over():
                for event in self.child.read_events(LOOK_EVERY_S):
                    self.reporter.take(event)
        except LeaseGone:
            log.warning("job %s is no longer ours; its work is thrown away", self.claim.job_id)
        finally:
            self.child.kill()

    def _is_over(self) -> bool:
        if self.reporter.outcome:
            return self._end()
        if not self.child.is_alive:
            return self._look_after_death()
        failure = self._find_limit()
        if failure:
            self.child.kill()
            self._write()
            self._insist(lambda: execution.fail_job(claim=self.claim, failure=failure))
            return True
        if self._should_hand_back():
            self.child.kill()
            self._write()
            self._insist(lambda: recovery.hand_back(claim=self.claim))
            return True
        return self._write_if_due()

    def _look_after_death(self) -> bool:
        for event in self.child.read_events(0):  # what it said last may still be in the pipe
            self.reporter.take(event)
        if self.reporter.outcome:
            return self._end()
        self._write()
        self._insist(
            lambda: recovery.record_child_death(
                claim=self.claim, max_child_deaths=settings.max_attempts
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
        return True

    def _find_limit(self) -> dict[str, Any] | None:
        memory = self.child.memory_bytes()
        self.reporter.progress.peak_memory_bytes = self.reporter.peak_memory_bytes = max(
            memory, self.reporter.peak_memory_bytes
        )
        stage = self.reporter.progress.stage or "load"
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
        if since < (WRITE_EVERY_S if has_news else min(settings.heartbeat_s, 1.0)):
            return False
        try:
            signal = execution.record_progress(claim=self.claim, progress=new)
        except SQLAlchemyError as problem:
            self._lease_may_have_run_out(problem)
            return False
        self._heard(signal)
        return self._obey(signal.stop)

    def _obey(self, stop: str | None) -> bool:
        if stop == "cancel":
            self.child.kill()
            self._insist(lambda: execution.finish_cancel(claim=self.claim))
            return True
        if stop == "keep" and not self.payload["finish_now"]:
            self.child.kill()
            self.payload = job_payload(db.session.get_one(Job, self.claim.job_id), self.claim)
            db.session.rollback()
            self.child = Child("train_job", self.payload)
        return False

    def _write(self) -> None:
        progress = self.reporter.progress
        self._heard(
            self._insist(lambda: execution.record_progress(claim=self.claim, progress=progress))
        )

    def _heard(self, signal: Signal) -> None:
        if not signal.held:
            raise LeaseGone
        self.last_write = time.monotonic()
        self.reporter.written()

    def _lease_may_have_run_out(self, problem: Exception) -> None:
        db.session.rollback()
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
