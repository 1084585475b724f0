"""Failures that a person has looked at, and wants to see on the overview no more."""

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from dashboard.db import Job, User
from dashboard.db.lookup import get_by_id
from dashboard.db.personal import Dismissal
from dashboard.db.transaction import writing


def dismiss_failure(*, user: User, job_id: int) -> Job:
    """Show a job's failure to a person no more, unless a later attempt fails too.

    Raises
    ------
    NotFound
        When there is no such job.
    """
    try:
        return _dismiss(user.id, job_id)
    except IntegrityError:  # dismissed from elsewhere, or deleted, at the same moment
        return _dismiss(user.id, job_id)


def _dismiss(user_id: int, job_id: int) -> Job:
    with writing() as session:
        job = get_by_id(Job, job_id, f"There is no job #{job_id}. It may have been deleted")
        seen = session.scalar(
            select(Dismissal).where(Dismissal.user_id == user_id, Dismissal.job_id == job_id)
        )
        if seen is None:
            session.add(Dismissal(user_id=user_id, job_id=job_id, attempt=job.attempt))
        else:
            seen.attempt = job.attempt
    return job


def show_failure_again(*, user: User, job_id: int) -> None:
    """Take a dismissal back; nothing happens where there is none."""
    with writing() as session:
        session.execute(
            delete(Dismissal).where(Dismissal.user_id == user.id, Dismissal.job_id == job_id)
        )
