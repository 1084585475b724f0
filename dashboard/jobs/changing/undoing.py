"""A cancel that is taken back: the job runs again, and its folds that were scored are kept.

A worker that was told to stop cannot be told to go on, as it may have stopped by then. So a job
that is being stopped notes that it is to run again, and goes back into the queue at its end.
Who wished to be told of its end is told of the real one, also where the cancel was told of.
"""

from sqlalchemy.orm import Session

from dashboard.db import Job, User
from dashboard.db.states import JobState, move
from dashboard.errors import Conflict
from dashboard.jobs.service import (
    AGAIN,
    begin_anew,
    changing,
    let_batch_go_on,
    say_already_done,
)
from dashboard.jobs.submission import hint
from dashboard.notifications.undone import wish_again
from dashboard.room import check_room_for_jobs


def undo_cancel(*, user: User, job_id: int) -> Job:
    """Let a job that was cancelled, or is being stopped, run again.

    Who asks a second time, or for a job that was not stopped in the end, changes nothing.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When it had come to its own end before it was stopped, or is being kept as it is.
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    with changing(user, job_id, and_batch=True) as (session, job):
        if job.stop_request == "keep":
            raise Conflict("The folds that are done are being kept: the job is not cancelled")
        if job.state == JobState.CANCELLING and job.stop_request == "cancel":
            job.stop_request = AGAIN
            let_batch_go_on(session, job)
        if job.state in {JobState.CANCELLING, JobState.QUEUED, JobState.RUNNING}:
            return job
        if job.state != JobState.CANCELLED:
            raise Conflict(_say_too_late(job))
        check_room_for_jobs()
        wish_again(session, job)
        begin_anew(session, job, by=user.name)
        let_batch_go_on(session, job)
    hint([job.id])
    return job


def _say_too_late(job: Job) -> str:
    ended = f"{job.name} had ended before it was stopped, so there is nothing to undo"
    if job.state == JobState.SUCCEEDED:
        return f"{ended}. {say_already_done(job)}"
    how = "was given up" if job.state == JobState.LOST else "failed"
    return f"{ended}. It {how}, and can be run again"


def end_as_cancelled(session: Session, job: Job) -> None:
    """End a job that was stopped; one that is to run again goes back into the queue."""
    is_undone, by = job.stop_request == AGAIN, job.stopped_by
    move(session, job, JobState.CANCELLED, by=by)
    if is_undone:
        begin_anew(session, job, by=by or "")
