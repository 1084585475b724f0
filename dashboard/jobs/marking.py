"""What people make of a job: tags, a note, and whether it is archived."""

from typing import Any

from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.states import TERMINAL
from dashboard.errors import Conflict, ValidationFailed
from dashboard.jobs.service import changing
from dashboard.jobs.tags import clean_tags

NOTE_LENGTH = 10_000


def set_tags(*, user: User, job_id: int, tags: Any) -> Job:
    """Give a job other tags.

    Parameters
    ----------
    user, job_id
        Who changes what.
    tags : list of str
        All that it is to have, in this order.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    ValidationFailed
        When they are no list of at most 20 texts of 1 to 50 characters.
    """
    clean = clean_tags(tags)
    with changing(user, job_id) as (_, job):
        job.tags = clean
    return job


def set_note(*, user: User, job_id: int, note: Any) -> Job:
    """Write what is to be known of a job; an empty note is none.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    ValidationFailed
        When it is no text, or too long.
    """
    if note is not None and not isinstance(note, str):
        raise ValidationFailed({"note": "note must be a text"})
    text = (note or "").replace("\r\n", "\n").strip()
    if len(text) > NOTE_LENGTH:
        raise ValidationFailed(
            {"note": f"The note has {len(text):,} characters; there is room for {NOTE_LENGTH:,}"}
        )
    with changing(user, job_id) as (_, job):
        job.note = text or None
    return job


def archive_job(*, user: User, job_id: int, archived: bool = True) -> Job:
    """Leave a job out of lists, or put it back into them; its page and model stay.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When it is to be archived and is not over.
    """
    with changing(user, job_id) as (_, job):
        if archived and job.state not in TERMINAL:
            raise Conflict(f"The job is {job.state}. Only jobs that are over are archived")
        if archived != (job.archived_at is not None):
            job.archived_at = now() if archived else None
    return job
