"""Jobs as pages and the API read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, defer, selectinload, undefer

from dashboard.db import Job, JobAttempt, JobFold, LogLine, Model, User
from dashboard.db.lookup import get_by_id
from dashboard.db.states import JobState
from dashboard.extensions import db

# What no row of a list shows, and what may be long.
UNLISTED = (Job.preprocessing, Job.class_weight, Job.warnings, Job.failure)


def get_job(*, user: User, job_id: int) -> Job:
    """Return a job.

    Raises
    ------
    NotFound
        When there is none.
    """
    return get_by_id(Job, job_id, f"There is no job #{job_id}. It may have been deleted")


def get_jobs(
    job_ids: Sequence[int], *, without: Sequence[InstrumentedAttribute[Any]] = ()
) -> list[Job]:
    """Return the jobs of some ids, in their order; those that are gone are left out.

    Columns that are not needed, `without` them, are read when they are asked for.
    """
    # A dataset is wide; joined, it would be read once for each of its jobs.
    options = (selectinload(Job.dataset), selectinload(Job.owner), *map(defer, without))
    found = db.session.scalars(select(Job).where(Job.id.in_(job_ids)).options(*options)).all()
    by_id = {job.id: job for job in found}
    return [by_id[job_id] for job_id in job_ids if job_id in by_id]


@dataclass(frozen=True)
class BatchJob:
    """What tells the jobs of a batch apart; `is_new` when nothing has happened to it yet."""

    id: int
    name: str
    estimator: str
    parameters: Mapping[str, Any]
    is_new: bool


def list_batch_jobs(batch_id: int) -> list[BatchJob]:
    """List all jobs of a batch, in the order in which they were made, without what they share."""
    is_new = and_(Job.state == JobState.QUEUED, Job.attempt == 0)
    found = (
        select(Job.id, Job.name, Job.estimator, Job.parameters, is_new)
        .where(Job.batch_id == batch_id)
        .order_by(Job.id)
    )
    return [BatchJob(*row) for row in db.session.execute(found)]


def list_folds(job_id: int) -> Sequence[JobFold]:
    """List the folds of a job that were scored, with their scores by round."""
    folds = select(JobFold).where(JobFold.job_id == job_id).options(undefer(JobFold.curve))
    return db.session.scalars(folds.order_by(JobFold.fold)).all()


def list_folds_of(job_ids: Sequence[int]) -> dict[int, list[JobFold]]:
    """List the folds of several jobs, by job."""
    found: dict[int, list[JobFold]] = {job_id: [] for job_id in job_ids}
    folds = select(JobFold).where(JobFold.job_id.in_(job_ids)).order_by(JobFold.fold)
    for fold in db.session.scalars(folds):
        found[fold.job_id].append(fold)
    return found


def list_attempts(job_id: int) -> Sequence[JobAttempt]:
    """List the attempts of a job."""
    return db.session.scalars(
        select(JobAttempt).where(JobAttempt.job_id == job_id).order_by(JobAttempt.number)
    ).all()


def list_attempts_of(job_ids: Sequence[int]) -> dict[int, list[JobAttempt]]:
    """List the attempts of several jobs, by job."""
    found: dict[int, list[JobAttempt]] = {job_id: [] for job_id in job_ids}
    attempts = select(JobAttempt).where(JobAttempt.job_id.in_(job_ids)).order_by(JobAttempt.number)
    for attempt in db.session.scalars(attempts):
        found[attempt.job_id].append(attempt)
    return found


def list_log(*, job_id: int, after: int = 0, limit: int = 1000) -> Sequence[LogLine]:
    """List the lines of a job's log behind a number."""
    return db.session.scalars(
        select(LogLine)
        .where(LogLine.job_id == job_id, LogLine.n > after)
        .order_by(LogLine.n)
        .limit(limit)
    ).all()


def count_log(job_id: int) -> int:
    """Count the lines of a job's log."""
    return db.session.scalar(select(func.max(LogLine.n)).where(LogLine.job_id == job_id)) or 0


def find_model(job_id: int) -> Model | None:
    """Return the model that a job made, or None."""
    return db.session.scalar(select(Model).where(Model.job_id == job_id))


def find_models(job_ids: Sequence[int]) -> dict[int, Model]:
    """Return the models of several jobs, by job."""
    found = db.session.scalars(select(Model).where(Model.job_id.in_(job_ids)))
    return {model.job_id: model for model in found}


def find_model_ids(job_ids: Sequence[int]) -> dict[int, int]:
    """Return the models' ids by job."""
    found = select(Model.job_id, Model.id).where(Model.job_id.in_(job_ids))
    return dict(db.session.execute(found).all())


def list_best_for(*, dataset_id: int, target: str, task: str, limit: int = 3) -> Sequence[Job]:
    """List the best succeeded jobs of a dataset and target by ROC AUC or R2."""
    metric = "roc_auc" if task == "classification" else "r2"
    return db.session.scalars(
        select(Job)
        .where(
            Job.dataset_id == dataset_id,
            Job.target == target,
            Job.task == task,
            Job.metric == metric,
            Job.state == JobState.SUCCEEDED,
            Job.score.is_not(None),
            ~Job.score_only,
        )
        .order_by(Job.score.desc(), Job.id)
        .limit(limit)
    ).all()
