"""Whether nested validation has enough: an outer fold's training rows are split once more."""

import math
from collections.abc import Mapping
from typing import Any

from dashboard.db import Dataset
from dashboard.filters import plural
from dashboard.jobs.asking.checked import Checked
from dashboard.jobs.asking.validation import count_groups
from tasks.engine.folds.usual import find_rarest
from tasks.engine.spec import Validation


def why_not_nested(split: Mapping[str, Any], dataset: Dataset, target: str) -> str | None:
    """Say why too little is left for the inner folds; None where there is enough, or may be.

    Parameters
    ----------
    split : Mapping
        How the search itself splits rows, as it was checked.
    dataset, target : Dataset, str
        What is split; its profile knows how many rows, groups and rows of a class there are.
    """
    validation = Validation(**split)
    column = next((c for c in dataset.columns if c["name"] == target), None)
    left = _find_lack(validation, dataset, column) if column else None
    if left is None:
        return None
    return (
        f"The whole search cannot be scored: an outer fold leaves {left} to train on, too "
        f"few for {_say_inner(validation)}. Use other folds, or a larger table"
    )


def check_nested(checked: Checked, is_asked: bool, dataset: Dataset) -> None:
    """Refuse to score a whole search where it cannot be; the validation is checked already."""
    if not is_asked or any(name.startswith("validation") for name in checked.problems):
        return
    refusal = why_not_nested(checked.values["validation"], dataset, checked.values["target"])
    if refusal:
        checked.problems["search.nested"] = refusal


def _say_inner(validation: Validation) -> str:
    if validation.scheme == "holdout":
        return "a hold-out part within"
    inner = f"{validation.for_search(1).folds} inner folds"
    return f"{inner} with a gap of {validation.gap:,} rows" if _has_gap(validation) else inner


def _has_gap(validation: Validation) -> bool:
    return validation.scheme == "time" and validation.gap > 0


def _find_lack(validation: Validation, dataset: Dataset, target: Mapping[str, Any]) -> str | None:
    """Return what is left of too little; an outer fold takes its share of all that there is."""
    folds, inner = validation.folds, validation.for_search(1).folds
    if validation.scheme == "stratified":
        rare = find_rarest(target)
        left = _without_part(rare.rows, folds) if rare else inner
        words = f'{plural(left, "row")} of the class "{rare.label}"' if rare else ""
        return words if left < inner else None
    if validation.scheme == "group":
        name = validation.group_column
        known = [count_groups(c) for c in dataset.columns if c["name"] == name]
        left = _without_part(known[0], folds) if known else inner
        return plural(left, "group") if left < inner else None
    left = _count_left(target["count"], validation)
    return None if _are_enough(left, validation, inner) else plural(max(0, left), "row")


def _without_part(n: int, folds: int) -> int:
    """Return how many of `n` are left where the largest of equal parts is taken away."""
    return n - math.ceil(n / folds)


def _count_left(rows: int, validation: Validation) -> int:
    """Count the training rows of the outer fold that has the fewest."""
    if validation.scheme == "time":
        return rows - validation.folds * (rows // (validation.folds + 1)) - validation.gap
    if validation.scheme == "holdout":
        return rows - math.ceil(validation.test_size * rows)
    return _without_part(rows, validation.folds)


def _are_enough(left: int, validation: Validation, inner: int) -> bool:
    """Tell whether rows can be split once more; see `engine.splitting.check_folds`."""
    parts = 2 if validation.scheme == "holdout" else inner
    first = left - inner * (left // (inner + 1)) - validation.gap
    return left >= 2 * parts and (validation.scheme != "time" or first >= 1)
