"""Jobs: submit, cancel, run again, rename, delete."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_member, require_owner
from dashboard.clock import now
from dashboard.datasets.queries import find_dataset
from dashboard.db import Dataset, IdempotencyKey, Job, JobEvent, JobFold, Model, Prediction, User
from dashboard.db.states import ACTIVE, TERMINAL, JobState, move
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, ValidationFailed
from dashboard.extensions import db
from dashboard.filters import score
from dashboard.hints import WINDOW, count_hinted
from dashboard.jobs.queries import get_job
from dashboard.jobs.requests import check_request
from dashboard.storage import get_storage, keys
from tasks.engine.catalogue import get_estimator


def submit_job(
    *, user: User, request: Mapping[str, Any], idempotency_key: str | None = None
) -> Job:
    """Make a job and wake a worker.

    Parameters
    ----------
    user : User
        Who submits.
    request : Mapping
        The fields of ``POST /jobs``.
    idempotency_key : str, optional
        The same key of the same person gives the same job again.

    Returns
    -------
    Job
        In state ``queued``, unless the key had been used before.

    Raises
    ------
    Forbidden
        When the person may not submit.
    ValidationFailed
        With a message for each field that cannot be used.
    """
    require_member(user)
    if idempotency_key is not None and not 0 < len(idempotency_key) <= 200:
        raise ValidationFailed({"Idempotency-Key": "The key must have 1 to 200 characters"})
    former = _find_former(user, idempotency_key)
    if former:
        return former
    dataset = _find_dataset(request.get("dataset_id"))
    values = check_request(request, dataset)
    values.setdefault("name", default_name(dataset, values["estimator"]))
    size = {"n_rows": dataset.rows, "n_columns": len(values["features"])}
    job = Job(owner_id=user.id, dataset_id=dataset.id, **size, **values)
    try:
        _add(job, user, idempotency_key)
    except IntegrityError:  # the same key came twice at the same moment
        former = _find_former(user, idempotency_key)
        if former is None:
            raise
        return former
    _hint(job)
    return job


def _hint(job: Job) -> None:
    """Wake a worker for a job that waits now, if the window has room; else the dispatcher will."""
    if count_hinted(Job) >= WINDOW or not queue.wake(queue.TRAIN):
        return
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job.id, Job.state == JobState.QUEUED)
            .values(hinted_at=now())
        )


def _add(job: Job, user: User, idempotency_key: str | None) -> None:
    with writing() as session:
        session.add(job)
        session.flush()
        session.add(JobEvent(job_id=job.id, to_state=JobState.QUEUED, by=user.name))
        if idempotency_key:
            session.add(IdempotencyKey(user_id=user.id, key=idempotency_key, job_id=job.id))


def _find_former(user: User, idempotency_key: str | None) -> Job | None:
    return db.session.scalar(
        select(Job)
        .join(IdempotencyKey, IdempotencyKey.job_id == Job.id)
        .where(IdempotencyKey.user_id == user.id, IdempotencyKey.key == idempotency_key)
    )


def _find_dataset(dataset_id: Any) -> Dataset:
    is_id = isinstance(dataset_id, int) and not isinstance(dataset_id, bool)
    if dataset_id in (None, ""):
        raise ValidationFailed({"dataset_id": "Choose a dataset"})
    dataset = find_dataset(dataset_id) if is_id else None
    if dataset is None:
        raise ValidationFailed({"dataset_id": f"There is no dataset {dataset_id}"})
    if dataset.state != "ready":
        words = {"reading": "is still being read", "refused": "could not be read"}
        raise ValidationFailed({"dataset_id": f"{dataset.name} {words[dataset.state]}"})
    return dataset


def default_name(dataset: Dataset, estimator_id: str) -> str:
    """Return a job's name unless one is given: the dataset's and the estimator's."""
    stem = dataset.name.rsplit(".", 1)[0] if dataset.name.endswith(".csv") else dataset.name
    return f"{stem[:120]}: {get_estimator(estimator_id).title.lower()}"


