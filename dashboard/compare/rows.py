"""The lines of the side-by-side table: scores, baselines, settings, costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.compare.verdict import Folds, find_verdict
from dashboard.db import Job, JobFold
from dashboard.db.states import JobState
from dashboard.jobs.baselines import list_baselines
from dashboard.jobs.blends import title_of
from dashboard.jobs.queries import find_models
from tasks.engine.catalogue import METRICS, Metric, get_estimator
from tasks.engine.preprocessing_settings import DEFAULTS

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
    tied: frozenset[int] = frozenset()  # which jobs are within noise of the best one

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


def score_rows(jobs: Sequence[Job], metric: str, folds: Folds | None = None) -> list[Row]:
    """Return a row for each metric, the one that is compared by first.

    Parameters
    ----------
    jobs : sequence of Job
        The columns.
    metric : str
        The name of that one.
    folds : Mapping, optional
        The folds of each job, where they may be compared: ties are marked then.
    """
    rows = []
    tasks = dict.fromkeys(job.task for job in jobs)
    every = [m for task in tasks for m in METRICS[task]]
    for m in sorted(every, key=lambda m: m.name != metric):
        values = [job.metrics.get(m.name, {}).get("mean") for job in jobs]
        if any(value is not None for value in values):
            spreads = [job.metrics.get(m.name, {}).get("std") for job in jobs]
            rows.append(_score_row(jobs, m, values, spreads, folds))
    return rows


def _score_row(
    jobs: Sequence[Job],
    m: Metric,
    values: list[Any],
    spreads: list[float | None],
    folds: Folds | None,
) -> Row:
    group = "Scores, mean of folds"
    scored = [job for job, value in zip(jobs, values, strict=True) if value is not None]
    if m.of_positive and len(positive_classes(scored)) > 1:  # nothing here is better
        return Row(group, f"{m.title}, of different classes", values, spreads)
    tied = _find_tied(jobs, folds, m.name) if folds else frozenset()
    return Row(group, m.title, values, spreads, m.greater_is_better, tied=tied)


def positive_classes(jobs: Sequence[Job]) -> set[str | None]:
    """Return the positive classes that the scores of jobs are about."""
    return {job.details.get("positive_class") for job in jobs}


def _find_tied(jobs: Sequence[Job], folds: Folds, metric: str) -> frozenset[int]:
    verdict = find_verdict(jobs, folds, metric)
    return frozenset(jobs.index(job) for job in verdict.tied) if verdict else frozenset()


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
        Row(group, "Estimator", [title_of(job) for job in jobs]),
        Row(group, "Dataset", [job.dataset.label for job in jobs]),
        Row(group, "Target", [job.target for job in jobs]),
        Row(group, "Columns", [job.n_columns or len(job.features) for job in jobs]),
        Row(group, "Seed", [job.seed for job in jobs]),
        Row(group, "Class weight", [job.class_weight for job in jobs]),
        Row(
            group, "Positive class", [j.details.get("positive_class") or j.positive for j in jobs]
        ),
        Row(group, "Decision threshold", [(job.decision or {}).get("threshold") for job in jobs]),
    ]
    for name in ("scheme", "folds", "repeats", "group_column", "time_column", "test_size", "gap"):
        rows.append(Row(group, f"Validation {name}", [j.validation.get(name) for j in jobs]))
    copies = [bool(j.validation.get("drop_copies")) for j in jobs]  # older jobs lack it
    rows.append(Row(group, "Validation drop_copies", copies))
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
