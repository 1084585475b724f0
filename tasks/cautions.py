"""Why a job's scores are likely a little too good: something of it was chosen by them."""

from typing import Any

from sqlalchemy import func, select

from dashboard.db import Batch, Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.searches import KIND as SEARCH


def find_cautions(job: Job) -> list[dict[str, Any]]:
    """Return warnings that are known before the job is trained; also its model's card has them."""
    found = []
    candidates = _count_candidates(job)
    if candidates > 1:
        message = (
            f"Chosen as the best of {candidates:,} candidates by this score, so the score is "
            "likely a little too good"
        )
        found.append({"code": "CHOSEN", "message": message})
    source = job.details.get("threshold_from")
    if source and job.decision:
        message = (
            f"The threshold {job.decision['threshold']:g} was chosen on the rows that score it, "
            f"those of job #{source['job_id']}, so what follows from it, such as precision, "
            "recall and costs, is likely a little too good"
        )
        found += [*source["cautions"], {"code": "THRESHOLD_CHOSEN", "message": message}]
    return found


def _count_candidates(job: Job) -> int:
    """Return of how many candidates a job is the best; 0 unless it is made of the best one.

    Where several were tried that is known once it is trained: of a blend it is not said.
    """
    batch = db.session.get(Batch, job.batch_id) if job.batch_id else None
    if batch is None or batch.final_job_id != job.id:
        return 0
    candidates = (Job.batch_id == batch.id) & Job.score_only & (Job.state == JobState.SUCCEEDED)
    if (batch.plan or {}).get("kind") != SEARCH:
        candidates &= ~Job.partial
    return db.session.scalar(select(func.count(Job.id)).where(candidates)) or 0
