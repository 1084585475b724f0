"""One row of the form of a new job: a parameter, or a setting of preprocessing, as it is typed."""

from collections.abc import Mapping
from typing import Any

from dashboard.jobs.form.inside import PREFIX, list_offered, list_shown
from tasks.engine.estimators.catalogue import Estimator, Parameter
from tasks.engine.estimators.inside import takes_inside
from tasks.engine.estimators.parameters import (
    fit_value,
    is_unclear,
    parse_value,
    show_value,
    split_values,
)
from tasks.engine.estimators.ranges import describe_range

OF_PREPROCESSING = "preprocessing."


def row_of(
    parameter: Parameter,
    prefix: str,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    as_text: bool = False,
) -> dict[str, Any]:
    """Return what a row shows.

    Parameters
    ----------
    parameter : Parameter
        What it is about.
    prefix : str
        What stands before its name as a field: ``parameters.``, ``preprocessing.`` or
        ``parameters.estimator.``; only those of the first take several values.
    values, errors : Mapping of str to str
        What was typed, and what is wrong with it, by field.
    as_text : bool, default False
        Let it be typed also where it could be chosen: a search takes several values of it.
    """
    name = prefix + parameter.name
    text, default = values.get(name, ""), show_value(parameter.default)
    is_deep = prefix != PREFIX and takes_inside(parameter)
    kind, choices = ("text", []) if as_text or is_deep else _control(parameter)
    words = f"{parameter.help}. " if parameter.help else ""
    several = count_values(parameter, text) if prefix == PREFIX else 1
    allowed = describe_range(parameter, briefly=True)
    return {
        "spec": {
            "name": parameter.name,
            "kind": kind,
            "choices": choices,
            "default": default,
            "decimals": "float" in parameter.kinds,
            "help": f"{words}{allowed[0].upper()}{allowed[1:]}. Default {default}.",
            "updates": kind == "select" and takes_inside(parameter),
            "offered": list_offered(parameter) if kind == "text" else [],
        },
        "value": text if kind == "text" else text or default,
        "error": errors.get(name),
        "changed": bool(text) and text != default,
        "note": "Check these values" if several is None else f"{several} values",
        "n_values": several,
        "inside": _inside_of(parameter, values, errors) if kind == "select" else None,
    }


def _inside_of(
    parameter: Parameter, values: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return the rows of what is chosen inside; None where nothing of it can be set."""
    title, shown = list_shown(parameter, values, errors)
    rows = [row_of(p, f"{PREFIX}{parameter.name}.", values, errors) for p in shown]
    is_open = any(row["error"] or row["changed"] for row in rows)
    return {"title": title, "rows": rows, "open": is_open} if rows else None


def values_in(parameter: Parameter, text: str) -> list[str]:
    """Return the values that a field holds: commas separate them, but for those in brackets.

    A text that may hold a decimal comma is left whole, and refused where it is checked.
    """
    if is_unclear(parameter, text):
        return [text]
    return split_values(text) or [text]


def count_values(parameter: Parameter, text: str) -> int | None:
    """Return how many values a field holds, at least 1; None where it is not clear, or one is bad.

    A single value is one, be it bad or not.
    """
    values = values_in(parameter, text)
    if len(values) < 2:
        return None if is_unclear(parameter, text) else 1
    fitting = [fit_value(parameter, parse_value(parameter, value)) for value in values]
    distinct = {repr(found[0]) for found in fitting if found is not None}
    return len(values) if len(distinct) == len(values) else None


def count_each(estimator: Estimator | None, values: Mapping[str, str]) -> dict[str, int | None]:
    """Return how many values each parameter of an estimator has, as `count_values` does."""
    parameters = estimator.parameters if estimator else ()
    return {p.name: count_values(p, values.get(PREFIX + p.name, "")) for p in parameters}


def _control(parameter: Parameter) -> tuple[str, list[tuple[str, str]]]:
    """Return the kind of control, and its choices."""
    kinds = set(parameter.kinds)
    if kinds <= {"choice", "none", "bool", "estimator", "kernel"}:
        choices = list(parameter.choices)
        choices += ["True", "False"] if "bool" in kinds else []
        choices += ["None"] if "none" in kinds else []
        return "select", [(choice, choice) for choice in choices]
    return "text", []
