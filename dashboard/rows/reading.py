"""Reads out-of-fold rows from where a job left them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dashboard.db import Job
from dashboard.errors import Conflict, DomainError, ValidationFailed
from dashboard.jobs.page.results import read_results
from dashboard.jobs.page.time_up import say_state
from dashboard.jobs.queries import find_model
from dashboard.storage import get_storage
from tasks.engine.rows.scored import ScoredQuery, ScoredRows


def list_classes(job: Job) -> list[str]:
    """List the classes of a job in the order of its probabilities; none of one of numbers.

    A candidate of a search has no model that tells them, so they are those of its confusion.
    """
    if job.task != "classification":
        return []
    known = getattr(find_model(job.id), "classes", None)
    if known:
        return list(known)
    try:
        return list(read_results(job)["confusion"]["labels"])
    except (DomainError, KeyError):
        return []


def rows_key(job: Job) -> str:
    """Return the key of a job's out-of-fold rows.

    Raises
    ------
    Conflict
        When it has none.
    """
    if job.out_of_fold_key is None:
        raise Conflict(f"The job has no out-of-fold rows: it is {say_state(job)}")
    return job.out_of_fold_key


@contextmanager
def open_rows(job: Job, classes: list[str]) -> Iterator[ScoredRows]:
    """Open the out-of-fold rows of a job.

    Raises
    ------
    Conflict
        When it has none.
    NotFound
        When they are missing from the storage.
    """
    with get_storage().seekable(rows_key(job)) as file:
        yield ScoredRows(file, classes)


def answer_rows(
    job: Job, query: ScoredQuery, *, offset: int, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Return out-of-fold rows as the API has them, and how many match.

    Raises
    ------
    Conflict
        When the job has none.
    ValidationFailed
        When a tenth of classes is asked for.
    """
    if query.tenth is not None and job.task == "classification":
        raise ValidationFailed({"tenth": "This job predicts classes, which have no tenths"})
    with open_rows(job, list_classes(job)) as rows:
        found = rows.find(query, offset=offset, limit=limit)
        taken = rows.describe(rows.take(found.positions)) if found.positions else []
        are_shares = rows.kind == "probability"
    for row in taken:
        ranks = row.pop("ranks")
        row["probabilities"] = ranks if are_shares else None
    return taken, found.matched
