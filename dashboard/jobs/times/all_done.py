"""When all of some jobs are over, as a guess, in words; nothing where any of them is unknown."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import load_only, raiseload

from dashboard.db import Batch, Job
from dashboard.db.states import ACTIVE, HELD, JobState
from dashboard.extensions import db
from dashboard.filters import about
from dashboard.jobs.more_to_come import is_any_going
from dashboard.jobs.queries import list_folds_of
from dashboard.jobs.running.order import find_places
from dashboard.jobs.times.estimates import Estimate, estimate_jobs

MOST_IN_BATCH = 30  # of more the page of a batch asks too much, each few seconds
# What `estimate_jobs` looks at, of those that wait and of those that run.
NEEDED = (
    Job.id, Job.state, Job.stop_request, Job.batch_id, Job.estimator, Job.parameters, Job.n_rows,
    Job.n_columns, Job.validation, Job.attempt, Job.stage, Job.stages, Job.score_only,
    Job.started_at,
)  # fmt: skip


def say_all_done(jobs: Iterable[tuple[Job, Estimate]]) -> str | None:
    """Say when the last of some jobs is over, from what each runs or waits and takes.

    Parameters
    ----------
    jobs : iterable of (Job, Estimate)
        In any state. What is over counts for nothing, and so does what is being stopped.

    Returns
    -------
    str or None
        ``about 8 min``; None when fewer than two of them go on, as one says it itself, when the
        end of any is unknown, or when the plan of a batch adds more.
    """
    going = [(job, found) for job, found in jobs if _goes_on(job)]
    words = _say_last(going)
    batch_ids = {job.batch_id for job, _ in going if job.batch_id is not None}
    return None if words is None or (batch_ids and is_any_going(batch_ids)) else words


def _goes_on(job: Job) -> bool:
    return job.state in ACTIVE and job.stop_request != "cancel"


def _say_last(going: Sequence[tuple[Job, Estimate]]) -> str | None:
    # What is to run again ends, and then waits and runs once more: nobody knows until when.
    ends = [None if job.stop_request == "again" else found.ends_in_s for job, found in going]
    known = [seconds for seconds in ends if seconds is not None]
    return about(max(known)) if len(ends) > 1 and len(known) == len(ends) else None


def say_batch_done(batch: Batch, n_active: int) -> str | None:
    """Say when all jobs of a batch are over; None too where others are still to come."""
    if batch.plan_state == "going" or not 1 < n_active <= MOST_IN_BATCH:
        return None
    found = select(Job).where(Job.batch_id == batch.id, Job.state.in_(ACTIVE))
    needed = found.options(load_only(*NEEDED, raiseload=True), raiseload("*"))
    jobs = db.session.scalars(needed).all()
    waiting = [job.id for job in jobs if job.state == JobState.QUEUED]
    places = find_places(waiting) if waiting else {}
    folds = list_folds_of([job.id for job in jobs if job.state in HELD])
    estimates = estimate_jobs(jobs, folds, places)
    return say_all_done((job, estimates.get(job.id, Estimate())) for job in jobs)
