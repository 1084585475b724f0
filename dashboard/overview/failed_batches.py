"""Searches and batches that try several that ended without a model, as their candidates failed.

Candidates are in no part of the overview, so without a line of its own such a batch is not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, exists, func, select
from sqlalchemy.orm import aliased

from dashboard.db import Batch, Job
from dashboard.db.personal import Dismissal
from dashboard.db.states import JobState
from dashboard.extensions import db

# So many of a person are looked at, the newest first.
MOST_LOOKED_AT = 50


@dataclass(frozen=True)
class FailedBatch:
    """A batch without a model; `job_id` is the candidate that failed last.

    It is dismissed with that candidate: once it runs again and fails, it is shown again.
    """

    id: int
    name: str
    reason: str
    job_id: int


def list_failed_batches(user_id: int, since: datetime) -> Sequence[FailedBatch]:
    """List a person's batches that failed and were not dismissed, the newest first.

    Parameters
    ----------
    user_id : int
        Whose.
    since : datetime
        Those submitted before are left out, as are those that a person stopped.
    """
    failed = func.coalesce(_last(JobState.FAILED), _last(JobState.LOST))
    looked_at = (
        select(Batch.id, Batch.name, Batch.plan, Batch.plan_message, failed.label("job_id"))
        .where(
            Batch.owner_id == user_id,
            Batch.plan_state == "over",
            Batch.final_job_id.is_(None),
            Batch.parent_id.is_(None),
            Batch.created_at > since,
        )
        .order_by(Batch.id.desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
    candidate = aliased(Job)
    is_dismissed = exists().where(
        Dismissal.user_id == user_id,
        Dismissal.job_id == candidate.id,
        Dismissal.attempt >= candidate.attempt,
    )
    found = (
        select(looked_at)
        .join(candidate, and_(candidate.id == looked_at.c.job_id, ~is_dismissed))
        .order_by(looked_at.c.id.desc())
    )
    return [
        FailedBatch(row.id, row.name, row.plan_message or "It ended without a model", row.job_id)
        for row in db.session.execute(found)
        if not (row.plan or {}).get("stopped")
    ]


def _last(state: JobState) -> ScalarSelect[int]:
    """Return the candidate of a batch that ended last in a state; the index of batches knows."""
    ended = select(Job.id).where(Job.batch_id == Batch.id, Job.state == state)
    return ended.order_by(Job.finished_at.desc()).limit(1).correlate(Batch).scalar_subquery()
