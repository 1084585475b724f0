"""The lines of the table: scores, baselines, costs. Settings are in `setting_rows`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, stdev
from typing import Any

from dashboard.compare.reasons import positive_classes
from dashboard.compare.verdict import Folds, find_verdict
from dashboard.db import Job, JobFold
from dashboard.db.states import ACTIVE, JobState
from dashboard.jobs.page.baselines import list_baselines
from dashboard.jobs.queries import find_models
from dashboard.jobs.times.durations import Duration, read_durations
from tasks.engine.estimators.catalogue import METRICS, Metric

SETTINGS, PARAMETERS = "Settings", "Parameters"
SCORES, BASELINES, COST = "Scores, mean of folds", "Baselines on the same folds", "Cost"
ABSENT = None


@dataclass(frozen=True)
class Row:
    """One line of the table; `values` has one value for each job.

    `unit` is what its numbers are: s, bytes, or nothing. `changed` is of a parameter that is not
    the same in all jobs because one of them was given it. `tied` and `so_far` are numbers of jobs:
    those within noise of the best one, and those of whose folds some are still to come. So are
    `absent`: those whose estimator has no such parameter.
    """

    group: str
    name: str
    values: list[Any]
    spreads: list[float | None] | None = None
    greater_is_better: bool | None = None
    changed: bool = False
    tied: frozenset[int] = frozenset()
    so_far: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()
    unit: str = ""

    @property
    def is_choice(self) -> bool:
        """Whether it is something that was chosen, not something that came of it."""
        return self.group in {SETTINGS, PARAMETERS}

    @cached_property
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
        return self.bests[0] if len(self.bests) == 1 else None

    @cached_property
    def bests(self) -> Sequence[int]:
        """Which jobs have the best value; none where nothing is better, or all are equal."""
        known = [v for n, v in enumerate(self.values) if v is not None and n not in self.so_far]
        if self.greater_is_better is None or len(known) < 2:
            return ()
        best = max(known) if self.greater_is_better else min(known)
        whose = [n for n, v in enumerate(self.values) if v == best and n not in self.so_far]
        return whose if len(whose) < len(known) else ()


def scores_of(job: Job, folds: Sequence[JobFold]) -> Mapping[str, Mapping[str, float | None]]:
    """Return mean and spread of each metric; of a job that is not over, of its folds so far."""
    if job.state not in ACTIVE:
        return job.metrics
    found: dict[str, list[float]] = {}
    for fold in folds:
        for name, value in fold.scores.items():
            if value is not None:
                found.setdefault(name, []).append(value)
    return {
        name: {"mean": fmean(values), "std": stdev(values) if len(values) > 1 else None}
        for name, values in found.items()
    }


def score_rows(jobs: Sequence[Job], metric: str, folds: Folds, *, judged: bool) -> list[Row]:
    """Return a row for each metric, the one that is compared by first.

    Parameters
    ----------
    jobs : sequence of Job
        The columns.
    metric : str
        The name of that one.
    folds : Mapping
        The folds of each job.
    judged : bool
        Whether they may be compared: ties are marked then.
    """
    rows = []
    tasks = dict.fromkeys(job.task for job in jobs)
    every = [m for task in tasks for m in METRICS[task]]
    known = [scores_of(job, folds[job.id]) for job in jobs]
    for m in sorted(every, key=lambda m: m.name != metric):
        found = [scores.get(m.name, {}) for scores in known]
        if any(score.get("mean") is not None for score in found):
            rows.append(_score_row(jobs, m, found, folds if judged else None))
    return rows


def _score_row(
    jobs: Sequence[Job], m: Metric, found: Sequence[Mapping[str, Any]], folds: Folds | None
) -> Row:
    values, spreads = ([score.get(what) for score in found] for what in ("mean", "std"))
    so_far = frozenset(n for n, job in enumerate(jobs) if job.state in ACTIVE)
    scored = [job for job, value in zip(jobs, values, strict=True) if value is not None]
    if m.of_positive and len(positive_classes(scored)) > 1:  # nothing here is better
        return Row(SCORES, f"{m.title}, of different classes", values, spreads, so_far=so_far)
    tied = _find_tied(jobs, folds, m.name) if folds else frozenset()
    return Row(SCORES, m.title, values, spreads, m.greater_is_better, tied=tied, so_far=so_far)


def _find_tied(jobs: Sequence[Job], folds: Folds, metric: str) -> frozenset[int]:
    verdict = find_verdict([job for job in jobs if job.split_hash], folds, metric)
    tied = {job.id for job in verdict.tied} if verdict else set()
    return frozenset(n for n, job in enumerate(jobs) if job.id in tied)


def baseline_rows(jobs: Sequence[Job], metric: str) -> list[Row]:
    """Return a row for each baseline, by one metric."""
    found = [{b.kind: b for b in list_baselines(job, metric)} for job in jobs]
    rows = []
    for kind, title in (("dummy", "Guessing"), ("linear", "Linear model")):
        known = [baselines.get(kind) for baselines in found]
        if any(known):
            values = [b.score if b else None for b in known]
            spreads = [b.spread if b else None for b in known]
            rows.append(Row(BASELINES, title, values, spreads))
    return rows


def cost_rows(jobs: Sequence[Job], folds: Folds) -> list[Row]:
    """Return what training, using and keeping each model costs; of those that succeeded."""
    models = find_models([job.id for job in jobs])
    took = read_durations([job.id for job in jobs])
    done = [job.state == JobState.SUCCEEDED for job in jobs]

    def row(name: str, values: list[Any], unit: str) -> Row:
        known = [v if is_done else None for v, is_done in zip(values, done, strict=True)]
        return Row(COST, name, known, None, False, unit=unit)

    files = [models[job.id].files if job.id in models else {} for job in jobs]
    sizes = [of.get("joblib", {}).get("size_bytes") for of in files]
    seconds = [sum(f.fit_seconds for f in folds[job.id]) or None for job in jobs]
    predict = [(job.details or {}).get("predict_s_per_1000") for job in jobs]
    return [
        row("Duration", [took.get(job.id, Duration()).seconds for job in jobs], "s"),
        row("Fit time of folds", seconds, "s"),
        row("Prediction time, 1,000 rows", predict, "s"),
        row("Peak memory", [job.peak_memory_bytes for job in jobs], "bytes"),
        row("Model size", sizes, "bytes"),
    ]
