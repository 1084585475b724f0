"""What a recipe may keep: what a submit would take, as far as no dataset is needed to tell."""

import json
from collections.abc import Mapping
from typing import Any

from flask import current_app

from dashboard.errors import ValidationFailed
from dashboard.jobs.asking.checked import Checked
from dashboard.jobs.asking.choices import check_choices
from dashboard.jobs.asking.preprocessing import check_preprocessing
from dashboard.jobs.asking.requests import check_numbers, check_words
from tasks.engine.estimators.catalogue import METRICS, TASKS, find_metric, get_estimator
from tasks.engine.folds.usual import default_validation

KINDS: Mapping[str, tuple[Any, str]] = {
    "parameters": (Mapping, "an object"), "preprocessing": (Mapping, "an object"),
    "validation": (Mapping, "an object"), "tags": (list, "a list of texts"),
    "task": (str, "a text"), "metric": (str, "a text"), "class_weight": (str, "a text"),
    "priority": (str, "a text"), "seed": (int, "a whole number"),
    "time_limit_s": (int | float, "a number"), "memory_limit_bytes": (int, "a whole number"),
}  # fmt: skip
LONGEST = 50_000


def check_settings(kept: Mapping[str, Any]) -> None:
    """Refuse settings that no submit would take, whatever the dataset is.

    Parameters
    ----------
    kept : Mapping
        Fields of ``POST /jobs``; the estimator is one of the catalogue.

    Raises
    ------
    ValidationFailed
        With a message for each field that cannot be kept.
    """
    faults = _find_wrong_kinds(kept)
    if not faults and (fault := _find_fault_of_text(kept)):
        faults["parameters"] = fault
    faults = faults or _find_wrong_values(kept)
    if faults:
        raise ValidationFailed(faults)


def _find_wrong_kinds(kept: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: f"{name} must be {words}"
        for name, (kind, words) in KINDS.items()
        if name in kept and (not isinstance(kept[name], kind) or isinstance(kept[name], bool))
    }


def _find_fault_of_text(kept: Mapping[str, Any]) -> str | None:
    try:
        length = len(json.dumps(kept, allow_nan=False))
    except ValueError:  # PostgreSQL keeps no such JSON
        return "A recipe keeps numbers; NaN and infinity are none"
    return (
        f"A recipe has room for {LONGEST:,} characters of settings" if length > LONGEST else None
    )


def _find_wrong_values(kept: Mapping[str, Any]) -> dict[str, str]:
    task = kept.get("task") or get_estimator(kept["estimator"]).task
    if task not in TASKS:
        return {"task": f"task must be one of: {', '.join(TASKS)}"}
    checked = Checked({"task": task})
    choices = check_choices(checked, kept, current_app.config["SETTINGS"].max_batch_jobs)
    check_preprocessing(checked, kept, [choice.estimator for choice in choices])
    check_numbers(checked, kept)
    check_words(checked, kept)
    if kept.get("metric") and find_metric(task, kept["metric"]) is None:
        known = ", ".join(metric.name for metric in METRICS[task])
        checked.problems["metric"] = f"metric must be one of: {known}"
    _check_validation(checked, kept.get("validation") or {})
    return checked.problems


def _check_validation(checked: Checked, given: Mapping[str, Any]) -> None:
    """Check the fields alone: whether columns and numbers fit shows with a dataset."""
    fields = [*default_validation(checked.values["task"]), "note"]
    simple = (str, int, float, type(None))
    if set(given) - {*fields} or not all(isinstance(one, simple) for one in given.values()):
        words = f"validation has the fields: {', '.join(fields[:-1])}; each is one value"
        checked.problems["validation"] = words
