"""A job made again with a decision threshold: the same fits, other labels."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Job, User
from dashboard.errors import ValidationFailed
from dashboard.filters import number
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.queries import get_job
from dashboard.jobs.submission import NAME_LENGTH, submit
from dashboard.jobs.threshold.decision import read_amount


def save_threshold(
    *,
    user: User,
    job_id: int,
    threshold: str,
    costs: Mapping[str, str],
    idempotency_key: str | None,
) -> Job:
    """Queue a job that differs from another one in the threshold alone.

    Parameters
    ----------
    user : User
        Who submits.
    job_id : int
        The other job.
    threshold : str
        As typed.
    costs : Mapping of str to str
        What each cell of the confusion costs, as typed; what is empty is left out.
    idempotency_key : str or None
        The same key gives the same job.

    Raises
    ------
    Forbidden, NotFound, StorageFull
        As `submit` and `get_job`.
    ValidationFailed
        When the threshold or a cost is no number, or the job has not two classes.
    """
    job = get_job(user=user, job_id=job_id)
    amount = read_amount(threshold.strip())
    if amount is None:
        shown = threshold.strip()[:40]
        message = f'The threshold must be a number, such as 0.3; "{shown}" is none'
        raise ValidationFailed({"threshold": message})
    known = {cell: read_amount(text.strip()) for cell, text in costs.items() if text.strip()}
    end = f", threshold {number(amount)}"
    stem = job.name if job.decision is None else job.name.rsplit(", threshold ", 1)[0]
    asked = request_from(job) | {
        "name": stem[: NAME_LENGTH - len(end)] + end,
        "threshold": amount,
        "costs": known,
    }
    return submit(
        user=user,
        request=asked,
        idempotency_key=idempotency_key,
        limit=1,
        threshold_from=_describe_source(job),
    )


def _describe_source(job: Job) -> dict[str, Any]:
    """Return by whose scores the threshold is chosen, and why those are too good themselves.

    Of a threshold that is chosen once more it is the job that fitted the models.
    """
    former = job.details.get("threshold_from") or {"job_id": job.id}
    cautions = [dict(warning) for warning in job.warnings if warning["code"] == "CHOSEN"]
    return {"job_id": former["job_id"], "cautions": cautions}
