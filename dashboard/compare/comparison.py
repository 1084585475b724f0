"""Jobs side by side: may they be compared at all, and in what do they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.db import Job, JobFold, User
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.states import JobState
from dashboard.errors import NotFound, ValidationFailed
from dashboard.jobs.baselines import list_baselines
from dashboard.jobs.queries import find_models, get_jobs, list_folds_of
from dashboard.paging import read_number
from tasks.engine.catalogue import METRICS, find_metric, get_estimator
from tasks.engine.preprocessing_settings import DEFAULTS

MAX_JOBS = 12
MIN_JOBS = 2
SETTINGS, PARAMETERS = "Settings that differ", "Parameters that differ"
ABSENT = None


@dataclass(frozen=True)
class Row:
    """One line of the side-by-side table; `values` has one value for each job."""

    group: str
    name: str
    values: list[Any]
    spreads: list[float | None] | None = None
    greater_is_better: bool | None = None
    changed: bool = False

    @property
    def differs(self) -> bool:
        """Whether not all jobs have the same value."""
        if self.group == PARAMETERS:
            # A parameter that one estimator alone has differs in nothing, unless it was changed.
            known = {repr(value) for value in self.values if value is not ABSENT}
            return self.changed or len(known) > 1
        return any(value != self.values[0] for value in self.values[1:])

    @property
    def best(self) -> int | None:
        """Which job has the best value; None where nothing is better, or several are equal."""
        known = [value for value in self.values if value is not None]
        if self.greater_is_better is None or len(known) < 2:
            return None
        best = max(known) if self.greater_is_better else min(known)
        return self.values.index(best) if self.values.count(best) == 1 else None


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

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as the API gives it."""
        return {
            "comparable": self.comparable,
            "reasons": self.reasons,
            "metric": self.metric,
            "jobs": [self._job(job) for job in self.jobs],
            "settings": {
                row.name: row.values
                for row in self.rows
                if row.group in (SETTINGS, PARAMETERS) and row.differs
            },
            "missing": self.missing,
        }

    def _job(self, job: Job) -> dict[str, Any]:
        return {
            "id": job.id,
            "name": job.name,
            "state": job.state,
            "estimator": job.estimator,
            "metrics": job.metrics,
            "folds": [
                {"fold": fold.fold, "score": fold.scores.get(self.metric)}
                for fold in self.folds[job.id]
            ],
            "fit_seconds": sum(fold.fit_seconds for fold in self.folds[job.id]),
        }


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
    return Comparison(
        jobs=jobs,
        folds=folds,
        metric=shown,
        metrics=[m.name for m in METRICS[task] if any(m.name in j.metrics for j in jobs)],
        reasons=find_reasons(jobs),
        rows=[
            *score_rows(jobs, shown),
            *baseline_rows(jobs, shown),
            *setting_rows(jobs),
            *cost_rows(jobs, folds),
        ],
        missing=[job_id for job_id in job_ids if job_id not in known],
    )


def find_reasons(jobs: Sequence[Job]) -> list[str]:
    """Say why scores may not be compared; nothing when they may."""
    reasons = []
    if len({job.task for job in jobs}) > 1:
        reasons.append("Some predict classes, others numbers")
    if len({job.target for job in jobs}) > 1:
        reasons.append("They predict different columns")
    if len({job.dataset.sha256 for job in jobs}) > 1:
        reasons.append("They were trained on different data")
    unfinished = [job.name for job in jobs if job.split_hash is None]
    if unfinished:
        reasons.append(f"Not finished: {', '.join(unfinished)}")
    elif not reasons and len({job.split_hash for job in jobs}) > 1:
        reasons.append("They were scored on different folds")
    if any(job.partial for job in jobs):
        reasons.append("Some were stopped early, so not every fold was scored")
    return reasons


def score_rows(jobs: Sequence[Job], metric: str) -> list[Row]:
    """Return a row for each metric, the one that is compared by first."""
    rows = []
    tasks = dict.fromkeys(job.task for job in jobs)
    every = [m for task in tasks for m in METRICS[task]]
    for m in sorted(every, key=lambda m: m.name != metric):
        values = [job.metrics.get(m.name, {}).get("mean") for job in jobs]
        if any(value is not None for value in values):
            spreads = [job.metrics.get(m.name, {}).get("std") for job in jobs]
            rows.append(
                Row("Scores, mean of folds", m.title, values, spreads, m.greater_is_better)
            )
    return rows


def baseline_rows(jobs: Sequence[Job], metric: str) -> list[Row]:
    """Return a row for each baseline, by one metric."""
    found = [{b.kind: b for b in list_baselines(job, metric)} for job in jobs]
    rows = []
    for kind, title in (("dummy", "Guessing"), ("linear", "Linear model")):
        known = [baselines.get(kind) for baselines in found]
        if any(known):
            values = [b.score if b else None for b in known]
            spreads = [b.spread if b else None for b in known]
            rows.append(Row("Baselines on the same folds", title, values, spreads))
    return rows


def setting_rows(jobs: Sequence[Job]) -> list[Row]:
    """Return a row for each setting and parameter."""
    group = SETTINGS
    rows = [
        Row(group, "Estimator", [get_estimator(job.estimator).title for job in jobs]),
        Row(group, "Dataset", [job.dataset.label for job in jobs]),
        Row(group, "Target", [job.target for job in jobs]),
        Row(group, "Columns", [job.n_columns or len(job.features) for job in jobs]),
        Row(group, "Seed", [job.seed for job in jobs]),
        Row(group, "Class weight", [job.class_weight for job in jobs]),
        Row(group, "Decision threshold", [(job.decision or {}).get("threshold") for job in jobs]),
    ]
    for name in ("scheme", "folds", "repeats", "group_column", "time_column", "test_size", "gap"):
        rows.append(Row(group, f"Validation {name}", [j.validation.get(name) for j in jobs]))
    for name in dict.fromkeys(n for j in jobs for n in j.preprocessing):
        values = [j.preprocessing.get(name, DEFAULTS.get(name)) for j in jobs]
        rows.append(Row(group, f"Preprocessing {name}", values))
    names = dict.fromkeys(n for j in jobs for n in parameters_of(j))
    for name in names:
        values = [parameters_of(job).get(name, ABSENT) for job in jobs]
        changed = any(name in job.parameters for job in jobs)
        rows.append(
            Row(PARAMETERS, name, values, changed=changed and len(set(map(repr, values))) > 1)
        )
    return rows


def parameters_of(job: Job) -> dict[str, Any]:
    """Return all parameters of a job's estimator, the defaults filled in."""
    entry = get_estimator(job.estimator)
    return {parameter.name: parameter.default for parameter in entry.parameters} | job.parameters


def cost_rows(jobs: Sequence[Job], folds: dict[int, list[JobFold]]) -> list[Row]:
    """Return what training and keeping each model costs."""
    models = find_models([job.id for job in jobs])
    sizes = [
        models[job.id].files["joblib"]["size_bytes"]
        if job.id in models and "joblib" in models[job.id].files
        else None
        for job in jobs
    ]
    seconds = [sum(f.fit_seconds for f in folds[job.id]) or None for job in jobs]
    is_done = [job.state == JobState.SUCCEEDED for job in jobs]
    seconds = [s if done else None for s, done in zip(seconds, is_done, strict=True)]
    memory = [j.peak_memory_bytes if d else None for j, d in zip(jobs, is_done, strict=True)]
    return [
        Row("Cost", "Training time", seconds, None, False),
        Row("Cost", "Peak memory", memory, None, False),
        Row("Cost", "Model size", sizes, None, False),
    ]
