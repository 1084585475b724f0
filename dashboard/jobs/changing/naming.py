"""Another name for a job."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from dashboard.db import Job, Model, User
from dashboard.errors import ValidationFailed
from dashboard.jobs.service import changing
from dashboard.meanwhile import list_to_write
from dashboard.models.repeated import words_of

NAME_LENGTH = 200


def rename_job(
    *, user: User, job_id: int, name: Any, seen: Mapping[str, str] | None = None
) -> Job:
    """Give a job, and the model that it made, another name.

    Parameters
    ----------
    user, job_id
        Who renames what.
    name : str
        The name, of 1 to 200 characters.
    seen : Mapping of str to str, optional
        As `meanwhile.list_to_write` takes it.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    ValidationFailed
        When it is no such text, or the name was changed meanwhile.
    """
    text = " ".join(name.split()) if isinstance(name, str) else ""
    if not text:
        raise ValidationFailed({"name": "A job needs a name"})
    if len(text) > NAME_LENGTH:
        words = f"The name has {len(text):,} characters; there is room for {NAME_LENGTH}"
        raise ValidationFailed({"name": words})
    with changing(user, job_id) as (session, job):
        if not list_to_write(seen, {"name": job.name}, {"name": text}):
            return job
        # A model that was named on its own keeps that name.
        made = update(Model).where(Model.job_id == job_id, Model.name == job.name)
        session.execute(made.values(name=text, words=words_of(text, job.target)))
        job.name = text
    return job
