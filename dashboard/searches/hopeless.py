"""Which candidates cannot become the best any more: they end before their last fold."""

import statistics
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import Batch, Job, JobFold
from dashboard.db.states import JobState
from dashboard.filters import plural, score
from dashboard.searches.direction import greater_is_better
from tasks.engine.catalogue import metric_title
from tasks.engine.spec import Validation

FOLDS_AT_LEAST = 2


def find_hopeless(session: Session, job: Job) -> str | None:
    """Say why a candidate need not go on, after one of its folds was scored; None lets it go on.

    It is held against the best candidate of which every fold was scored, on the same folds. It
    ends when it is worse on each of them, and on average by more than that one's spread over its
    folds: folds are the same rows for both, so what makes a fold hard counts for both alike.

    Parameters
    ----------
    session : Session
        The writing transaction's session.
    job : Job
        A job that runs and is scored only.
    """
    n_splits = Validation(**job.validation).n_splits
    mine = _read_folds(session, job.id, job.metric)
    if not FOLDS_AT_LEAST <= len(mine) < n_splits or not _may_stop(session, job):
        return None
    best = _find_best(session, job)
    theirs = _read_folds(session, best, job.metric) if best else {}
    if len(theirs) < n_splits or not set(mine) <= set(theirs):
        return None
    same = [theirs[fold] for fold in mine]
    if not is_hopeless(list(mine.values()), same, list(theirs.values()), job.metric):
        return None
    return _say(list(mine.values()), same, n_splits, job.metric)


def tell_stop(session: Session, job: Job) -> str | None:
    """Say why a candidate ended early, by all of its folds: one may have been scored since."""
    mine = _read_folds(session, job.id, job.metric)
    best = _find_best(session, job)
    theirs = _read_folds(session, best, job.metric) if best else {}
    if not mine or not set(mine) <= set(theirs):
        return job.stopped_because
    n_splits = Validation(**job.validation).n_splits
    return _say(list(mine.values()), [theirs[fold] for fold in mine], n_splits, job.metric)


def _say(mine: Sequence[float], same: Sequence[float], n_splits: int, metric: str) -> str:
    return (
        f"Stopped after {len(mine)} of {plural(n_splits, 'fold')}: {metric_title(metric)} "
        f"{score(statistics.fmean(mine))} on them, the best has {score(statistics.fmean(same))}"
    )


def is_hopeless(
    mine: Sequence[float], same: Sequence[float], theirs: Sequence[float], metric: str
) -> bool:
    """Tell whether scores are so far behind that they need not be added to.

    Parameters
    ----------
    mine, same : sequence of float
        The candidate's scores, and those of the best one on the same folds.
    theirs : sequence of float
        The scores of the best one on all folds.
    metric : str
        What was scored.
    """
    sign = 1 if greater_is_better(metric) else -1
    behind = [sign * (other - own) for own, other in zip(mine, same, strict=True)]
    return min(behind) > 0 and statistics.fmean(behind) > statistics.stdev(theirs)


def _may_stop(session: Session, job: Job) -> bool:
    plan = session.scalar(select(Batch.plan).where(Batch.id == job.batch_id))
    return bool(plan and plan.get("stop_hopeless"))


def _read_folds(session: Session, job_id: int, metric: str) -> dict[int, float]:
    rows = select(JobFold.fold, JobFold.scores).where(JobFold.job_id == job_id)
    scores = {fold: scores.get(metric) for fold, scores in session.execute(rows)}
    return {fold: value for fold, value in sorted(scores.items()) if value is not None}


def _find_best(session: Session, job: Job) -> int | None:
    goodness = Job.score if greater_is_better(job.metric) else -Job.score
    return session.scalar(
        select(Job.id)
        .where(
            Job.batch_id == job.batch_id, Job.score_only, Job.score.is_not(None),
            Job.state == JobState.SUCCEEDED, ~Job.partial,
        )
        .order_by(goodness.desc(), Job.id)
        .limit(1)
    )  # fmt: skip
