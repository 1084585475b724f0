"""What the last job of a batch that tries several is given: the jobs that it chooses among."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from dashboard.clock import now
from dashboard.db import Batch, Job, JobFold
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.jobs.blends import is_last_of_several
from dashboard.plans.step import find_beginning
from dashboard.several.preset import Several
from dashboard.workers.queries import count_idle

# What members differ in.
ASKED = ("estimator", "parameters", "preprocessing")
# Choosing among the jobs, and writing the model.
AROUND_THE_FIT_S = 2.0
# So long a blend may take to fit when the time was up before: the best job alone may be worse.
FIT_AT_LEAST_S = 2.0


def find_blend(job: Job) -> dict[str, Any] | None:
    """Return what a job chooses among; None for one that trains an estimator of its own.

    Returns
    -------
    dict or None
        JSON values. ``members``: each job's number, what was asked of it, where its out-of-fold
        predictions lie, how long a fit on all rows takes, about, and that of each fold took;
        ``seconds``: how long the fit of a blend may take; ``threads``: how many members may be
        fitted at a time.
    """
    if not is_last_of_several(job):
        return None
    batch = db.session.get_one(Batch, job.batch_id)
    members = _list_members(batch.id)
    return {
        "members": members,
        "seconds": _seconds_left(batch),
        # This worker, and those that have nothing to do.
        "threads": 1 + count_idle("train"),
    }


def _list_members(batch_id: int) -> list[dict[str, Any]]:
    """List the jobs of which every fold was scored, on the folds that most of them have."""
    seconds, trained = func.sum(JobFold.fit_seconds), func.sum(JobFold.n_train)
    found = db.session.execute(
        select(Job, seconds, trained)
        .join(JobFold, JobFold.job_id == Job.id)
        .where(Job.batch_id == batch_id, Job.score_only, Job.state == JobState.SUCCEEDED,
               ~Job.partial, Job.out_of_fold_key.is_not(None))
        .group_by(Job.id)
        .order_by(Job.id)
    ).all()  # fmt: skip
    seconds_of = _list_fold_seconds([job.id for job, _, _ in found])
    usual = Counter(job.split_hash for job, _, _ in found).most_common(1)
    return [
        {
            "job_id": job.id,
            "asked": {name: getattr(job, name) for name in ASKED},
            "out_of_fold_key": job.out_of_fold_key,
            "fit_seconds": float(fitted) * (job.n_rows or 0) / max(float(rows or 0), 1.0),
            "fold_seconds": seconds_of[job.id],
        }
        for job, fitted, rows in found
        if job.split_hash == usual[0][0]
    ]


def _list_fold_seconds(job_ids: list[int]) -> dict[int, dict[str, float]]:
    """Return how long the fit of each fold took, by job; names, as it travels as JSON."""
    found: dict[int, dict[str, float]] = {job_id: {} for job_id in job_ids}
    columns = select(JobFold.job_id, JobFold.fold, JobFold.fit_seconds)
    for job_id, fold, seconds in db.session.execute(columns.where(JobFold.job_id.in_(job_ids))):
        found[job_id][str(fold)] = seconds
    return found


def _seconds_left(batch: Batch) -> float:
    several = Several.from_plan(batch.plan or {})
    began = find_beginning(batch.id, batch.plan or {})
    spent = (now() - began).total_seconds() if began else 0.0
    return max(several.time_limit_s - spent - AROUND_THE_FIT_S, FIT_AT_LEAST_S)
