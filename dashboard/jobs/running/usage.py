"""What the training process of a job uses: written by its worker, read for the chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dashboard.db import JobUsage
from dashboard.extensions import db

MOST_SAMPLES = 200


@dataclass(frozen=True)
class UsageSample:
    """Cores kept busy since the sample before, and the most memory in that time, in bytes."""

    at: datetime
    cpu_cores: float
    memory_bytes: int


def add_usage(session: Session, job_id: int, attempt: int, samples: Sequence[UsageSample]) -> bool:
    """Write samples, inside the caller's writing transaction.

    Returns
    -------
    bool
        Whether there were more than `MOST_SAMPLES` of the job, so that every other one was
        taken away.
    """
    if not samples:
        return False
    for sample in samples:
        session.add(
            JobUsage(
                job_id=job_id,
                attempt=attempt,
                at=sample.at,
                cpu_cores=sample.cpu_cores,
                memory_bytes=sample.memory_bytes,
            )
        )
    session.flush()
    of_job = JobUsage.job_id == job_id
    if (session.scalar(select(func.count(JobUsage.id)).where(of_job)) or 0) <= MOST_SAMPLES:
        return False
    ids = session.scalars(select(JobUsage.id).where(of_job).order_by(JobUsage.id)).all()
    session.execute(delete(JobUsage).where(JobUsage.id.in_(ids[1::2])))
    return True


def list_usage(job_id: int) -> Sequence[JobUsage]:
    """List the samples of a job, of all its attempts, in the order in which they were taken."""
    return db.session.scalars(
        select(JobUsage).where(JobUsage.job_id == job_id).order_by(JobUsage.id)
    ).all()


def find_peaks(session: Session, job_id: int) -> dict[int, int]:
    """Return the most memory that was measured in each attempt of a job, in bytes."""
    most = select(JobUsage.attempt, func.max(JobUsage.memory_bytes))
    found = session.execute(most.where(JobUsage.job_id == job_id).group_by(JobUsage.attempt))
    return dict(found.all())
