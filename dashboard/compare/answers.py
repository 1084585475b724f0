"""A comparison as the API gives it."""

from dataclasses import asdict
from itertools import combinations
from typing import Any

from dashboard.compare.comparison import SIDE_BY_SIDE, Comparison
from dashboard.compare.leads import rows_interval
from dashboard.compare.verdict import Verdict, lead_of, scores_by_fold, test_to_train
from dashboard.db import Job


def as_answer(found: Comparison) -> dict[str, Any]:
    """Return a comparison as the API gives it."""
    return {
        "comparable": not _reasons(found),
        "reasons": _reasons(found),
        "metric": found.metric,
        "jobs": [_job(found, job) for job in found.jobs],
        "settings": {row.name: row.values for row in found.rows if row.is_choice and row.differs},
        "missing": found.missing,
        "verdict": _verdict(found.verdict),
        "differences": _differences(found),
    }


def _reasons(found: Comparison) -> list[str]:
    """Return why not all may be compared; a verdict of those that are over may be there anyway."""
    names = ", ".join(job.name for job in found.unfinished)
    return [*found.reasons, *([f"Not finished: {names}"] if names else [])]


def _verdict(found: Verdict | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "words": found.words,
        "best_job_id": found.best.id,
        "tied_job_ids": [job.id for job in found.tied],
    }


def _differences(found: Comparison) -> list[dict[str, Any]]:
    """Return every pair of jobs, the first minus the second, where they may be compared."""
    if found.verdict is None:
        return []
    judged = [j for j in found.jobs if j is found.verdict.best or j.id in found.verdict.leads]
    scores = {job.id: scores_by_fold(found.folds[job.id], found.metric) for job in judged}
    share = test_to_train(found.folds[found.verdict.best.id])
    few = judged if len(judged) <= SIDE_BY_SIDE else []  # each has a file of its own
    found_pairs = []
    for one, other in combinations(judged, 2):
        pair = lead_of(scores[one.id], scores[other.id], 1, share)
        rows = rows_interval(one, other, found.metric, pair.mean) if few else None
        low, high = rows or (None, None)
        found_pairs.append({"job_id": one.id, "other_job_id": other.id, **asdict(pair),
                            "rows_low": low, "rows_high": high})  # fmt: skip
    return found_pairs


def _job(found: Comparison, job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "estimator": job.estimator,
        "metrics": job.metrics,
        "folds": [
            {"fold": fold.fold, "score": fold.scores.get(found.metric)}
            for fold in found.folds[job.id]
        ],
        "fit_seconds": sum(fold.fit_seconds for fold in found.folds[job.id]),
    }
