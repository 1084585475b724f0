"""Running a job again that has a result: the result stays, and a new job has its settings."""

from sqlalchemy.orm import Session

from dashboard.db import Job, User
from dashboard.jobs.as_request import request_from
from dashboard.jobs.submission import add_jobs, hold_dataset, read_request


def add_like(session: Session, *, user: User, job: Job) -> Job:
    """Make a job with the settings of another, inside the caller's writing transaction.

    Raises
    ------
    Conflict
        When the other one's model is a blend.
    ValidationFailed
        When its request can be made no more.
    """
    asked = request_from(job)
    dataset, wanted = read_request(asked, limit=1)
    hold_dataset(session, dataset.id)
    return add_jobs(session, user, dataset, wanted, in_batch=False)
