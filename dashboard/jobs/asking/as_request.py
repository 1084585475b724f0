"""A job as the request that makes it again."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Job
from dashboard.db.job import PRIORITIES, PRIORITY_NAMES
from dashboard.jobs.page.blends import refuse_blend

NAMES = (
    "dataset_id", "target", "task", "estimator", "parameters", "features", "validation", "metric",
    "seed", "name", "tags", "time_limit_s", "memory_limit_bytes", "class_weight", "preprocessing",
)  # fmt: skip


# What nested validation alone says of a split.
OUTER = ("outer_fold", "outer_folds", "scores_outer")


def request_from(job: Job) -> dict[str, Any]:
    """Return the fields of ``POST /jobs`` that ask for a job as this one.

    Raises
    ------
    Conflict
        When its model is a blend: no request of one job asks for that.
    """
    refuse_blend(job)
    asked = {name: getattr(job, name) for name in NAMES}
    # An admin's word "next" is about that very job, and none to submit with.
    known = {level: name for name, level in PRIORITIES.items()}
    asked["priority"] = known.get(job.priority, PRIORITY_NAMES[PRIORITIES["normal"]])
    asked["validation"] = of_whole(job.validation)
    if job.positive is not None:
        asked["positive_class"] = job.positive
    return asked | (job.decision or {})


def of_whole(validation: Mapping[str, Any]) -> dict[str, Any]:
    """Return how all rows are split where a job has those of an outer fold alone, or scores it."""
    whole = {name: value for name, value in validation.items() if name not in OUTER}
    if validation.get("outer_fold"):
        whole["folds"] = validation["outer_folds"]
    return whole
