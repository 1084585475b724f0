"""What was found in the table that a batch learns from, told once for all of its candidates."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from dashboard.db import Batch, Job
from dashboard.extensions import db
from tasks.engine.sentinel.codes import CODES


def find_first_candidate(batch_id: int | None) -> int | None:
    """Return the candidate of a batch that looks at the table for all; None without any."""
    if batch_id is None:
        return None
    # The first job of a batch is one of them, unless they were deleted: an index knows that one.
    # Of the bare number PostgreSQL would look through all older jobs for the first of the batch.
    least = func.min(Job.id + 0)
    first = select(least).where(Job.batch_id == batch_id).scalar_subquery()
    found = db.session.scalar(select(Job.id).where(Job.id == first, Job.score_only))
    if found is not None:
        return found
    candidates = select(least).where(Job.batch_id == batch_id, Job.score_only)
    return db.session.scalar(candidates)


def list_table_warnings(batch: Batch) -> Sequence[Mapping[str, Any]]:
    """List what may make the scores of a batch too good, as its first candidate found it.

    Where that one was deleted or has found nothing yet, as the model's job found it.
    """
    if batch.plan_state is None:
        return []
    for job_id in (find_first_candidate(batch.id), batch.final_job_id):
        found = db.session.scalar(select(Job.warnings).where(Job.id == job_id)) or []
        if of_table := [warning for warning in found if warning["code"] in CODES]:
            return of_table
    return []
