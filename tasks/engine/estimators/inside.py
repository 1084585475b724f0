"""What is trained inside an estimator, and kernels: a name, perhaps with settings of its own.

As a value ``"Ridge"``, or ``{"name": "Ridge", "parameters": {"alpha": 2.0}}``; as text ``Ridge``,
or ``Ridge(alpha=2.0)``. Imports no scikit-learn.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from tasks.engine.estimators.catalogue import (
    Estimator,
    Kernel,
    Parameter,
    find_estimator,
    find_kernel,
)

# Kinds of parameters that take such values: one of them, or a list.
ONE = frozenset({"estimator", "kernel"})
INSIDE = ONE | {"estimators"}
FIELDS = {"name", "parameters"}
CALL = re.compile(r"(\w+)\s*\((.*)\)", re.DOTALL)
OPEN, CLOSE = "([{", ")]}"


def takes_inside(parameter: Parameter) -> bool:
    """Tell whether a parameter takes estimators or a kernel."""
    return bool(INSIDE & set(parameter.kinds))


def takes_one(parameter: Parameter) -> bool:
    """Tell whether a parameter takes one estimator, or one kernel."""
    return bool(ONE & set(parameter.kinds))


def is_named(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether a value is a name with settings."""
    return isinstance(value, Mapping) and "name" in value


def name_of(value: Any) -> Any:
    """Return the name of what is inside; any other value as it is."""
    return value["name"] if is_named(value) else value


def settings_of(value: Any) -> Any:
    """Return the settings of what is inside; none for a bare name."""
    settings = value.get("parameters") if is_named(value) else None
    return {} if settings is None else settings


def value_of(name: str, settings: Mapping[str, Any]) -> Any:
    """Return a name and its settings as a value: the bare name where nothing is set."""
    return {"name": name, "parameters": dict(settings)} if settings else name


def find_inside(parameter: Parameter, name: Any) -> Estimator | Kernel | None:
    """Return what a name stands for, if the parameter takes it."""
    if not isinstance(name, str) or name not in parameter.choices:
        return None
    return find_kernel(name) if "kernel" in parameter.kinds else find_estimator(name)


def show_inside(value: Mapping[str, Any], show: Callable[[Any], str]) -> str:
    """Return a name with settings as a person types it: ``Ridge(alpha=2.0)``."""
    settings = ", ".join(f"{name}={show(given)}" for name, given in settings_of(value).items())
    return f"{value['name']}({settings})" if settings else str(value["name"])


def parse_inside(parameter: Parameter, text: str, parse: Callable[[Parameter, str], Any]) -> Any:
    """Turn text into a name with settings; what cannot be read stays text, to be refused later."""
    found = CALL.fullmatch(text.strip())
    if found is None:
        return text.strip()
    name, inner = found.groups()
    entry, settings = find_inside(parameter, name), {}
    for part in split_outside_brackets(inner):
        key, is_pair, written = (word.strip() for word in part.partition("="))
        if not is_pair or not key or key in settings:
            return text.strip()
        known = entry.find_parameter(key) if entry else None
        settings[key] = parse(known, written) if known else written
    return value_of(name, settings)


def split_outside_brackets(text: str) -> list[str]:
    """Split a text at its commas, but for those in brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth = max(0, depth + (sign in OPEN) - (sign in CLOSE))
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def strip_brackets(text: str) -> str:
    """Return what stands within the brackets around a whole text; else the text."""
    text = text.strip()
    if text[:1] not in ("(", "[") or text[-1:] not in (")", "]"):
        return text
    return text[1:-1]
