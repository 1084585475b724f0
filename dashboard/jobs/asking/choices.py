"""Which estimators a request tries, with which parameters: one job for each combination.

A parameter given as ``{"values": [...]}`` is a sweep; several sweeps make the grid.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.jobs.asking.checked import Checked
from tasks.engine.errors import ParameterError
from tasks.engine.estimators.catalogue import (
    Estimator,
    Parameter,
    find_estimator,
    say_not_installed,
)
from tasks.engine.estimators.inside import is_named
from tasks.engine.estimators.parameters import (
    SHOWN,
    fit_value,
    show_value,
    validate_parameters,
)
from tasks.engine.estimators.ranges import describe_range
from tasks.engine.estimators.rules import find_conflict


@dataclass(frozen=True)
class Choice:
    """An estimator with its parameters; `told` are those that a job's name says.

    `preprocessing`: all settings of its jobs, where those are not the request's; names say them.
    """

    estimator: Estimator
    fixed: Mapping[str, Any]
    swept: Mapping[str, list[Any]]
    told: tuple[str, ...] = ()
    preprocessing: Mapping[str, Any] | None = None

    @property
    def n_jobs(self) -> int:
        """How many jobs there are."""
        return math.prod(map(len, self.swept.values()))

    def combinations(self) -> Iterator[dict[str, Any]]:
        """Return the parameters of each job."""
        for values in itertools.product(*self.swept.values()):
            yield {**self.fixed, **dict(zip(self.swept, values, strict=True))}


def is_sweep(value: Any) -> bool:
    """Tell whether a parameter is given as several values."""
    return isinstance(value, Mapping) and isinstance(value.get("values"), list)


def check_choices(checked: Checked, body: Mapping[str, Any], limit: int) -> list[Choice]:
    """Check the estimators and parameters of a request; the task is known already.

    Parameters
    ----------
    checked : Checked
        Takes a message for each field that cannot be used.
    body : Mapping
        The fields of ``POST /jobs`` or ``POST /batches``.
    limit : int
        How many jobs there may be at most.

    Returns
    -------
    list of Choice
        Only those that can be used.
    """
    entries = _entries(checked, body)
    # Counted before anything is made of it: a grid grows fast.
    jobs = sum(count_combinations(parameters) for _, _, parameters, _ in entries)
    if jobs > limit:
        _say_too_many(checked, entries, jobs, limit)
        return []
    found = [_check_choice(checked, *entry) for entry in entries]
    check_class_weight(checked, body.get("class_weight"), [c.estimator for c in found if c])
    return [choice for choice in found if choice]


Entry = tuple[str, Any, Any, tuple[str, ...]]  # field, estimator, parameters, told


def _entries(checked: Checked, body: Mapping[str, Any]) -> list[Entry]:
    shared, several = body.get("parameters") or {}, body.get("estimators")
    if not isinstance(shared, Mapping):
        checked.problems["parameters"] = "parameters must be an object of values by name"
        return []
    if several is None:
        return [("", body.get("estimator"), shared, ())]
    if several == []:
        checked.problems["estimators"] = "Choose at least one estimator"
        return []
    if not isinstance(several, list) or body.get("estimator"):
        checked.problems["estimators"] = "estimators must be a list, in place of estimator"
        return []
    found: list[Entry] = []
    for n, given in enumerate(several):
        field = f"estimators.{n}."
        if isinstance(given, str):
            found.append((field, given, shared, ()))
        elif _is_entry(given):
            own = given.get("parameters") or {}
            found.append((field, given["estimator"], {**shared, **own}, tuple(own)))
        else:
            words = 'Give an estimator\'s id, or {"estimator": ..., "parameters": {...}}'
            checked.problems[field.rstrip(".")] = words
    return found


def _is_entry(given: Any) -> bool:
    return (
        isinstance(given, Mapping)
        and {"estimator"} <= set(given) <= {"estimator", "parameters"}
        and isinstance(given.get("parameters") or {}, Mapping)
    )


def count_combinations(parameters: Mapping[str, Any]) -> int:
    """Count the jobs that parameters make; an empty sweep counts as one."""
    return math.prod(max(1, len(v["values"])) for v in parameters.values() if is_sweep(v))


def _say_too_many(checked: Checked, entries: list[Entry], jobs: int, limit: int) -> None:
    words = f"These values make {jobs:,} jobs. The limit is {limit:,} at once"
    swept = {n for _, _, given, _ in entries for n, v in given.items() if is_sweep(v)}
    checked.problems |= {f"parameters.{name}": words for name in swept} or {"estimators": words}
    checked.code = "SWEEP_TOO_MANY"


def _check_choice(
    checked: Checked, field: str, given: Any, parameters: Mapping[str, Any], told: tuple[str, ...]
) -> Choice | None:
    estimator = check_estimator(checked, field.rstrip(".") or "estimator", given)
    if estimator is None:
        return None
    swept: dict[str, list[Any]] = {}
    fixed: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, value in parameters.items():
        parameter = estimator.find_parameter(name)
        if isinstance(value, Mapping) and parameter is not None and not is_named(value):
            swept[name] = _check_sweep(problems, parameter, value)
        else:
            fixed[name] = value
    try:
        fixed = validate_parameters(estimator.id, fixed)
    except ParameterError as problem:
        problems |= problem.fields
    names = dict.fromkeys([*told, *swept])
    choice = Choice(estimator, fixed, swept, tuple(names))
    problems = problems or _find_conflicts(choice)
    for name, words in problems.items():
        own = field if name in told else ""
        checked.problems[f"{own}parameters.{name}"] = words
    return None if problems else choice


def check_estimator(checked: Checked, field: str, given: Any) -> Estimator | None:
    """Return the estimator of an id if it suits the task, which is known already."""
    estimator = find_estimator(given) if isinstance(given, str) else None
    if estimator is None:
        words = f'There is no estimator called "{given}"' if given else "Choose an estimator"
        checked.problems[field] = words
        return None
    if not estimator.is_installed:
        checked.problems[field] = say_not_installed(estimator)
        return None
    if estimator.task != checked.values["task"]:
        what = "classes" if estimator.task == "regression" else "numbers"
        checked.problems[field] = (
            f"{estimator.title} cannot predict {what}. Choose another estimator or change the task"
        )
        return None
    return estimator


def _find_conflicts(choice: Choice) -> dict[str, str]:
    """Return the first value that does not go with the others, by its parameter."""
    found = (find_conflict(choice.estimator, values) for values in choice.combinations())
    conflict = next(filter(None, found), None)
    return {conflict.parameter: conflict.message} if conflict else {}


def _check_sweep(
    problems: dict[str, str], parameter: Parameter, given: Mapping[str, Any]
) -> list[Any]:
    """Return the values of a sweep, each in the kind that the estimator wants."""
    name = parameter.name
    if not is_sweep(given) or set(given) != {"values"} or not given["values"]:
        problems[name] = f'{name} must be one value, or several as {{"values": [...]}}'
        return []
    return check_values(problems, parameter, given["values"])


def check_values(
    problems: dict[str, str], parameter: Parameter, values: Iterable[Any]
) -> list[Any]:
    """Return several values of a parameter, each in the kind that the estimator wants.

    None, and a message by the parameter's name, where one cannot be used or stands there twice.
    """
    name = parameter.name
    found: dict[str, Any] = {}
    for value in values:
        fitting = fit_value(parameter, value)
        if fitting is None:
            shown = show_value(value)[:SHOWN]
            problems[name] = f"{name} must be {describe_range(parameter)}; {shown} is not"
            return []
        key = repr(fitting[0])
        if key in found:
            problems[name] = f"{name} has {show_value(value)[:SHOWN]} twice; give each value once"
            return []
        found[key] = fitting[0]
    return list(found.values())


def check_class_weight(checked: Checked, given: Any, estimators: Iterable[Estimator]) -> None:
    """Check whether all estimators take the class weight that a request names."""
    blind = next((e for e in estimators if not e.weighs_classes), None)
    if given not in (None, "", "balanced"):
        checked.problems["class_weight"] = 'class_weight must be "balanced", or left out'
    elif given and blind:
        checked.problems["class_weight"] = f"{blind.title} takes no class_weight; leave it out"
    checked.values["class_weight"] = given or None
