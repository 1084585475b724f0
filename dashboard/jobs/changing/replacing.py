"""A job that waits is edited: another one with the new settings comes instead of it."""

from dashboard.db import Job, User
from dashboard.db.states import JobState, move
from dashboard.jobs.service import changing, delete_job


def may_be_replaced(job: Job) -> bool:
    """Whether a job waits for its first start, and belongs to no batch that counts on it."""
    return job.state == JobState.QUEUED and not job.attempt and job.batch_id is None


def replace_job(*, user: User, made: Job, former: int) -> bool:
    """Delete a job that waits, as another one was just submitted instead of it.

    Parameters
    ----------
    user : User
        Who edits.
    made : Job
        The job with the new settings.
    former : int
        The job that waits.

    Returns
    -------
    bool
        False when the other one has started meanwhile; it goes on then, and both are there.

    Raises
    ------
    NotFound
        When there is no such job any more.
    Forbidden
        When it belongs to somebody else.
    """
    with changing(user, former) as (session, job):
        if not may_be_replaced(job):
            return False
        job.message, job.stopped_by = f"Edited as #{made.id}", user.name
        move(session, job, JobState.CANCELLED, by=user.name)
    delete_job(user=user, job_id=former)
    return True
