"""Batches: submit, cancel, run again. The number of statements does not grow with the jobs."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, case, func, literal, update
from sqlalchemy.orm import Session

from dashboard.access import require_owner
from dashboard.batches.queries import get_batch
from dashboard.db import Batch, Job, User
from dashboard.db.job import NEXT, PRIORITIES
from dashboard.db.states import ACTIVE, JobState, lock_all, move_all
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.jobs import submission
from dashboard.jobs.service import AGAIN
from dashboard.plans.changing import hold_batches, run_again, stop_family
from dashboard.room import check_room_for_jobs

MESSAGE_LENGTH = 500
FAILED = (JobState.FAILED, JobState.LOST)
# As `jobs.service.begin_anew`: an admin put a job before all once, not for ever.
WAS_NEXT = Job.priority == NEXT
AS_NEW = {
    **submission.AS_NEW,
    "priority": case((WAS_NEXT, PRIORITIES["high"]), else_=Job.priority),
    "rank": case((WAS_NEXT, 0), else_=Job.rank),
}


def submit(
    *,
    user: User,
    request: Mapping[str, Any],
    idempotency_key: str | None = None,
    threshold_from: Mapping[str, Any] | None = None,
) -> Job | Batch:
    """Make the job that a request asks for, or a batch where its parameters have several values.

    Parameters
    ----------
    user : User
        Who submits.
    request : Mapping
        The fields of ``POST /jobs``; a parameter may be ``{"values": [...]}``.
    idempotency_key : str, optional
        The same key of the same person gives the same again.
    threshold_from : Mapping, optional
        As `submission.submit`.

    Raises
    ------
    Forbidden
        When the person may not submit.
    ValidationFailed
        With a message for each field that cannot be used; ``SWEEP_TOO_MANY`` for more jobs than
        `Settings.max_batch_jobs`.
    """
    limit = batch_limit()
    job = submission.submit(
        user=user, request=request, idempotency_key=idempotency_key, limit=limit,
        threshold_from=threshold_from,
    )  # fmt: skip
    return job if job.batch_id is None else get_batch(job.batch_id)


def submit_batch(
    *, user: User, request: Mapping[str, Any], idempotency_key: str | None = None
) -> Batch:
    """Make a batch, be it of one job; the request may also name several ``estimators``.

    Raises
    ------
    Forbidden, ValidationFailed
        As `submit`.
    Conflict
        When the same key has made a single job.
    """
    job = submission.submit(
        user=user,
        request=request,
        idempotency_key=idempotency_key,
        limit=batch_limit(),
        as_batch=True,
    )
    if job.batch_id is None:
        raise Conflict(f"This Idempotency-Key has made job #{job.id}, which is in no batch")
    return get_batch(job.batch_id)


def batch_limit() -> int:
    """Return how many jobs may be made at once."""
    limit: int = current_app.config["SETTINGS"].max_batch_jobs
    return limit


def cancel_batch(*, user: User, batch_id: int) -> tuple[int, int]:
    """Stop every job of a batch that is not over: waiting ones at once, the others within seconds.

    The batches below it are stopped, too.

    Returns
    -------
    cancelled, stopping : int
        How many waited, and how many a worker was asked to stop. When this returns, none of the
        batches' jobs waits, and none will start.

    Raises
    ------
    NotFound
        When there is no such batch.
    Forbidden
        When it belongs to somebody else.
    """
    require_owner(user, get_batch(batch_id), "batch")
    with writing() as session:
        every = stop_family(session, batch_id, by=user.name)
        return stop_jobs(session, Job.batch_id.in_(every), by=user.name)


def stop_jobs(session: Session, which: ColumnElement[bool], *, by: str) -> tuple[int, int]:
    """Stop the jobs of a batch that match and are not over, in a transaction that holds it.

    Returns
    -------
    cancelled, stopping : int
        As `cancel_batch`.
    """
    during = literal(f"Cancelled by {by} during: ") + func.coalesce(Job.message, Job.stage, "")
    asked = {
        "stop_request": "cancel",
        "stopped_by": by,
        "message": func.substr(during, 1, MESSAGE_LENGTH),
    }
    waited = {"stopped_by": by, "message": f"Cancelled by {by} before it started"}
    # Locked first: a worker that starts one or hands one back is waited for, then waits.
    lock_all(session, which, Job.state.in_(ACTIVE))
    # What is being kept, or was to run again, is dropped too: all are to end.
    kept = session.execute(
        update(Job)
        .where(which, Job.state == JobState.CANCELLING, Job.stop_request.in_(("keep", AGAIN)))
        .values(asked)
        .execution_options(synchronize_session=False)
    )
    running = move_all(session, which, JobState.RUNNING, JobState.CANCELLING, by=by, values=asked)
    queued = move_all(session, which, JobState.QUEUED, JobState.CANCELLED, by=by, values=waited)
    return queued, running + int(kept.rowcount)  # type: ignore[attr-defined]


def retry_failed(*, user: User, batch_id: int) -> int:
    """Run the failed and lost jobs of a batch again, as another attempt of the same jobs.

    Returns
    -------
    int
        How many wait again.

    Raises
    ------
    NotFound
        When there is no such batch.
    Forbidden
        When it belongs to somebody else.
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    check_room_for_jobs()
    require_owner(user, get_batch(batch_id), "batch")
    which = Job.batch_id == batch_id
    with writing() as session:
        held = hold_batches(session, [batch_id])
        lock_all(session, which, Job.state.in_(FAILED))
        again = sum(
            move_all(session, which, state, JobState.QUEUED, by=user.name, values=AS_NEW)
            for state in FAILED
        )
        if again:
            run_again(held, batch_id)
    if again:
        submission.hint_batch(batch_id)
    return again
