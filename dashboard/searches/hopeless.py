"""Which candidates cannot become the best any more: they end before their last fold."""

import statistics
from collections.abc import Mapping, Sequence
from math import sqrt

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import Batch, Job, JobFold
from dashboard.db.states import JobState
from dashboard.filters import plural, score
from dashboard.searches.direction import greater_is_better
from tasks.engine.estimators.catalogue import metric_title
from tasks.engine.spec import Validation

FOLDS_AT_LEAST = 2
# How many standard errors are beyond hope.
BEYOND_HOPE = 2.0
# Of candidates that are over so many, the last ones, tell how far differences vary over folds.
OTHERS = 20
Folds = Mapping[int, float]


def find_hopeless(session: Session, job: Job) -> str | None:
    """Say why a candidate need not go on, after one of its folds was scored; None lets it go on.

    It is held against the best candidate of which every fold was scored, on the same folds: what
    makes a fold hard counts for both alike. So not the scores' spread over folds matters but that
    of differences between two candidates, as the others show it.

    Parameters
    ----------
    session : Session
        The writing transaction's session.
    job : Job
        A job that runs and is scored only.
    """
    n_splits = Validation(**job.validation).n_splits
    mine = _read_folds(session, [job.id], job.metric).get(job.id, {})
    if not FOLDS_AT_LEAST <= len(mine) < n_splits or not may_end(session, job.batch_id):
        return None
    whole = _read_whole(session, job, n_splits)
    if not whole:
        return None
    best, *others = whole
    if not is_hopeless(_ahead(best, mine, job.metric), n_splits, _spread(best, others)):
        return None
    return _say(mine, best, n_splits, job.metric)


def tell_stop(session: Session, job: Job) -> str | None:
    """Say why a candidate ended early, by all of its folds: one may have been scored since."""
    n_splits = Validation(**job.validation).n_splits
    mine = _read_folds(session, [job.id], job.metric).get(job.id, {})
    whole = _read_whole(session, job, n_splits, others=0)
    return _say(mine, whole[0], n_splits, job.metric) if mine and whole else job.stopped_because


def _say(mine: Folds, best: Folds, n_splits: int, metric: str) -> str:
    own, same = statistics.fmean(mine.values()), statistics.fmean(best[fold] for fold in mine)
    return (
        f"Stopped after {len(mine)} of {plural(n_splits, 'fold')}: {metric_title(metric)} "
        f"{score(own)}, the best has {score(same)} on these {plural(len(mine), 'fold')}"
    )


def is_hopeless(behind: Sequence[float], n_splits: int, spread: float) -> bool:
    """Tell whether a candidate need not go on.

    To come out best it must be ahead on the folds to come by as much, in sum, as it is behind now.
    That is beyond hope where it would differ from what was seen by two standard errors or more.

    Parameters
    ----------
    behind : sequence of float
        How much better the best one is on each fold that the candidate has, two or more.
    n_splits : int
        How many folds there are.
    spread : float
        The standard deviation of such differences over folds, as others show it; where this
        candidate's own is greater, that counts.
    """
    seen, left = len(behind), n_splits - len(behind)
    mean = statistics.fmean(behind)
    error = max(spread, statistics.stdev(behind)) * sqrt(1 / seen + 1 / left)
    return mean > 0 and mean + sum(behind) / left > BEYOND_HOPE * error


def may_end(session: Session, batch_id: int | None) -> bool:
    """Tell whether a batch wants its hopeless candidates to end."""
    plan = session.scalar(select(Batch.plan).where(Batch.id == batch_id))
    return bool(plan and plan.get("stop_hopeless"))


def _ahead(best: Folds, other: Folds, metric: str) -> list[float]:
    """Return how much better the best one is on each fold of another."""
    sign = 1 if greater_is_better(metric) else -1
    return [sign * (best[fold] - value) for fold, value in other.items()]


def _spread(best: Folds, others: Sequence[Folds]) -> float:
    """Return how much differences to the best one vary over folds.

    Without another one to tell, as much as its own scores do, which is more as a rule.
    """
    if not others:
        return statistics.stdev(best.values())
    varied = [statistics.variance(best[fold] - other[fold] for fold in best) for other in others]
    return sqrt(statistics.fmean(varied))


def _read_whole(session: Session, job: Job, n_splits: int, others: int = OTHERS) -> list[Folds]:
    """Return the folds of candidates that have a score on each, the best one first."""
    goodness = Job.score if greater_is_better(job.metric) else -Job.score
    over = select(Job.id).where(
        Job.batch_id == job.batch_id, Job.score_only, Job.score.is_not(None),
        Job.state == JobState.SUCCEEDED, ~Job.partial,
    )  # fmt: skip
    best = session.scalar(over.order_by(goodness.desc(), Job.id).limit(1))
    if best is None:
        return []
    last = over.where(Job.id != best).order_by(Job.id.desc()).limit(others)
    ids = [best, *session.scalars(last)]
    folds = _read_folds(session, ids, job.metric)
    whole = [folds[one] for one in ids if len(folds.get(one, ())) == n_splits]
    return whole if len(folds.get(best, ())) == n_splits else []


def _read_folds(session: Session, job_ids: Sequence[int], metric: str) -> dict[int, Folds]:
    """Return the scores of some jobs, by fold."""
    rows = select(JobFold.job_id, JobFold.fold, JobFold.scores).where(JobFold.job_id.in_(job_ids))
    found: dict[int, dict[int, float]] = {}
    for job_id, fold, scores in session.execute(rows.order_by(JobFold.fold)):
        if (value := scores.get(metric)) is not None:
            found.setdefault(job_id, {})[fold] = value
    return dict(found)
