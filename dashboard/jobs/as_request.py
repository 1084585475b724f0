"""A job as the request that makes it again."""

from typing import Any

from dashboard.db import Job
from dashboard.db.job import PRIORITIES, PRIORITY_NAMES
from dashboard.jobs.blends import refuse_blend

NAMES = (
    "dataset_id", "target", "task", "estimator", "parameters", "features", "validation", "metric",
    "seed", "name", "tags", "time_limit_s", "memory_limit_bytes", "class_weight", "preprocessing",
)  # fmt: skip


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
    return asked | (job.decision or {})
