"""Running a job once more that has a result: the result stays, and a new job has its settings."""

from typing import Any

from sqlalchemy.orm import Session

from dashboard.db import Job, User
from dashboard.db.states import JobState
from dashboard.errors import Conflict
from dashboard.jobs import queries
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.asking.next_name import find_next_name
from dashboard.jobs.form.keys import idempotency_key_of
from dashboard.jobs.page.time_up import say_state
from dashboard.jobs.submission import add_jobs, hold_dataset, read_request, submit


def submit_once_more(*, user: User, job_id: int, page_key: str) -> Job:
    """Queue a job with the settings of one that succeeded.

    Parameters
    ----------
    user : User
        Who asks; it becomes this person's job.
    job_id : int
        The job whose settings it is given.
    page_key : str
        The key of the page, so that two clicks make one job.

    Raises
    ------
    NotFound
        When the job is gone.
    Conflict
        When it did not succeed, or its model is a blend.
    Forbidden, ValidationFailed, StorageFull
        As `submission.submit`.
    """
    job = queries.get_job(user=user, job_id=job_id)
    if job.state != JobState.SUCCEEDED:
        raise Conflict(f"Job #{job_id} is {say_state(job)}. Only what succeeded is made once more")
    return submit(
        user=user, request=_ask_again(user, job), limit=1,
        idempotency_key=idempotency_key_of(page_key, "once more", job_id),
        threshold_from=job.details.get("threshold_from"),
    )  # fmt: skip


def add_once_more(session: Session, *, user: User, job: Job) -> Job:
    """Make a job with the settings of another, inside the caller's writing transaction.

    Raises
    ------
    Conflict
        When the other one's model is a blend.
    ValidationFailed
        When its request can be made no more.
    """
    dataset, wanted = read_request(_ask_again(user, job), limit=1)
    hold_dataset(session, dataset.id)
    return add_jobs(session, user, dataset, wanted, in_batch=False)


def _ask_again(user: User, job: Job) -> dict[str, Any]:
    return request_from(job) | {"name": find_next_name(user, job.name)}
