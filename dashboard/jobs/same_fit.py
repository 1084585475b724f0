"""Jobs that fit the same models: they differ in the threshold alone."""

from sqlalchemy import select

from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.jobs.blends import is_blend

LOOKED_AT = 50


def find_same_fit(job: Job) -> Job | None:
    """Return a finished job that fitted what a job with a threshold would, or None.

    Fits depend on the request alone, so the newest one will do. One that has a threshold itself is
    left out: its model holds it. So is a blend: it is stored as a voting estimator, and its
    request does not say of what.
    """
    if job.decision is None:
        return None
    like = select(Job).where(
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
    found = db.session.scalars(like.order_by(Job.id.desc()).limit(LOOKED_AT)).all()
    return next((other for other in found if _fits_the_same(other, job)), None)


def _fits_the_same(other: Job, job: Job) -> bool:
    same = ("parameters", "validation", "class_weight", "preprocessing", "features")
    if other.decision is not None or is_blend(other):
        return False
    return all(getattr(other, n) == getattr(job, n) for n in same)
