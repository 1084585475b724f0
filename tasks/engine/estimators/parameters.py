"""Values of an estimator's parameters: are they allowed, and what does a form's text mean.

A value is refused only where scikit-learn itself refuses it. Imports no scikit-learn.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.engine.errors import ParameterError
from tasks.engine.estimators.catalogue import Estimator, Kernel, Parameter, get_estimator
from tasks.engine.estimators.inside import (
    FIELDS,
    find_inside,
    is_named,
    name_of,
    parse_inside,
    settings_of,
    show_inside,
    split_outside_brackets,
    strip_brackets,
    takes_inside,
    takes_one,
    value_of,
)
from tasks.engine.estimators.ranges import LISTS, describe_range
from tasks.engine.estimators.rules import find_conflict

WORDS = {"none": None, "null": None, "true": True, "false": False}
MOST_IN_LIST = 20
TOO_LARGE = 2**53  # beyond what a float counts one by one
SHOWN = 60  # characters of a value that is refused
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

    Examples
    --------
    >>> validate_parameters("Ridge", {"alpha": 2})
    {'alpha': 2.0}
    >>> validate_parameters("RandomForestClassifier", {"n_estimators": 0})
    Traceback (most recent call last):
    tasks.engine.errors.ParameterError: n_estimators must be a whole number of at least 1
    """
    return _validate(get_estimator(estimator_id), values)


def _validate(entry: Estimator | Kernel, values: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: entry.find_parameter(name) for name in values}
    unknown = [name for name, parameter in found.items() if parameter is None]
    problems = {str(name): _unknown(entry, name) for name in unknown[:MOST_IN_LIST]}
    checked: dict[str, Any] = {}
    for name, value in values.items():
        parameter = found[name]
        if parameter is None:
            continue
        fitting = fit_value(parameter, value)
        if fitting is not None:
            checked[name] = fitting[0]
        elif takes_one(parameter) and (inner := _problems_inside(parameter, value)):
            problems |= {f"{name}.{key}": words for key, words in inner.items()}
        else:
            problems[name] = explain_refusal(parameter, value)
    if problems:
        raise ParameterError(problems)
    return checked


def _problems_inside(parameter: Parameter, value: Any) -> dict[str, str]:
    """Return what is wrong with the settings of what is inside, by their names."""
    entry, settings = find_inside(parameter, name_of(value)), settings_of(value)
    if entry is None or not isinstance(settings, Mapping):
        return {}
    try:
        checked = _validate(entry, settings)
    except ParameterError as problem:
        return problem.fields
    conflict = find_conflict(entry, checked)
    return {conflict.parameter: conflict.message} if conflict else {}


def explain_refusal(parameter: Parameter, value: Any) -> str:
    """Say why a value that `fit_value` does not take is refused."""
    if takes_inside(parameter):
        return _explain_inside(parameter, value)
    if isinstance(value, str) and is_unclear(parameter, value):
        number, values = value.replace(",", "."), ", ".join(split_values(value))
        return (
            f'{parameter.name}: "{value}" may be one number or several. '
            f"Write {number} with a decimal point, or {values} with spaces"
        )
    must = f"{parameter.name} must be {describe_range(parameter)}"
    if isinstance(value, int | float) and value >= TOO_LARGE:
        return f"{must}, and below {TOO_LARGE:.0e}"
    return must


