"""The lines of the table that say what was chosen: settings, and parameters of the estimators."""

from collections.abc import Sequence
from typing import Any

from dashboard.compare.queries import find_features
from dashboard.compare.rows import ABSENT, PARAMETERS, SETTINGS, Row
from dashboard.db import Job
from dashboard.filters import plural
from dashboard.jobs.form.schemes import SCHEMES
from dashboard.jobs.page.blends import title_of
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.preprocessing.settings import DEFAULTS

FOLDS = ("folds", "repeats", "group_column", "time_column", "test_size", "gap")
NAMED = 3  # columns that a job lacks


def setting_rows(jobs: Sequence[Job]) -> list[Row]:
    """Return a row for each setting, then one for each parameter."""
    settings: dict[str, list[Any]] = {
        "Estimator": [title_of(job) for job in jobs],
        "Dataset": [job.dataset.label for job in jobs],
        "Target": [job.target for job in jobs],
        "Columns": _say_columns(jobs),
        "Seed": [job.seed for job in jobs],
        "Class weight": [job.class_weight for job in jobs],
        "Positive class": [j.details.get("positive_class") or j.positive for j in jobs],
        "Decision threshold": [(job.decision or {}).get("threshold") for job in jobs],
        "Validation scheme": [SCHEMES.get(j.validation.get("scheme", "")) for j in jobs],
        **{f"Validation {name}": [j.validation.get(name) for j in jobs] for name in FOLDS},
        # Older jobs lack it.
        "Validation drop_copies": [bool(j.validation.get("drop_copies")) for j in jobs],
        "Validation targets_left_out": [j.validation.get("targets_left_out") for j in jobs],
    }
    for name in dict.fromkeys(n for j in jobs for n in j.preprocessing):
        values = [j.preprocessing.get(name, DEFAULTS.get(name)) for j in jobs]
        settings[f"Preprocessing {name}"] = values
    rows = [Row(SETTINGS, name, values) for name, values in settings.items()]
    return [*rows, *_parameter_rows(jobs)]


def _parameter_rows(jobs: Sequence[Job]) -> list[Row]:
    known = [parameters_of(job) for job in jobs]
    rows = []
    for name in dict.fromkeys(name for parameters in known for name in parameters):
        values = [parameters.get(name, ABSENT) for parameters in known]
        changed = any(name in job.parameters for job in jobs)
        is_changed = changed and len(set(map(repr, values))) > 1
        absent = frozenset(n for n, parameters in enumerate(known) if name not in parameters)
        rows.append(Row(PARAMETERS, name, values, changed=is_changed, absent=absent))
    return rows


def parameters_of(job: Job) -> dict[str, Any]:
    """Return all parameters of a job's estimator, the defaults filled in."""
    entry = get_estimator(job.estimator)
    return {parameter.name: parameter.default for parameter in entry.parameters} | job.parameters


def _say_columns(jobs: Sequence[Job]) -> list[Any]:
    """Return how many columns each job learns from, and which it lacks that others have."""
    features = find_features([job.id for job in jobs])
    every = dict.fromkeys(name for job in jobs for name in features[job.id])
    said: list[Any] = []
    for job in jobs:
        has = set(features[job.id])
        lacks = [name for name in every if name not in has]
        more = f" and {plural(len(lacks) - NAMED, 'other')}" if len(lacks) > NAMED else ""
        words = f"{len(has)}, without {', '.join(lacks[:NAMED])}{more}"
        said.append(words if lacks else len(has))
    return said
