"""Jobs side by side: may they be compared at all, and in what do they differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.compare.rows import (
    Row,
    baseline_rows,
    cost_rows,
    positive_classes,
    score_rows,
    setting_rows,
)
from dashboard.compare.verdict import Verdict, find_verdict
from dashboard.db import Job, JobFold, User
from dashboard.db.lookup import LARGEST_ID
from dashboard.errors import NotFound, ValidationFailed
from dashboard.jobs.queries import get_jobs, list_folds_of
from dashboard.paging import read_number
from tasks.engine.catalogue import METRICS, find_metric

MAX_JOBS = 12
MIN_JOBS = 2


@dataclass(frozen=True)
class Comparison:
    """Jobs side by side."""

    jobs: list[Job]
    folds: dict[int, list[JobFold]]
    metric: str
    metrics: list[str]
    reasons: list[str]
    rows: list[Row]
    missing: list[int]
    verdict: Verdict | None = None

    @property
    def about(self) -> str:
        """What the jobs are about: the dataset and the target, or how many there are."""
        datasets = list(dict.fromkeys(job.dataset.label for job in self.jobs))
        targets = list(dict.fromkeys(job.target for job in self.jobs))
        of = datasets[0] if len(datasets) == 1 else f"{len(datasets)} datasets"
        what = targets[0] if len(targets) == 1 else f"{len(targets)} different columns"
        return f"{of}, predicting {what}"

    @property
    def comparable(self) -> bool:
        """Whether all jobs were scored on the same rows, folds and target."""
        return not self.reasons


def read_ids(text: str) -> list[int]:
    """Return the ids of a query such as ``12,15,9``, each once; what is no id is left out."""
    ids = [read_number(part.strip(), 0, LARGEST_ID) for part in text.split(",")]
    return list(dict.fromkeys(number for number in ids if number))


def compare_jobs(*, user: User, job_ids: Sequence[int], metric: str | None = None) -> Comparison:
    """Put jobs side by side.

    Parameters
    ----------
    user : User
        Who asks.
    job_ids : sequence of int
        2 to 12 ids, in the order of the columns.
    metric : str, optional
        What to compare by; the first job's own by default.

    Returns
    -------
    Comparison

    Raises
    ------
    ValidationFailed
        When there are too few or too many.
    NotFound
        When none of the jobs exists.
    """
    if not MIN_JOBS <= len(job_ids) <= MAX_JOBS:
        raise ValidationFailed({"jobs": f"Choose {MIN_JOBS} to {MAX_JOBS} jobs to compare"})
    jobs = get_jobs(job_ids)
    if not jobs:
        raise NotFound("None of these jobs exists. They may have been deleted")
    known = {job.id for job in jobs}
    task = jobs[0].task
    shown = metric if metric and find_metric(task, metric) else jobs[0].metric
    folds = list_folds_of([job.id for job in jobs])
    reasons = find_reasons(jobs, shown)
    return Comparison(
        jobs=jobs,
        folds=folds,
        metric=shown,
        metrics=[m.name for m in METRICS[task] if any(m.name in j.metrics for j in jobs)],
        reasons=reasons,
        verdict=None if reasons else find_verdict(jobs, folds, shown),
        rows=[
            *score_rows(jobs, shown, None if reasons else folds),
            *baseline_rows(jobs, shown),
            *setting_rows(jobs),
            *cost_rows(jobs, folds),
        ],
        missing=[job_id for job_id in job_ids if job_id not in known],
    )


def find_reasons(jobs: Sequence[Job], metric: str | None = None) -> list[str]:
    """Say why scores may not be compared; nothing when they may."""
    reasons = []
    if len({job.task for job in jobs}) > 1:
        reasons.append("Some predict classes, others numbers")
    if len({job.target for job in jobs}) > 1:
        reasons.append("They predict different columns")
    if len({job.dataset.sha256 for job in jobs}) > 1:
        reasons.append("They were trained on different data")
    found = find_metric(jobs[0].task, metric) if metric else None
    if found and found.of_positive and len(positive_classes(jobs)) > 1:
        reasons.append(f"{found.title} is about different classes")
    unfinished = [job.name for job in jobs if job.split_hash is None]
    if unfinished:
        reasons.append(f"Not finished: {', '.join(unfinished)}")
    elif not reasons and len({job.split_hash for job in jobs}) > 1:
        reasons.append("They were scored on different folds")
    if any(job.partial for job in jobs):
        reasons.append("Some were stopped early, so not every fold was scored")
    return reasons
