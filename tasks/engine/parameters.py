"""Values of an estimator's parameters: are they allowed, and what does a form's text mean.

A value is refused only where scikit-learn itself refuses it. Imports no scikit-learn.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.engine.catalogue import Bounds, Estimator, Parameter, get_estimator
from tasks.engine.errors import ParameterError

WORDS = {"none": None, "null": None, "true": True, "false": False}
# A comma that no closing bracket follows.
COMMA = re.compile(r",(?![^(\[]*[)\]])")
MOST_IN_LIST = 20
# Kinds of lists of choices.
LISTS = {"estimators", "several"}
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


def validate_parameters(estimator_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Check parameter values against the catalogue.

    Parameters
    ----------
    estimator_id : str
        scikit-learn's class name.
    values : Mapping of str to JSON value
        Only what was chosen; every other parameter keeps scikit-learn's default.

    Returns
    -------
    dict
        The values, numbers in the kind that the estimator wants.

    Raises
    ------
    ParameterError
        With one message for each name that is unknown or holds a value that is not allowed.
    KeyError
        When there is no such estimator.
    """
    estimator = get_estimator(estimator_id)
    problems: dict[str, str] = {}
    checked: dict[str, Any] = {}
    for name, value in values.items():
        parameter = estimator.find_parameter(name)
        if parameter is None:
            problems[name] = _unknown(estimator, name)
            continue
        fitting = fit_value(parameter, value)
        if fitting is None:
            problems[name] = explain_refusal(parameter, value)
        else:
            checked[name] = fitting[0]
    if problems:
        raise ParameterError(problems)
    return checked


def explain_refusal(parameter: Parameter, value: Any) -> str:
    """Say why a value that `fit_value` does not take is refused."""
    if isinstance(value, str) and is_unclear(parameter, value):
        number, values = value.replace(",", "."), ", ".join(split_values(value))
        return (
            f'{parameter.name}: "{value}" may be one number or several. '
            f"Write {number} with a decimal point, or {values} with spaces"
        )
    return f"{parameter.name} must be {describe_range(parameter)}"


def _unknown(estimator: Estimator, name: str) -> str:
    known = ", ".join(parameter.name for parameter in estimator.parameters)
    return f"{estimator.title} has no parameter {name}. It has: {known}"


def fit_value(parameter: Parameter, value: Any) -> tuple[Any] | None:
    """Return the value, in a tuple, as the kind that admits it; None where no kind does."""
    if value is None:
        return (None,) if "none" in parameter.kinds else None
    if isinstance(value, bool):
        return (value,) if "bool" in parameter.kinds else None
    if isinstance(value, str):
        is_one = value in parameter.choices and not LISTS & set(parameter.kinds)
        return (value,) if is_one else None
    if isinstance(value, int | float):
        return _fit_number(parameter, value)
    return _fit_list(parameter, value) if isinstance(value, list | tuple) else None


def _fit_list(parameter: Parameter, values: Sequence[Any]) -> tuple[Any] | None:
    fitting: Sequence[Any]
    if "ints" in parameter.kinds:
        fitting = [v for v in values if isinstance(v, int) and not isinstance(v, bool) and v >= 1]
    elif LISTS & set(parameter.kinds):
        names = dict.fromkeys(v for v in values if isinstance(v, str))
        fitting = [name for name in names if name in parameter.choices]
    else:
        return None
    return (list(values),) if values and len(fitting) == len(values) <= MOST_IN_LIST else None


def _fit_number(parameter: Parameter, value: float) -> tuple[Any] | None:
    if abs(value) >= 2**53:  # beyond what a float counts one by one
        return None
    as_int, as_float = parameter.kinds.get("int"), parameter.kinds.get("float")
    # 1.0 typed where both are allowed means the share, not the count.
    is_whole = isinstance(value, int) or (value.is_integer() and as_float is None)
    if as_int and is_whole and as_int.admits(value):
        return (int(value),)
    if as_float and as_float.admits(float(value)):
        return (float(value),)
    return None


def parse_value(parameter: Parameter, text: str) -> Any:
    """Turn a form's text into a value; what cannot be parsed stays text, and is refused later.

    Parameters
    ----------
    parameter : Parameter
        What the text is for.
    text : str
        Such as ``0.1``, ``sqrt``, ``None``, ``(100, 50)``.

    Returns
    -------
    JSON value
    """
    text = text.strip()
    if text in parameter.choices:
        return text
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if text[:1] in {"(", "["} and {"ints", *LISTS} & set(parameter.kinds):
        return _parse_list(parameter, text)
    try:
        return json.loads(text) if isinstance(json.loads(text), int | float) else text
    except ValueError:
        return _float(text)


def _parse_list(parameter: Parameter, text: str) -> Any:
    parts = [part.strip() for part in text.strip("()[]").split(",") if part.strip()]
    if LISTS & set(parameter.kinds):
        return parts
    try:
        return [int(part) for part in parts]
    except ValueError:
        return text


def split_values(text: str) -> list[str]:
    """Split a form's text at its commas, but for those in brackets: each part is a value."""
    return [part.strip() for part in COMMA.split(text) if part.strip()]


def is_unclear(parameter: Parameter, text: str) -> bool:
    """Tell whether a text may hold a decimal comma: ``0,5`` could be a number, or two values.

    ``0, 5``, ``1,2,3`` and ``0.1,0.2`` are clear, and so is everything where only whole numbers
    are taken.
    """
    words = re.split(r",\s+|\s+", text.strip())
    return "float" in parameter.kinds and any(map(DECIMAL_COMMA.fullmatch, words))


def _float(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def show_value(value: Any) -> str:
    """Return a value as a person types it: the inverse of `parse_value`."""
    if isinstance(value, list | tuple):
        return f"({', '.join(map(str, value))})"
    return str(value)


def describe_range(parameter: Parameter) -> str:
    """Say what a parameter takes: "a whole number from 1 to 64, or None"."""
    parts = []
    for kind in ("int", "float", "ints", "bool"):
        if kind in parameter.kinds:
            parts.append(_describe_kind(kind, parameter.kinds[kind]))
    if LISTS & set(parameter.kinds):
        parts.append(f"several in brackets of: {', '.join(parameter.choices)}")
    elif parameter.choices:
        parts.append(f"one of: {', '.join(parameter.choices)}")
    if "none" in parameter.kinds:
        parts.append("None")
    return ", or ".join(parts)


def _describe_kind(kind: str, bounds: Bounds) -> str:
    if kind == "bool":
        return "True or False"
    if kind == "ints":
        return "whole numbers in brackets, such as (100, 50)"
    word = "a whole number" if kind == "int" else "a number"
    low, high = bounds.minimum, bounds.maximum
    ends = []
    if low is not None:
        ends.append(f"above {low:g}" if bounds.minimum_open else f"from {low:g}")
    if high is not None:
        shown = f"below {high:g}" if bounds.maximum_open else f"up to {high:g}"
        closed = ends and ends[0].startswith("from") and not bounds.maximum_open
        ends.append(f"to {high:g}" if closed else shown)
    joined = " ".join(ends) if len(ends) < 2 or ends[1].startswith("to ") else " and ".join(ends)
    return f"{word} {joined}".strip()
