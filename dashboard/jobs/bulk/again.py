"""Jobs that failed, run again together."""

from datetime import timedelta

from sqlalchemy import select

from dashboard import queue
from dashboard.access import require_admin
from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.states import JobState
from dashboard.db.transaction import writing
from dashboard.jobs.service import begin_anew
from dashboard.plans.changing import hold_batches, run_again
from dashboard.room import check_room_for_jobs

JUST_NOW = timedelta(hours=1)
AT_ONCE = 200
FAILED = (JobState.FAILED, JobState.LOST)


def retry_failed(*, user: User) -> int:
    """Run the jobs again that failed, or were lost, within the last hour.

    The `AT_ONCE` newest at most, in one transaction. The dispatcher sends their hints.

    Returns
    -------
    int
        How many were put into the queue.

    Raises
    ------
    Forbidden
        When the person is no admin.
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    require_admin(user)
    check_room_for_jobs()
    with writing() as session:
        failed = (Job.finished_at > now() - JUST_NOW, Job.state.in_(FAILED))
        newest = select(Job.batch_id).where(*failed).order_by(Job.finished_at.desc())
        held = hold_batches(session, session.scalars(newest.limit(AT_ONCE)))
        jobs = session.scalars(
            select(Job)
            .where(*failed, Job.batch_id.is_(None) | Job.batch_id.in_(held))
            .order_by(Job.finished_at.desc())
            .limit(AT_ONCE)
            .with_for_update(of=Job, skip_locked=True)
        ).all()
        for job in jobs:
            begin_anew(session, job, by=user.name)
        for batch_id in {job.batch_id for job in jobs if job.batch_id is not None}:
            run_again(held, batch_id)
    if jobs:
        queue.wake(queue.TRAIN)
    return len(jobs)
