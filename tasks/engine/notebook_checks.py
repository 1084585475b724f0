"""What a notebook asks, held against the table and the catalogue before anything is read.

The dashboard checks its forms by itself: there each field has its message beside it.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasks.engine.catalogue import METRICS, Estimator, find_estimator, list_estimators
from tasks.engine.errors import ParameterError
from tasks.engine.spec import Validation
from tasks.engine.split_checks import find_scheme_fault, find_split_faults
from tasks.engine.usual_folds import default_validation

# Fields of `TrainingSpec` that stand for themselves in a request.
OTHERS = ("class_weight", "costs", "metric", "positive", "seed", "threshold")


def known_estimator(name: str) -> Estimator:
    """Return an estimator of the catalogue; ParameterError names those that are close."""
    entry = find_estimator(name)
    if entry is None:
        close = _close(name, (known.id for known in list_estimators()))
        raise ParameterError({"estimator": f'There is no estimator called "{name}"{close}'})
    return entry


def check_columns(kinds: Mapping[str, str], target: str, features: Sequence[str] | None) -> None:
    """Raise `ParameterError` for columns that are not there, or cannot be learned from."""
    if target not in kinds:
        raise ParameterError({"target": _no_column(target, kinds)})
    if isinstance(features, str):
        raise ParameterError(
            {"features": f'features is a list of columns, such as ["{features}"]'}
        )
    for name in features or ():
        if name not in kinds:
            raise ParameterError({"features": _no_column(name, kinds)})
        if name == target:
            raise ParameterError({"features": f'"{target}" is the target; leave it out'})


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


def check_others(others: Mapping[str, Any], entry: Estimator) -> None:
    """Raise `ParameterError` for fields that there are not, or that a value is not allowed in."""
    if unknown := [name for name in others if name not in OTHERS]:
        words = f"A request has no field {unknown[0]}. It has also: {', '.join(OTHERS)}"
        raise ParameterError({unknown[0]: words})
    names = [metric.name for metric in METRICS[entry.task]]
    if (metric := others.get("metric", names[0])) not in names:
        words = f"metric must be one of: {', '.join(names)}; {metric} is not"
        raise ParameterError({"metric": words})
    weight = others.get("class_weight")
    if weight not in {None, "balanced"}:
        raise ParameterError({"class_weight": 'class_weight must be "balanced", or left out'})
    if weight and not entry.weighs_classes:
        words = f"{entry.title} takes no class_weight; leave it out"
        raise ParameterError({"class_weight": words})


def _no_column(name: str, kinds: Mapping[str, str]) -> str:
    return f'There is no column called "{name}"{_close(name, kinds)}'


def _close(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, list(known), n=3)
    return f". Close to it: {', '.join(found)}" if found else ""
