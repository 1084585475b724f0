"""Files that an attempt wrote and that no record names: what a crash left between file and commit.

An attempt writes below its own lease only, and nothing can be recorded under a lease that is over.
So once an attempt is over, whatever lies below its lease without a record is nobody's.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from dashboard.clock import now
from dashboard.db import Job, JobAttempt, JobFold, Model
from dashboard.extensions import db
from dashboard.storage import get_storage, keys

AT_ONCE = 500
# Ends are seen when they are committed, somewhat later than the time that they bear.
OVERLAP = timedelta(minutes=1)


def discard_leftovers(*, job_id: int, lease: str) -> int:
    """Delete the files of an attempt that no record names.

    Parameters
    ----------
    job_id, lease
        An attempt that is over. Its training process may live a few seconds more, where its worker
        is frozen: what that still writes `discard_recent_leftovers` deletes, if it comes before
        that one's turn. What a child writes after it has thawed, the look through the storage
        finds (`dashboard.retention`), about once an hour.

    Returns
    -------
    int
        How many files were deleted.
    """
    named = _named_keys(job_id)
    return get_storage().keep_only(keys.attempt_prefix(job_id, lease), named)


def discard_recent_leftovers(*, since: datetime) -> datetime:
    """Do so for attempts that came to a bad end since some moment, the earliest 500.

    The dispatcher gives back what it got, so an attempt is met in one or two of its rounds. It is
    the net below those who end attempts: they may be killed before they have cleaned up.

    Returns
    -------
    datetime
        Since when to look the next time, so that no attempt is listed again and again.
    """
    moment = now()
    ended = (
        select(JobAttempt.job_id, JobAttempt.lease, JobAttempt.ended_at)
        .where(JobAttempt.ended_at >= since, JobAttempt.ended_by != "succeeded")
        .order_by(JobAttempt.ended_at)
        .limit(AT_ONCE)
    )
    found = db.session.execute(ended).all()
    for job_id, lease, _ended_at in found:
        discard_leftovers(job_id=job_id, lease=lease)
    behind: datetime = found[-1].ended_at if len(found) == AT_ONCE else moment - OVERLAP
    return max(since, behind)


def _named_keys(job_id: int) -> set[str]:
    db.session.rollback()  # what is named now, not what was when this session last looked
    found = set(db.session.scalars(select(JobFold.key).where(JobFold.job_id == job_id)))
    for both in db.session.execute(
        select(Job.results_key, Job.out_of_fold_key).where(Job.id == job_id)
    ):
        found |= set(both)
    for files in db.session.scalars(select(Model.files).where(Model.job_id == job_id)):
        found |= {file.get("key") for file in files.values()}
    db.session.rollback()
    return {key for key in found if key}
