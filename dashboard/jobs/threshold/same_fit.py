"""Jobs that fit the same models: they differ in the threshold alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.jobs.page.blends import is_blend

LOOKED_AT = 50
SAME = ("parameters", "validation", "class_weight", "preprocessing", "features")


def find_same_fit(job: Job) -> Job | None:
    """Return a finished job that fitted what a job with a threshold would, or None.

    Fits depend on the request alone, so the job that the threshold was chosen on will do, or else
    the newest one. One that has a threshold itself is left out: its model holds it. So is a blend:
    it is stored as a voting estimator, and its request does not say of what.
    """
    if job.decision is None:
        return None
    source = (job.details.get("threshold_from") or {}).get("job_id")
    found = (_find_like(job, only=source) if source else []) or _find_like(job)
    others = (db.session.get(Job, row.id) for row in found)  # all of a row only where it is used
    return next((other for other in others if other is not None and not is_blend(other)), None)


def _find_like(job: Job, only: int | None = None) -> Sequence[Row[Any]]:
    """Return what is compared of jobs that fitted the same; the newest first."""
    compared = [Job.id, Job.details, *(getattr(Job, name) for name in SAME)]
    like = select(*compared).where(
        Job.dataset_id == job.dataset_id,
        Job.target == job.target,
        Job.task == job.task,
        Job.estimator == job.estimator,
        Job.seed == job.seed,
        Job.state == JobState.SUCCEEDED,
        Job.partial.is_(False),
        ~Job.score_only,
        Job.id != job.id,
    )
    if only:
        like = like.where(Job.id == only)
    rows = db.session.execute(like.order_by(Job.id.desc()).limit(LOOKED_AT))
    return [row for row in rows if _fits_the_same(row, job)]


def _fits_the_same(other: Row[Any], job: Job) -> bool:
    has_threshold = bool((other.details or {}).get("decision"))
    return not has_threshold and all(getattr(other, n) == getattr(job, n) for n in SAME)
