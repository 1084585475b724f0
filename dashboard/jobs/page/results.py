"""What a succeeded job's file of results says; `dashboard.rows` reads its predictions."""

import json
from typing import Any

from sqlalchemy import select

from dashboard.db import Job
from dashboard.errors import Conflict, DomainError
from dashboard.extensions import db
from dashboard.jobs.page.time_up import say_state
from dashboard.storage import Storage, get_storage


def read_results(job: Job) -> dict[str, Any]:
    """Return what the result charts draw.

    Raises
    ------
    Conflict
        When the job has no result.
    """
    if job.results_key is None:
        raise Conflict(f"The job has no results: it is {say_state(job)}")
    try:
        return read_key(get_storage(), job.results_key)
    except DomainError:
        newer = db.session.scalar(select(Job.results_key).where(Job.id == job.id))
        if newer in {None, job.results_key}:
            raise
        return read_key(get_storage(), newer)  # something was added to them at this very moment


def read_key(storage: Storage, key: str) -> dict[str, Any]:
    """Return what a file of results holds."""
    with storage.open(key) as stream:
        found: dict[str, Any] = json.load(stream)
    return found
