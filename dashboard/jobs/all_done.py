"""When all of some jobs are over, as a guess, in words; nothing where any of them is unknown."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from dashboard.db import Batch, Job
from dashboard.db.states import ACTIVE, HELD, JobState
from dashboard.extensions import db
from dashboard.filters import about
from dashboard.jobs.estimates import Estimate, estimate_jobs
from dashboard.jobs.order import find_places
from dashboard.jobs.queries import get_jobs, list_folds_of

MOST_IN_BATCH = 100  # of more the page of a batch asks too much, each few seconds


def say_all_done(jobs: Iterable[tuple[Job, Estimate]]) -> str | None:
    """Say when the last of some jobs is over, from what each runs or waits and takes.

    Parameters
    ----------
    jobs : iterable of (Job, Estimate)
        In any state. What is over counts for nothing, and so does what is being stopped.

    Returns
    -------
    str or None
        ``about 8 min``; None when fewer than two of them go on, as one says it itself, or when
        the end of any is unknown.
    """
    ends = [found.ends_in_s for job, found in jobs if _goes_on(job)]
    known = [seconds for seconds in ends if seconds is not None]
    return about(max(known)) if len(ends) > 1 and len(known) == len(ends) else None


def _goes_on(job: Job) -> bool:
    return job.state in ACTIVE and job.stop_request != "cancel"


def say_batch_done(batch: Batch, n_active: int) -> str | None:
    """Say when all jobs of a batch are over; None too where others are still to come."""
    if batch.plan_state == "going" or not 1 < n_active <= MOST_IN_BATCH:
        return None
    found = select(Job.id).where(Job.batch_id == batch.id, Job.state.in_(ACTIVE))
    jobs: Sequence[Job] = get_jobs(db.session.scalars(found).all())
    places = find_places() if any(job.state == JobState.QUEUED for job in jobs) else {}
    folds = list_folds_of([job.id for job in jobs if job.state in HELD])
    estimates = estimate_jobs(jobs, folds, places)
    return say_all_done((job, estimates.get(job.id, Estimate())) for job in jobs)
