"""Settings of what is inside another estimator, on the form of a new job.

Where one value is taken its name is chosen, and each setting has a field of its own:
``parameters.estimator`` and ``parameters.estimator.max_depth``. In a search all of it is one text.
"""

from collections.abc import Mapping
from typing import Any

from tasks.engine.estimators.catalogue import Estimator, Kernel, Parameter
from tasks.engine.estimators.inside import (
    find_inside,
    is_named,
    show_inside,
    takes_inside,
    takes_one,
)
from tasks.engine.estimators.parameters import parse_value, show_value

PREFIX = "parameters."
Inside = Estimator | Kernel


def find_chosen(parameter: Parameter, values: Mapping[str, str]) -> Inside | None:
    """Return what is chosen as a parameter; None where it holds nothing that can be set."""
    if not takes_one(parameter):
        return None
    text = values.get(PREFIX + parameter.name, "").strip() or show_value(parameter.default)
    return find_inside(parameter, text)


def find_setting(
    estimator: Estimator | None, values: Mapping[str, str], name: str
) -> Parameter | None:
    """Return the parameter that a field is about: ``max_depth``, or ``estimator.max_depth``."""
    outer, _, inner = name.partition(".")
    parameter = estimator.find_parameter(outer) if estimator else None
    if parameter is None or not inner:
        return parameter
    chosen = find_chosen(parameter, values)
    return chosen.find_parameter(inner) if chosen else None


def value_inside(parameter: Parameter, values: Mapping[str, str]) -> dict[str, Any] | None:
    """Return a name with the settings that were typed; None where none was."""
    chosen = find_chosen(parameter, values)
    typed = _typed(parameter, chosen, values)
    if chosen is None or not typed:
        return None
    known = {name: chosen.find_parameter(name) for name in typed}
    settings = {name: parse_value(p, typed[name]) for name, p in known.items() if p}
    return {"name": chosen.id, "parameters": settings}


def _typed(
    parameter: Parameter, chosen: Inside | None, values: Mapping[str, str]
) -> dict[str, str]:
    found = {}
    for inner in chosen.parameters if chosen else ():
        text = values.get(f"{PREFIX}{parameter.name}.{inner.name}", "").strip()
        if text and text != show_value(inner.default):
            found[inner.name] = text
    return found


def spread(estimator: Estimator | None, values: dict[str, str]) -> None:
    """Put settings that stand behind a name into their own fields."""
    for parameter in estimator.parameters if estimator else ():
        text = values.get(PREFIX + parameter.name, "")
        value = parse_value(parameter, text) if takes_one(parameter) else None
        if not is_named(value):
            continue
        entry = find_inside(parameter, value["name"])
        if entry is None or set(value["parameters"]) - {p.name for p in entry.parameters}:
            continue
        values[PREFIX + parameter.name] = entry.id
        for name, given in value["parameters"].items():
            values[f"{PREFIX}{parameter.name}.{name}"] = show_value(given)


def gather(estimator: Estimator | None, values: dict[str, str]) -> None:
    """Put settings behind the name that they belong to, as one text; their fields go."""
    for parameter in estimator.parameters if estimator else ():
        chosen = find_chosen(parameter, values)
        typed = _typed(parameter, chosen, values)
        if chosen and typed:
            given = {"name": chosen.id, "parameters": typed}
            values[PREFIX + parameter.name] = show_inside(given, str)
        for name in [n for n in values if n.startswith(f"{PREFIX}{parameter.name}.")]:
            del values[name]


def list_shown(
    parameter: Parameter, values: Mapping[str, str], errors: Mapping[str, str]
) -> tuple[str, list[Parameter]]:
    """Return the title of what is chosen inside, and its main settings and those in use."""
    chosen = find_chosen(parameter, values)
    if chosen is None:
        return "", []
    fields = {inner.name: f"{PREFIX}{parameter.name}.{inner.name}" for inner in chosen.parameters}
    in_use = {*_typed(parameter, chosen, values), *(n for n, f in fields.items() if f in errors)}
    return chosen.title, [p for p in chosen.parameters if p.common or p.name in in_use]


def list_offered(parameter: Parameter) -> list[tuple[str, str]]:
    """Return what may be inside: each name, and its main settings."""
    if not takes_inside(parameter):
        return []
    found = [find_inside(parameter, name) for name in parameter.choices]
    return [
        (entry.id, ", ".join(p.name for p in entry.parameters if p.common))
        for entry in found
        if entry
    ]
