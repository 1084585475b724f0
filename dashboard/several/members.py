"""What the last job of a batch that tries several is given: the jobs that it chooses among."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from dashboard.clock import now
from dashboard.db import Batch, Job, JobFold
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.jobs.page.blends import is_last_of_several
from dashboard.jobs.queries import list_folds_of
from dashboard.plans.step import find_beginning, list_times
from dashboard.plans.table_warnings import find_first_candidate, list_table_warnings
from dashboard.several.preset import Several
from dashboard.several.timing import guess_around_s
from dashboard.workers.queries import count_idle

# What members differ in.
ASKED = ("estimator", "parameters", "preprocessing")
# So long a fit may take when the time is up: this share of the limit, and so many seconds.
LEAST_SHARE, LEAST_S = 0.05, 2.0


def find_blend(job: Job) -> dict[str, Any] | None:
    """Return what a job chooses among; None for one that trains an estimator of its own.

    Returns
    -------
    dict or None
        JSON values. ``members``: each job's number, what was asked of it, where its out-of-fold
        predictions lie, how long a fit on all rows takes, about, and of each fold how long its
        fit took and its score;
        ``threads``: how many members may be fitted at a time; ``warnings``: what was found in
        the table, None where nobody has looked; and those of `_tell_time`.
    """
    if not is_last_of_several(job):
        return None
    batch = db.session.get_one(Batch, job.batch_id)
    return {
        "members": _list_members(batch.id),
        # This worker, and those that have nothing to do.
        "threads": 1 + count_idle("train"),
        "warnings": _list_warnings(batch),
        **_tell_time(batch),
    }


def _list_warnings(batch: Batch) -> list[Mapping[str, Any]] | None:
    """Return what the first candidate found in the table, if it came so far."""
    first_id = find_first_candidate(batch.id)
    first = db.session.get(Job, first_id) if first_id else None
    has_looked = first is not None and first.state == JobState.SUCCEEDED
    return list(list_table_warnings(batch)) if has_looked else None


def _tell_time(batch: Batch) -> dict[str, Any]:
    """Return the time that a job has from now on.

    Returns
    -------
    dict
        ``seconds``: until the time of the batch is up; ``around_s``: what the job needs of them
        beside its fits, about; ``least_s``: how long these may take though the time is up;
        ``is_strict``: whether the best one, too, has to fit into the time, and not where a person
        stopped the batch and waits for the best there is; ``told_at``: when this was true, by
        this machine's clock.
    """
    plan = batch.plan or {}
    began, limit = find_beginning(batch.id, plan), Several.from_plan(plan).time_limit_s
    spent = (now() - began).total_seconds() if began else 0.0
    return {
        "seconds": limit - spent,
        "around_s": guess_around_s(list_times(batch.id)),
        "least_s": max(LEAST_S, LEAST_SHARE * limit),
        "is_strict": not plan.get("stopped"),
        "told_at": time.time(),
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
    folds = list_folds_of([job.id for job, _, _ in found])
    usual = Counter(job.split_hash for job, _, _ in found).most_common(1)
    return [
        {
            "job_id": job.id,
            "asked": {name: getattr(job, name) for name in ASKED},
            "out_of_fold_key": job.out_of_fold_key,
            "fit_seconds": float(fitted) * (job.n_rows or 0) / max(float(rows or 0), 1.0),
            # By names, as it travels as JSON.
            "fold_seconds": {str(one.fold): one.fit_seconds for one in folds[job.id]},
            "fold_scores": {str(one.fold): one.scores.get(job.metric) for one in folds[job.id]},
        }
        for job, fitted, rows in found
        if job.split_hash == usual[0][0]
    ]