def _lock_job(session: Session, user: User, job_id: int) -> Job:
    """Return a job, locked for the rest of the transaction; NotFound when it is gone by now."""
    found = select(Job).where(Job.id == job_id).with_for_update(of=Job)
    return session.scalar(found) or get_job(user=user, job_id=job_id)


def cancel_job(*, user: User, job_id: int, keep: bool = False) -> Job:
    """Stop a job: a waiting one at once, a running one within seconds.

    Parameters
    ----------
    user, job_id
        Who stops what.
    keep : bool, default False
        Keep the folds that are done: fit on all rows and end as succeeded, marked partial.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When it is over already, or there is nothing to keep.
    """
    require_owner(user, get_job(user=user, job_id=job_id), "job")
    with writing() as session:
        job = _lock_job(session, user, job_id)
        if job.state not in ACTIVE:
            raise Conflict(_already_done(job), code="ALREADY_DONE")
        if keep:
            _ask_to_keep(job)
        elif job.state == JobState.QUEUED:
            job.stopped_by = user.name
            job.message = f"Cancelled by {user.name} before it started"
            move(session, job, JobState.CANCELLED, by=user.name)
            return job
        else:
            job.stop_request = "cancel"
            job.message = f"Cancelled by {user.name} during: {job.message or job.stage}"
        job.stopped_by = user.name
        if job.state == JobState.RUNNING:
            move(session, job, JobState.CANCELLING, by=user.name)
    return job


def _ask_to_keep(job: Job) -> None:
    folds = db.session.scalars(select(JobFold.id).where(JobFold.job_id == job.id)).first()
    if folds is None:
        raise Conflict("No fold is finished yet, so there is nothing to keep")
    if job.state == JobState.QUEUED:
        raise Conflict("The job waits for another attempt. Cancel it, or let it start first")
    job.stop_request = job.stop_request or "keep"
    job.message = "Keeping the folds that are done, fitting on all rows"


def _already_done(job: Job) -> str:
    result = f", {score(job.score)}" if job.score is not None else ""
    return f"It had already finished: {job.state}{result}"


def retry_job(*, user: User, job_id: int) -> Job:
    """Run a failed, cancelled or lost job again, as another attempt of the same job.

    Folds that were scored are not trained again.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When it is not over, or succeeded.
    """
    require_owner(user, get_job(user=user, job_id=job_id), "job")
    with writing() as session:
        job = _lock_job(session, user, job_id)
        if job.state not in TERMINAL - {JobState.SUCCEEDED}:
            raise Conflict(
                f"The job is {job.state}; only failed, cancelled or lost jobs run again"
            )
        job.failure = job.message = job.stage = job.stop_request = job.stopped_by = None
        job.started_at = job.finished_at = None
        job.progress, job.stages, job.warnings, job.child_deaths = 0.0, [], [], 0
        job.hinted_at = None
        job.tries = 0
        move(session, job, JobState.QUEUED, by=user.name)
    _hint(job)
    return job


def delete_job(*, user: User, job_id: int) -> None:
    """Delete a job that is over, with its model and all of its files.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When it is not over.
    """
    job = get_job(user=user, job_id=job_id)
    require_owner(user, job, "job")
    with writing() as session:
        job = _lock_job(session, user, job_id)
        if job.state not in TERMINAL:
            raise Conflict(f"The job is {job.state}. Cancel it first")
        predictions = session.scalars(
            select(Prediction.id).join(Model).where(Model.job_id == job_id)
        ).all()
        session.execute(delete(Model).where(Model.job_id == job_id))
        session.execute(delete(Job).where(Job.id == job_id))
        session.expunge(job)
    get_storage().delete_prefix(keys.job_prefix(job_id))
    for prediction_id in predictions:
        get_storage().delete_prefix(keys.prediction_prefix(prediction_id))
