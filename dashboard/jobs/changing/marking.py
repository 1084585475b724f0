"""What people make of a job: tags, a note, and whether it is archived."""

from collections.abc import Mapping
from typing import Any

from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.states import TERMINAL
from dashboard.errors import Conflict, ValidationFailed
from dashboard.jobs.asking.notes import clean_note
from dashboard.jobs.asking.tags import clean_tags
from dashboard.jobs.page.time_up import say_state
from dashboard.jobs.service import changing
from dashboard.meanwhile import list_to_write


def change_job(
    *, user: User, job_id: int, given: Mapping[str, Any], seen: Mapping[str, str] | None = None
) -> Job:
    """Change some of a job's tags, note and archive at once, or nothing.

    Parameters
    ----------
    user, job_id
        Who changes what.
    given : Mapping
        Any of ``tags``, all that it is to have, in this order; ``note``, where an empty one is
        none; and ``archived``.
    seen : Mapping of str to str, optional
        As `meanwhile.list_to_write` takes it, of ``tags`` and ``note``.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    ValidationFailed
        When there is something else, the tags are no list of at most 20 texts of 1 to 50
        characters, the note is no text or too long, or one of them was changed meanwhile.
    Conflict
        When it is to be archived and is not over.
    """
    unknown = given.keys() - {"tags", "note", "archived"}
    faults = {name: f'A job has no "{name}" that could be changed' for name in unknown}
    if "archived" in given and not isinstance(given["archived"], bool):
        faults["archived"] = "archived must be true or false"
    if faults:
        raise ValidationFailed(faults)
    wanted: dict[str, Any] = {}
    if "tags" in given:
        wanted["tags"] = clean_tags(given["tags"])
    if "note" in given:
        wanted["note"] = clean_note(given["note"])
    with changing(user, job_id) as (_, job):
        for name in list_to_write(seen, words_as_typed(job), _as_typed(wanted)):
            setattr(job, name, wanted[name])
        if "archived" in given:
            _set_archived(job, given["archived"])
    return job


def words_as_typed(job: Job) -> dict[str, str]:
    """Return a job's name, tags and note as the forms of its page have them, by field."""
    return {"name": job.name} | _as_typed({"tags": job.tags, "note": job.note})


def _as_typed(marks: Mapping[str, Any]) -> dict[str, str]:
    """Return tags and a note as the form has them."""
    return {
        name: ", ".join(kept or ()) if name == "tags" else kept or ""
        for name, kept in marks.items()
    }


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
        _set_archived(job, archived)
    return job


def _set_archived(job: Job, archived: bool) -> None:
    if archived and job.state not in TERMINAL:
        raise Conflict(f"The job is {say_state(job)}. Only jobs that are over are archived")
    if archived != (job.archived_at is not None):
        job.archived_at = now() if archived else None
