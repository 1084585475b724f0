"""What a notebook asks, held against the table and the catalogue before anything is read.

The dashboard checks its forms by itself: there each field has its message beside it.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from tasks.engine.errors import ParameterError
from tasks.engine.estimators.catalogue import METRICS, Estimator, find_estimator, list_estimators
from tasks.engine.folds.checks import find_scheme_fault, find_seed_fault, find_split_faults
from tasks.engine.folds.usual import default_validation
from tasks.engine.scores.costs import Costs
from tasks.engine.scores.decision_checks import (
    find_costs_fault,
    find_positive_fault,
    find_threshold_fault,
)
from tasks.engine.spec import Validation

# Fields of `TrainingSpec` that stand for themselves in a request.
OTHERS = ("class_weight", "costs", "metric", "positive", "seed", "threshold")


def known_estimator(name: Any) -> Estimator:
    """Return an estimator of the catalogue; ParameterError names those that are close."""
    if not isinstance(name, str):
        words = f'estimator is a class name, such as "Ridge"; {name!r} is not'
        raise ParameterError({"estimator": words})
    entry = find_estimator(name)
    if entry is None:
        close = _close(name, (known.id for known in list_estimators()))
        raise ParameterError({"estimator": f'There is no estimator called "{name}"{close}'})
    return entry


def check_columns(kinds: Mapping[str, str], target: Any, features: Any) -> list[str] | None:
    """Return the columns to learn from, each once; None where none are named.

    Raises
    ------
    ParameterError
        For columns that are not there, or cannot be learned from.
    """
    _check_column("target", target, kinds)
    if features is None:
        return None
    if isinstance(features, str) or not isinstance(features, Iterable):
        such = features if isinstance(features, str) else next(iter(kinds))
        raise ParameterError({"features": f'features is a list of columns, such as ["{such}"]'})
    named = list(features)
    if not named:
        words = "features names no column; leave it out to learn from all that can be learned from"
        raise ParameterError({"features": words})
    for name in named:
        _check_column("features", name, kinds)
        if name == target:
            raise ParameterError({"features": f'"{target}" is the target; leave it out'})
    return list(dict.fromkeys(map(str, named)))  # numpy has texts of its own


def check_fields(**fields: Any) -> None:
    """Raise `ParameterError` for what is to hold fields of its own, and does not."""
    for name, given in fields.items():
        if given is not None and not isinstance(given, Mapping):
            words = f"{name} is a dict of what differs from the defaults; {given!r} is not"
            raise ParameterError({name: words})


def check_split(split: Mapping[str, Any], task: str, kinds: Mapping[str, str]) -> None:
    """Raise `ParameterError` for fields of a way to split that cannot be used."""
    usual = default_validation(task)
    fields = Validation.__dataclass_fields__  # a split that was used may be asked for again
    if unknown := [name for name in split if name not in fields]:
        known = ", ".join(usual)
        raise ParameterError(
            {"validation": f"validation has no field {unknown[0]}. It has: {known}"}
        )
    whole = {**usual, **split}
    fault = find_scheme_fault(whole["scheme"], task)
    if faults := {"scheme": fault} if fault else find_split_faults(whole, kinds):
        raise ParameterError({f"validation.{name}": words for name, words in faults.items()})


def check_others(
    others: Mapping[str, Any], entry: Estimator, target: Mapping[str, Any]
) -> dict[str, Any]:
    """Return other fields as a request holds them; what is None is left open.

    Parameters
    ----------
    others : Mapping
        What was asked.
    entry : Estimator
        What is trained.
    target : Mapping
        What is known of the column to predict.

    Raises
    ------
    ParameterError
        For fields that there are not, or that a value is not allowed in.
    """
    if unknown := [name for name in others if name not in OTHERS]:
        words = f"A request has no field {unknown[0]}. It has also: {', '.join(OTHERS)}"
        raise ParameterError({unknown[0]: words})
    given = {n: _as_python(value) for n, value in others.items() if value is not None}
    checks: dict[str, Callable[[Any], str | None]] = {
        "metric": lambda metric: _find_metric_fault(metric, entry.task),
        "class_weight": lambda weight: _find_weight_fault(weight, entry),
        "seed": find_seed_fault,
        "threshold": lambda at: find_threshold_fault(at, entry.id, entry.task, target),
        "costs": find_costs_fault,
        "positive": lambda label: find_positive_fault(label, entry.task, target, "positive"),
    }
    faults = {name: fault for name, value in given.items() if (fault := checks[name](value))}
    if given.get("costs") and "threshold" not in given:
        faults.setdefault("costs", "costs need the threshold that was chosen by them")
    if faults:
        raise ParameterError(faults)
    if given.get("costs"):
        given["costs"] = Costs(**given["costs"]).as_dict()
    return given


def _as_python(value: Any) -> Any:
    """Return one of numpy's own numbers or texts as Python's, which can be stored."""
    return value.item() if isinstance(value, np.generic) else value


def _find_metric_fault(metric: Any, task: str) -> str | None:
    names = [known.name for known in METRICS[task]]
    if isinstance(metric, str) and metric in names:
        return None
    return f"metric must be one of: {', '.join(names)}; {metric} is not"


def _find_weight_fault(weight: Any, entry: Estimator) -> str | None:
    if not isinstance(weight, str) or weight != "balanced":
        return 'class_weight must be "balanced", or left out'
    return None if entry.weighs_classes else f"{entry.title} takes no class_weight; leave it out"


def _check_column(field: str, name: Any, kinds: Mapping[str, str]) -> None:
    if not isinstance(name, str):
        raise ParameterError({field: f"{field}: a column is called by a text; {name!r} is none"})
    if name not in kinds:
        raise ParameterError({field: _no_column(name, kinds)})


def _no_column(name: str, kinds: Mapping[str, str]) -> str:
    return f'There is no column called "{name}"{_close(name, kinds)}'


def _close(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, list(known), n=3)
    return f". Close to it: {', '.join(found)}" if found else ""
