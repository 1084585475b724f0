"""Jobs side by side: may they be compared at all, and in what do they differ."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dashboard.compare.reasons import find_other_questions, find_reasons
from dashboard.compare.rows import SCORES, Row, baseline_rows, cost_rows, score_rows
from dashboard.compare.setting_rows import setting_rows
from dashboard.compare.verdict import Verdict, find_verdict
from dashboard.db import Job, JobFold, User
from dashboard.errors import NotFound, ValidationFailed
from dashboard.figures import COLOURS
from dashboard.jobs.listing.shown_names import names_of
from dashboard.jobs.queries import get_jobs, list_folds_of
from tasks.engine.estimators.catalogue import METRICS, find_metric

MIN_JOBS, MAX_JOBS = 2, 200
# More have a row each in place of a column, and no charts.
SIDE_BY_SIDE = 12
# Letters of a name beside a mark of a chart, and above a column: there a longer one would leave
# an empty band beside the others.
LABEL, ABOVE = 30, 121


@dataclass(frozen=True)
class Comparison:
    """Jobs side by side; `unfinished` are those of them that have no part in the verdict."""

    jobs: list[Job]
    folds: dict[int, list[JobFold]]
    metric: str
    metrics: list[str]
    reasons: list[str]
    rows: list[Row]
    missing: list[int]
    verdict: Verdict | None = None
    unfinished: list[Job] = field(default_factory=list)

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
        """Whether those that are over were scored on the same rows, folds and target."""
        return not self.reasons

    @property
    def drawn_unit(self) -> str:
        """What was drawn anew for intervals: rows, or groups where whole groups were held out."""
        drawn = (job.details.get("drawn") or {} for job in self.jobs)
        return next((str(one["unit"]) for one in drawn if "unit" in one), "rows")

    @cached_property
    def is_one_question(self) -> bool:
        """Whether all predict the same of the same data, by a metric that says the same of all."""
        return not find_other_questions(self.jobs, self.metric)

    @cached_property
    def places(self) -> list[int]:
        """Of each job which of the colours it has; of many jobs the best ones have one."""
        first, every = self.rows[0], range(len(self.jobs))
        if len(self.jobs) <= len(COLOURS) or first.group != SCORES:
            return list(every)
        sign = -1 if first.greater_is_better else 1
        values = [math.inf if value is None else sign * value for value in first.values]
        best_first = sorted(every, key=lambda n: values[n])
        return [best_first.index(n) for n in every]

    @cached_property
    def _labels(self) -> dict[int, str]:
        return names_of(self.jobs, LABEL)

    def label(self, job: Job) -> str:
        """Return a job's name with its id, because names need not differ."""
        return f"{self._labels[job.id]} #{job.id}"

    @cached_property
    def names_above(self) -> dict[int, str]:
        """What stands above the jobs' columns, by job: names, of very long ones a part."""
        return names_of(self.jobs, ABOVE)

    @property
    def is_wide(self) -> bool:
        """Whether there are more jobs than fit side by side."""
        return len(self.jobs) > SIDE_BY_SIDE


def compare_jobs(*, user: User, job_ids: Sequence[int], metric: str | None = None) -> Comparison:
    """Put jobs side by side.

    Parameters
    ----------
    user : User
        Who asks.
    job_ids : sequence of int
        2 to 200 ids, in the order of the columns.
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
    return put_side_by_side(jobs, job_ids, metric)


def put_side_by_side(
    jobs: list[Job], job_ids: Sequence[int], metric: str | None = None
) -> Comparison:
    """Compare jobs that were read, of all ids that were asked for; see `compare_jobs`."""
    known = {job.id for job in jobs}
    task = jobs[0].task
    folds = list_folds_of([job.id for job in jobs])
    scored = {name for job in jobs for name in job.metrics}
    scored |= {name for of in folds.values() for fold in of for name in fold.scores}
    metrics = [m.name for m in METRICS[task] if m.name in scored]
    shown = metric if metric and find_metric(task, metric) else jobs[0].metric
    reasons = find_reasons(jobs, shown)
    over = [job for job in jobs if job.split_hash]
    return Comparison(
        jobs=jobs,
        folds=folds,
        metric=shown,
        metrics=metrics,
        reasons=reasons,
        verdict=None if reasons else find_verdict(over, folds, shown),
        rows=[
            *score_rows(jobs, shown, folds, judged=not reasons),
            *baseline_rows(jobs, shown),
            *setting_rows(jobs),
            *cost_rows(jobs, folds),
        ],
        missing=[job_id for job_id in job_ids if job_id not in known],
        unfinished=[job for job in jobs if not job.split_hash],
    )
