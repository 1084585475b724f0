"""What an estimator's parameters take together: checked before anything is fitted.

The rules are data of the catalogue; see `tools.estimators.rules`. Imports no scikit-learn.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tasks.engine.estimators.catalogue import Estimator, Kernel
from tasks.engine.estimators.inside import is_named, name_of, settings_of

NOT = "not"


class Conflict(NamedTuple):
    """The parameter whose value does not go with the others, and what to do, in words."""

    parameter: str
    message: str


def find_conflict(estimator: Estimator | Kernel, values: Mapping[str, Any]) -> Conflict | None:
    """Find the first rule that parameter values break.

    Parameters
    ----------
    estimator : Estimator or Kernel
        Of the catalogue.
    values : Mapping of str to JSON value
        Only what was chosen; every other parameter has its default.

    Returns
    -------
    Conflict or None
        None where the values go together.
    """
    used = {p.name: p.default for p in estimator.parameters} | dict(values)
    for rule in estimator.rules:
        if not all(not _others(used[name], allowed) for name, allowed in rule["when"].items()):
            continue
        for name, allowed in rule["then"].items():
            if others := _others(used[name], allowed):
                return Conflict(name, rule["says"].format(", ".join(map(str, others))))
    return None


def _others(value: Any, allowed: Sequence[Any]) -> list[Any]:
    """Return those members of a value, or the value itself, that a list does not allow."""
    members = value if isinstance(value, list) else [value]
    if allowed[:1] == [NOT]:
        return [name_of(member) for member in members if name_of(member) in allowed[1:]]
    return [name_of(m) for m in members if not any(_is(m, a) for a in allowed)]


def _is(value: Any, allowed: Any) -> bool:
    """Tell whether a value is an allowed one; what is inside may need some of its settings."""
    if is_named(allowed):
        given = settings_of(value)
        needs = allowed["parameters"].items()
        return name_of(value) == allowed["name"] and all(given.get(n) in v for n, v in needs)
    # True is 1 for Python, but not for whom a rule is about.
    name = name_of(value)
    return bool(name == allowed) and type(name) in _kinds(allowed)


def _kinds(value: Any) -> tuple[type, ...]:
    return (type(value),) if isinstance(value, bool) or value is None else (int, float, str)
