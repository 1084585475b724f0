"""The fields of the form of a new job, from a request as the API takes it."""

from collections.abc import Mapping
from typing import Any

from dashboard.jobs.asking.choices import is_sweep
from dashboard.jobs.form.fields import VALIDATION
from dashboard.jobs.form.inside import PREFIX
from dashboard.jobs.form.rows import OF_PREPROCESSING
from dashboard.jobs.form.texts import write_texts
from tasks.engine.estimators.parameters import show_value


def values_of(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings of a request as the form's texts; what it leaves open is left out."""
    limit, memory = asked.get("time_limit_s"), asked.get("memory_limit_bytes")
    values = {
        "estimator": asked.get("estimator"),
        "task": asked.get("task"),
        "metric": asked.get("metric"),
        "seed": asked.get("seed"),
        "tags": ", ".join(asked.get("tags") or ()),
        "class_weight": asked.get("class_weight"),
        "priority": asked.get("priority"),
        "time_limit_min": _minutes(limit) if limit else None,
        "memory_limit_mb": memory // 1_000_000 if memory else None,
    }
    found = {name: str(value) for name, value in values.items() if value not in (None, "")}
    validation = asked.get("validation") or {}
    for name, value in validation.items():
        if value is not None:
            texts = write_texts(value) if isinstance(value, list) else str(value)
            found[VALIDATION + name] = texts
    if validation.get("scheme") == "time":  # without a column it is the order of the file
        found.setdefault(f"{VALIDATION}time_column", "")
    for prefix, part in ((PREFIX, "parameters"), (OF_PREPROCESSING, "preprocessing")):
        for name, value in (asked.get(part) or {}).items():
            found[prefix + name] = text_of(value)
    return found


def _minutes(seconds: float) -> str:
    """Return seconds as the form's minutes; what is too large to be divided exactly, too."""
    try:
        return f"{round(seconds / 60, 4):.10g}"
    except OverflowError:
        return str(int(seconds) // 60)


def text_of(value: Any) -> str:
    """Return a parameter as the form has it, several values with commas between them."""
    if is_sweep(value):
        return ", ".join(show_value(one) for one in value["values"])
    return show_value(value)
