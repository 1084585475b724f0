"""Jobs: submit, cancel, run again, delete. `dashboard.batches` does so with many at once."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dashboard.access import require_owner
from dashboard.db import Job, JobFold, Model, Prediction, User
from dashboard.db.job import NEXT, PRIORITIES
from dashboard.db.states import ACTIVE, TERMINAL, JobState, move
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.extensions import db
from dashboard.jobs import submission
from dashboard.jobs.page.blends import is_last_of_several
from dashboard.jobs.page.time_up import say_state
from dashboard.jobs.queries import get_job
from dashboard.plans.changing import hold_batches, run_again
from dashboard.preferences import score_for_reader as score
from dashboard.retention.asking import ask_for_look
from dashboard.room import check_room_for_jobs
from dashboard.storage import get_storage, keys

AGAIN = "again"  # a stop request: stop, then run again


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
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    return submission.submit(user=user, request=request, idempotency_key=idempotency_key, limit=1)


@contextmanager
def changing(user: User, job_id: int, *, and_batch: bool = False) -> Iterator[tuple[Session, Job]]:
    """Run a block as one writing transaction that holds a job of somebody's own locked.

    Parameters
    ----------
    user, job_id
        Who changes what.
    and_batch : bool, default False
        Whether the job's batch is changed, too: it is locked before the job.

    Yields
    ------
    Session, Job
        The transaction, and the job as it is under the lock.

    Raises
    ------
    NotFound
        When there is no such job, or it went before it was locked.
    Forbidden
        When it belongs to somebody else.
    """
    job = get_job(user=user, job_id=job_id)
    require_owner(user, job, "job")
    batches = [job.batch_id] if and_batch else []
    with writing() as session:
        hold_batches(session, batches)
        found = select(Job).where(Job.id == job_id).with_for_update(of=Job)
        yield session, session.scalar(found) or get_job(user=user, job_id=job_id)


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
    with changing(user, job_id) as (session, job):
        stop(session, job, by=user.name, keep=keep)
    return job


def stop(session: Session, job: Job, *, by: str, keep: bool = False) -> None:
    """Stop a job that is held, as `cancel_job` does, inside the caller's writing transaction.

    Raises
    ------
    Conflict
        When it is over already, or there is nothing to keep.
    """
    if job.state not in ACTIVE:
        raise Conflict(say_already_done(job), code="ALREADY_DONE")
    if job.stop_request == ("keep" if keep else "cancel"):
        return  # who asks a second time gets what was asked for already
    if keep:
        _ask_to_keep(job)
    elif job.state == JobState.QUEUED:
        job.stopped_by = by
        job.message = f"Cancelled by {by} before it started"
        move(session, job, JobState.CANCELLED, by=by)
        return
    else:
        job.stop_request = "cancel"
        job.message = f"Cancelled by {by} during: {job.message or job.stage}"
    job.stopped_by = by
    if job.state == JobState.RUNNING:
        move(session, job, JobState.CANCELLING, by=by)


def _ask_to_keep(job: Job) -> None:
    if job.score_only:
        raise Conflict(
            "A candidate of a search has no model that could be kept. Stop the search and keep "
            "the best one so far"
        )
    if is_last_of_several(job):
        raise Conflict(
            "This job chooses among jobs that are scored already, so it has no folds of its own "
            "to stop after. Cancel it, or let it end"
        )
    if job.stop_request in {"cancel", AGAIN}:
        raise Conflict(f"{job.stopped_by} is cancelling the job already, so nothing is kept")
    folds = db.session.scalars(select(JobFold.id).where(JobFold.job_id == job.id)).first()
    if folds is None:
        raise Conflict("No fold is finished yet, so there is nothing to keep")
    if job.state == JobState.QUEUED:
        raise Conflict("The job waits for another attempt. Cancel it, or let it start first")
    job.stop_request = "keep"
    job.message = "Keeping the folds that are done, fitting on all rows"


def say_already_done(job: Job) -> str:
    """Say what a job had come to before it could be stopped."""
    result = f", {score(job.score)}" if job.score is not None else ""
    return f"It had already finished: {say_state(job)}{result}"


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
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    check_room_for_jobs()
    with changing(user, job_id, and_batch=True) as (session, job):
        check_may_run_again(job)
        begin_anew(session, job, by=user.name)
        let_batch_go_on(session, job)
    submission.hint([job.id])
    return job


def let_batch_go_on(session: Session, job: Job) -> None:
    """Let the batch of a job that runs again go on; `changing` holds both."""
    held = hold_batches(session, [job.batch_id])
    if job.batch_id in held:
        run_again(held, job.batch_id)


def check_may_run_again(job: Job) -> None:
    """Raise `Conflict` unless a job failed, was cancelled or lost."""
    if job.state not in TERMINAL - {JobState.SUCCEEDED}:
        raise Conflict(
            f"The job is {say_state(job)}; only failed, cancelled, skipped or lost jobs run again"
        )


def begin_anew(session: Session, job: Job, *, by: str) -> None:
    """Put a job that is over into the queue again, inside the caller's writing transaction."""
    for name, value in submission.AS_NEW.items():
        setattr(job, name, copy(value))
    if job.priority == NEXT:  # an admin put it before all once, not for ever
        job.priority, job.rank = PRIORITIES["high"], 0
    move(session, job, JobState.QUEUED, by=by)


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
    with changing(user, job_id) as (session, job):
        folders = remove(session, job)
    delete_folders(folders)


def remove(session: Session, job: Job) -> list[str]:
    """Delete a job that is held from the database, inside the caller's writing transaction.

    Returns
    -------
    list of str
        What `delete_folders` is to be given after the commit.

    Raises
    ------
    Conflict
        When it is not over.
    """
    if job.state not in TERMINAL:
        raise Conflict(say_not_over(job))
    predictions = select(Prediction.id).join(Model).where(Model.job_id == job.id)
    folders = [keys.prediction_prefix(number) for number in session.scalars(predictions)]
    session.execute(delete(Model).where(Model.job_id == job.id))
    submission.pass_key_on(session, job)
    session.execute(delete(Job).where(Job.id == job.id))
    session.expunge(job)
    return [keys.job_prefix(job.id), *folders]


def say_not_over(job: Job) -> str:
    """Say why a job is not deleted."""
    return f"The job is {say_state(job)}. Cancel it first"


def delete_folders(folders: Iterable[str]) -> None:
    """Delete the files of what was removed; what is left over is looked for later."""
    for folder in folders:
        get_storage().delete_prefix(folder)
    ask_for_look()
