"""What a model's row repeats, so that its list is read from one index."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Job
from dashboard.db.model import NO_SCORE, WORDS_CHARS
from tasks.engine.estimators.catalogue import METRICS


def repeat_job(job: Job, files: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a model that repeat its job, with the size of its bundle.

    Parameters
    ----------
    job : Job
        The job that made it; its result is written.
    files : Mapping
        The model's files by format.
    """
    return {
        "owner_id": job.owner_id,
        "family_id": job.dataset.family_id or job.dataset_id,
        "target": job.target,
        "estimator": job.estimator,
        "goodness": _goodness(job),
        "size_bytes": files.get("bundle", {}).get("size_bytes", 0),
        "words": words_of(job.name, job.target),
    }


def words_of(name: str, target: str) -> str:
    """Return what a model is searched by."""
    return f"{name} {target}".lower()[:WORDS_CHARS]


def _goodness(job: Job) -> float:
    metric = next((m for m in METRICS[job.task] if m.name == job.metric), None)
    if job.score is None or metric is None:
        return NO_SCORE
    return job.score if metric.greater_is_better else -job.score
