"""What a person asks for when submitting a job: checked against catalogue and dataset.

The same checks serve the form and the API; field names are the API's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app

from dashboard.db import Dataset
from dashboard.db.job import PRIORITIES
from dashboard.errors import ValidationFailed
from dashboard.filters import size
from dashboard.honest.enough import check_nested
from dashboard.jobs.asking.checked import Checked, is_whole
from dashboard.jobs.asking.choices import Choice, check_choices
from dashboard.jobs.asking.notes import clean_note
from dashboard.jobs.asking.preprocessing import check_preprocessing
from dashboard.jobs.asking.tags import clean_tags
from dashboard.jobs.asking.task_guess import suggest_task
from dashboard.jobs.asking.validation import check_validation, find_learned
from dashboard.jobs.threshold.decision import check_decision, check_positive
from dashboard.searches.checking import check_search
from dashboard.searches.search import Search
from dashboard.several.checking import check_several
from dashboard.several.preset import Several
from tasks.engine.estimators.catalogue import METRICS, TASKS, default_metric, find_metric
from tasks.engine.folds.checks import find_seed_fault

FIELDS = frozenset(
    {
        "dataset_id", "target", "estimator", "name", "task", "parameters", "features", "exclude",
        "validation", "metric", "seed", "time_limit_s", "memory_limit_bytes",
        "priority", "tags", "class_weight", "preprocessing", "threshold", "costs",
        "positive_class", "note",
    }
)  # fmt: skip
BATCH_FIELDS = FIELDS | {"estimators", "search", "several"}
NOT_YET = {
    "retries": "cannot be chosen yet; a job whose worker dies is tried again anyway",
}
LEFT_OUT_KINDS = frozenset({"identifier", "constant"})
NAMES_SHOWN, NAME_SHOWN = 5, 100
MOST_CLASSES = 1000
# Python with scikit-learn and pandas takes most of it before any data is loaded.
LEAST_MEMORY_BYTES = 200_000_000
LONGEST_S = 10_000_000


def unsuitable_target(column: Mapping[str, Any]) -> str | None:
    """Say why a column cannot be predicted, or None when it can."""
    name, kind = column["name"], column["kind"]
    if column.get("distinct", 2) <= 1:
        only = next((f'"{top["value"]}"' for top in column.get("top") or []), None)
        words = f"one value only, {only}" if only else "one value only"
        words = words if column.get("distinct", 2) else "no value"
        return f'"{name}" holds {words}, so there is nothing to learn. Choose another target'
    if kind == "identifier":
        return (
            f'"{name}" is different in every row. '
            "It looks like an identifier, not something to predict"
        )
    if kind == "date" or (kind == "text" and not holds_numbers(column)):
        return f'"{name}" holds {"dates" if kind == "date" else "texts"}; choose another target'
    return None


def holds_numbers(column: Mapping[str, Any]) -> bool:
    """Tell whether numbers may be predicted of a column: of few texts among them rows go."""
    return column["kind"] in {"number", "boolean"} or bool(column.get("as_number"))


def say_too_many(column: Mapping[str, Any]) -> str | None:
    """Say that a column has more values than a job tells classes apart; None where it has not."""
    if column.get("distinct", 0) <= MOST_CLASSES:
        return None
    what = f'"{column["name"]}" has {column["distinct"]:,} different values'
    if column["kind"] == "number":
        return f"{what}; choose regression"
    return f"{what}, and a job tells at most {MOST_CLASSES:,} classes apart. Choose another target"


def default_features(columns: Sequence[Mapping[str, Any]], target: str) -> list[str]:
    """Return the columns that are learned from unless others are chosen."""
    return [
        c["name"]
        for c in columns
        if c["name"] != target and c["kind"] not in LEFT_OUT_KINDS and c.get("role") != "left_out"
    ]


@dataclass(frozen=True)
class Request:
    """A request that can be used: the columns that its jobs share, and what they differ in.

    Those of a search differ in what is drawn. `several` says that several estimators are tried.
    """

    values: dict[str, Any]
    choices: list[Choice]
    search: Search | None = None
    several: Several | None = None

    @property
    def n_jobs(self) -> int:
        """How many jobs are asked for; of a search, how many candidates at most."""
        return self.search.jobs if self.search else sum(c.n_jobs for c in self.choices)


def check_request(
    body: Mapping[str, Any], dataset: Dataset, *, limit: int, fields: frozenset[str] = FIELDS
) -> Request:
    """Check a request and fill in what it leaves open.

    What the jobs share is checked once, however many there are.

    Parameters
    ----------
    body : Mapping
        The fields of ``POST /jobs``, or of ``POST /batches``.
    dataset : Dataset
        The dataset that it names; ready.
    limit : int
        How many jobs it may make.
    fields : frozenset of str
        The fields that it may have.

    Returns
    -------
    Request

    Raises
    ------
    ValidationFailed
        With a message for each field that cannot be used.
    """
    checked = Checked()
    for name in set(body) - fields:
        if name not in NOT_YET or body[name]:
            checked.problems[name] = f"{name} {NOT_YET.get(name, 'is not a field of a job')}"
    _check_target(checked, body, dataset)
    found = Request(checked.values, [])
    if "target" not in checked.problems and "task" not in checked.problems:
        found = _check_what_is_trained(checked, body, dataset, limit)
    check_numbers(checked, body)
    check_words(checked, body)
    if checked.problems:
        raise ValidationFailed(checked.problems, code=checked.code)
    return found


def _check_what_is_trained(
    checked: Checked, body: Mapping[str, Any], dataset: Dataset, limit: int
) -> Request:
    """Check what depends on the target and the task; what is returned may still be refused."""
    tries_several = body.get("several") not in (None, False)
    choices: list[Choice] = []
    search = several = None
    if body.get("search") is not None:
        search = check_search(checked, body, limit)
    elif not tries_several:
        choices = check_choices(checked, body, limit)
    _check_features(checked, body, dataset)
    check_preprocessing(checked, body, [one.estimator for one in (search, *choices) if one])
    if not tries_several or body.get("validation"):
        check_validation(checked, body, dataset)
        check_nested(checked, search is not None and search.nested, dataset)
    _check_metric(checked, body, dataset)
    check_positive(checked, body, dataset)
    check_decision(checked, body, dataset)
    if tries_several:
        several = check_several(checked, body, dataset, limit)
        choices = list(several.choices) if several else []
    return Request(checked.values, choices, search, several)


def _check_target(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> None:
    target = body.get("target")
    if not target:
        checked.problems["target"] = "Choose the column to predict"
        return
    column = next((c for c in dataset.columns if c["name"] == target), None)
    if column is None:
        checked.problems["target"] = f'{dataset.name} has no column called "{target}"'
        return
    reason = unsuitable_target(column)
    if reason:
        checked.problems["target"] = reason
    task = body.get("task") or suggest_task(column)
    if task not in TASKS:
        checked.problems["task"] = f"task must be one of: {', '.join(TASKS)}"
    elif task == "regression" and not holds_numbers(column):
        checked.problems["task"] = f'"{target}" holds no numbers; choose classification'
    elif task == "classification" and (words := say_too_many(column)):
        checked.problems["task"] = words
    checked.values |= {"target": target, "task": task}


def _names(checked: Checked, body: Mapping[str, Any], field_: str, known: set[str]) -> list[str]:
    given = body.get(field_) or []
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        checked.problems[field_] = f"{field_} must be a list of column names"
        return []
    unknown = [name for name in given if name not in known]
    if unknown:
        checked.problems[field_] = no_such_columns(unknown)
    return [name for name in given if name in known]


def no_such_columns(names: Sequence[str]) -> str:
    """Say that columns are not there; of many names the first ones."""
    shown = ", ".join(f'"{name[:NAME_SHOWN]}"' for name in names[:NAMES_SHOWN])
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return f"There is no column called {shown}{more}"


def _check_features(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> None:
    target = checked.values["target"]
    known = set(dataset.column_names)
    chosen = _names(checked, body, "features", known)
    excluded = set(_names(checked, body, "exclude", known))
    features = chosen or default_features(dataset.columns, target)
    if target in chosen:
        checked.problems["features"] = f'"{target}" is the target, so it cannot be a feature'
    features = [n for n in dict.fromkeys(features) if n not in excluded and n != target]
    if not features and "features" not in checked.problems:
        checked.problems["features"] = "No column is left to learn from"
    checked.values["features"] = features


def _check_metric(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> None:
    task, target = checked.values["task"], checked.values["target"]
    metric = body.get("metric") or default_metric(task)
    found = find_metric(task, metric) if isinstance(metric, str) else None
    column = find_learned(checked, body, dataset)
    if found is None:
        known = ", ".join(m.name for m in METRICS[task])
        checked.problems["metric"] = f"metric must be one of: {known}"
    elif found.two_only and column["distinct"] > 2:
        checked.problems["metric"] = (
            f'{metric} is for two classes, and "{target}" has {column["distinct"]:,}; '
            f"{metric}_macro is their mean over classes"
        )
    checked.values["metric"] = metric


def check_numbers(checked: Checked, body: Mapping[str, Any]) -> None:
    """Check the seed and the limits."""
    seed = body.get("seed")
    seed = 0 if seed is None else seed
    if fault := find_seed_fault(seed):
        checked.problems["seed"] = fault
    limit = body.get("time_limit_s")
    if limit is not None and (not is_whole(limit) or not 1 <= limit <= LONGEST_S):
        checked.problems["time_limit_s"] = "time_limit_s must be a whole number of seconds, from 1"
    checked.values |= {"seed": seed, "time_limit_s": limit}
    _check_memory(checked, body.get("memory_limit_bytes"))


def memory_limits() -> tuple[int, int]:
    """Return the least and the most bytes that a job may be limited to on this server."""
    most: int = current_app.config["SETTINGS"].job_memory_bytes
    return min(LEAST_MEMORY_BYTES, most), most


def _check_memory(checked: Checked, limit: Any) -> None:
    least, most = memory_limits()
    if limit is not None and (not is_whole(limit) or not least <= limit <= most):
        checked.problems["memory_limit_bytes"] = (
            f"memory_limit_bytes must be a whole number of bytes from {least} ({size(least)}) "
            f"to {most} ({size(most)}), the limit on this server"
        )
    checked.values["memory_limit_bytes"] = limit


def check_words(checked: Checked, body: Mapping[str, Any]) -> None:
    """Check the name, the priority, the note and the tags."""
    name = body.get("name")
    if name is not None and (not isinstance(name, str) or len(name) > 200):
        checked.problems["name"] = "name must be a text of at most 200 characters"
    elif name and name.strip():
        checked.values["name"] = name.strip()
    priority = body.get("priority") or "normal"
    if not isinstance(priority, str) or priority not in PRIORITIES:
        checked.problems["priority"] = f"priority must be one of: {', '.join(PRIORITIES)}"
    else:
        checked.values["priority"] = PRIORITIES[priority]
    try:
        checked.values["note"] = clean_note(body.get("note"))
    except ValidationFailed as problem:
        checked.problems |= problem.fields
    try:
        checked.values["tags"] = clean_tags(body.get("tags") or [])
    except ValidationFailed as problem:
        checked.problems |= problem.fields
