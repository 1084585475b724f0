"""Searches whose workers are the test: candidates end as a test wants."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dashboard.batches import service
from dashboard.clock import now
from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running import execution
from dashboard.jobs.running.claiming import Claim, claim_next_job
from dashboard.jobs.running.execution import Progress
from dashboard.plans.advance import advance
from tests.factories import make_dataset

SPACE = {"C": {"low": 0.01, "high": 10, "log": True}}


def submit(user: User, jobs: int = 4, **search: Any) -> Batch:
    """Submit a search over logistic regression."""
    asked = {"strategy": "random", "space": SPACE, "jobs": jobs} | search
    request = {"dataset_id": make_dataset(user).id, "target": "churned", "metric": "roc_auc",
               "estimator": "LogisticRegression", "search": asked}  # fmt: skip
    return service.submit_batch(user=user, request=request)


def take(worker: str = "worker-1") -> Claim:
    """Take the next job."""
    claim = claim_next_job(worker=worker)
    assert claim is not None, "nothing waits"
    return claim


def tell_folds(claim: Claim, scores: Sequence[float], first: int = 1) -> str | None:
    """Write scored folds, and return what the worker hears."""
    folds = [
        {"fold": n, "scores": {"roc_auc": score}, "fit_seconds": 1.0, "n_train": 80, "n_test": 20,
         "key": f"jobs/{claim.job_id}/{claim.lease}/fold-{n}"}
        for n, score in enumerate(scores, start=first)
    ]  # fmt: skip
    progress = Progress(stage="fit", fraction=0.5, message="Fitting", folds=folds)
    return execution.record_progress(claim=claim, progress=progress).stop


def finish(claim: Claim, score: float | None, **more: Any) -> None:
    """End a job with a score, as if all of its folds had it."""
    result = {"score": score, "score_std": 0.01, "metrics": {}, "partial": False} | more
    assert execution.finish_job(claim=claim, result=result, files={}, schema={})


def search_to_end(user: User, *scores: float | None, **search: Any) -> Batch:
    """Let a search of as many candidates come to its end, its best one fitted on all rows."""
    batch = submit(user, len(scores), **search)
    for score in scores:
        run(score)
    go_on(batch)
    finish(take(), max(score for score in scores if score is not None))
    go_on(batch)
    return read(batch)


def fail(claim: Claim) -> None:
    failure = {"code": "UNKNOWN", "message": "boom", "hint": ""}
    assert execution.fail_job(claim=claim, failure=failure)


def run(score: float | None) -> int:
    """Let the next job be done, and return its id."""
    claim = take()
    if score is None:
        fail(claim)
    else:
        tell_folds(claim, [score] * 5)
        finish(claim, score)
    return claim.job_id


def read(batch: Batch) -> Batch:
    db.session.rollback()
    return db.session.get_one(Batch, batch.id, populate_existing=True)


def jobs_of(batch: Batch) -> list[Job]:
    db.session.rollback()
    found = select(Job).where(Job.batch_id == batch.id).order_by(Job.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def go_on(batch: Batch) -> None:
    """Do all that comes next by itself."""
    for _ in range(20):
        if not advance(batch.id):
            return
    raise AssertionError("there was always something to do")


def start_long_ago(batch: Batch, seconds: float) -> None:
    """Let the first job of a batch have started that long ago."""
    with writing() as session:
        for job in session.scalars(select(Job).where(Job.batch_id == batch.id)):
            if job.started_at:
                job.started_at = now() - timedelta(seconds=seconds)


def end_long_ago(batch: Batch, seconds: float) -> None:
    """Let the jobs of a batch that are over have begun and ended that long ago."""
    start_long_ago(batch, seconds)
    with writing() as session:
        for job in session.scalars(select(Job).where(Job.batch_id == batch.id)):
            if job.finished_at:
                job.finished_at = job.started_at