def _explain_inside(parameter: Parameter, value: Any) -> str:
    allowed = f"{parameter.name} must be {describe_range(parameter)}"
    members = value if isinstance(value, list | tuple) else [value]
    if len(members) > MOST_IN_LIST:
        return f"{parameter.name} takes at most {MOST_IN_LIST} at once; these are {len(members):,}"
    for member in members:
        name = name_of(member)
        if isinstance(name, str) and find_inside(parameter, name) is None:
            shown = f'{parameter.name}: "{name[:SHOWN]}" is not offered here'
            return f"{shown}. It must be {describe_range(parameter)}"
        if isinstance(member, Mapping) and not _is_well_formed(member):
            return f'{parameter.name} must be a name, or {{"name": ..., "parameters": {{...}}}}'
        for words in _problems_inside(parameter, member).values():
            return f"{parameter.name}: {name}: {words}"
    twice = [shown for n, shown in enumerate(members) if shown in members[:n]]
    if twice and "estimators" in parameter.kinds:
        return f"{parameter.name} has {show_value(twice[0])[:SHOWN]} twice; give each once"
    return allowed


def _is_well_formed(member: Mapping[str, Any]) -> bool:
    is_known = is_named(member) and set(member) <= FIELDS
    return is_known and isinstance(settings_of(member), Mapping)


def _unknown(entry: Estimator | Kernel, name: Any) -> str:
    known = ", ".join(parameter.name for parameter in entry.parameters)
    return f"{entry.title} has no parameter {str(name)[:SHOWN]}. It has: {known}"


def fit_value(parameter: Parameter, value: Any) -> tuple[Any] | None:
    """Return the value, in a tuple, as the kind that admits it; None where no kind does."""
    if value is None:
        return (None,) if "none" in parameter.kinds else None
    if takes_inside(parameter):
        return (
            _fit_members(parameter, value)
            if not takes_one(parameter)
            else (_fit_inside(parameter, value))
        )
    if isinstance(value, bool):
        return (value,) if "bool" in parameter.kinds else None
    if isinstance(value, str):
        is_one = value in parameter.choices and not LISTS & set(parameter.kinds)
        return (value,) if is_one else None
    if isinstance(value, int | float):
        return _fit_number(parameter, value)
    return _fit_list(parameter, value) if isinstance(value, list | tuple) else None


def _fit_inside(parameter: Parameter, value: Any) -> tuple[Any] | None:
    """Return a name, or a name with settings, if the parameter takes it."""
    entry, settings = find_inside(parameter, name_of(value)), settings_of(value)
    if entry is None or not isinstance(settings, Mapping):
        return None
    if isinstance(value, Mapping) and not _is_well_formed(value):
        return None
    try:
        checked = _validate(entry, settings)
    except ParameterError:
        return None
    return None if find_conflict(entry, checked) else (value_of(entry.id, checked),)


def _fit_members(parameter: Parameter, values: Any) -> tuple[Any] | None:
    """Return several names, each perhaps with settings, none twice."""
    if not isinstance(values, list | tuple) or not 0 < len(values) <= MOST_IN_LIST:
        return None
    found = [_fit_inside(parameter, value) for value in values]
    members = [one[0] for one in found if one is not None]
    differ = len({*map(repr, members)}) == len(values)
    return (members,) if len(members) == len(values) and differ else None


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
    if abs(value) >= TOO_LARGE:
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
    if takes_one(parameter):
        return parse_inside(parameter, text, parse_value)
    if text[:1] in {"(", "["} and {"ints", *LISTS} & set(parameter.kinds):
        return _parse_list(parameter, text)
    try:
        return json.loads(text) if isinstance(json.loads(text), int | float) else text
    except ValueError:
        return _float(text)


def _parse_list(parameter: Parameter, text: str) -> Any:
    parts = split_outside_brackets(strip_brackets(text))
    if takes_inside(parameter):
        return [parse_inside(parameter, part, parse_value) for part in parts]
    if LISTS & set(parameter.kinds):
        return parts
    try:
        return [int(part) for part in parts]
    except ValueError:
        return text


def split_values(text: str) -> list[str]:
    """Split a form's text at its commas, but for those in brackets: each part is a value."""
    return split_outside_brackets(text)


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
        return f"({', '.join(map(show_value, value))})"
    has_settings = is_named(value) and isinstance(settings_of(value), Mapping)
    return show_inside(value, show_value) if has_settings else str(value)
