"""Which jobs of a leaderboard are the winners of a search, or of where several were tried."""

from collections.abc import Sequence

from sqlalchemy import select

from dashboard.db import Batch, Job
from dashboard.extensions import db


def find_batches_won(jobs: Sequence[Job]) -> dict[int, Batch]:
    """Return the batches that some jobs are the winners of, by job."""
    batch_ids = {job.batch_id for job in jobs if job.batch_id and not job.score_only}
    found = select(Batch).where(Batch.id.in_(batch_ids), Batch.final_job_id.is_not(None))
    return {batch.final_job_id: batch for batch in db.session.scalars(found) if batch.final_job_id}
