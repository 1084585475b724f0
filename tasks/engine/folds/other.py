"""What to do where folds cannot be made or scored: other folds, if there are some that work.

Each proposal was split and looked at before, so that a job with it does not end the same way.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tasks.engine.errors import DataError
from tasks.engine.folds.outer import split_nested
from tasks.engine.scores.gaps import find_gaps, other_metric
from tasks.engine.spec import TrainingSpec, Validation

OF_FOLDS = frozenset(
    {"TOO_FEW_ROWS", "TOO_FEW_GROUPS", "TARGET_RARE_CLASS", "METRIC_MISSING", "FOLD_ONE_CLASS"}
)
# Tried first is as many folds as there may be, then these.
USUAL = (3, 2)


@dataclass(frozen=True)
class Rows:
    """What is split: the target, what rows are grouped or sorted by, the positive class of two."""

    y: np.ndarray
    order: np.ndarray | None = None
    positive: Any = None


def with_remedy(refused: DataError, spec: TrainingSpec, rows: Rows) -> DataError:
    """Return a refusal of folds with what removes its cause; any other as it is.

    Parameters
    ----------
    refused : DataError
        As splitting, or looking at the folds, raised it; its hint is what helps beside folds.
    spec : TrainingSpec
        The request.
    rows : Rows
        All rows that have a target.
    """
    if refused.code not in OF_FOLDS or len(set(rows.y.tolist())) < 2:
        return refused
    for found in _others(spec.validation, spec.task, rows):
        if _works(replace(spec, validation=found), rows):
            words = _say(found, spec.validation)
            hint = f"{words}, or {refused.hint[0].lower()}{refused.hint[1:]}"
            return _again(refused, hint, {"validation": _changed(found, spec.validation)})
    if refused.code in {"TOO_FEW_ROWS", "TOO_FEW_GROUPS"}:
        return refused
    metric = other_metric(spec.metric, of_several=rows.positive is None)
    if refused.code == "METRIC_MISSING" and _works(replace(spec, metric=metric), rows):
        return _again(refused, refused.hint, {"metric": metric})
    return _again(refused, _without_folds(spec, rows), {})


def _others(chosen: Validation, task: str, rows: Rows) -> Iterator[Validation]:
    """Yield other ways to split, the nearest first; groups and times stay apart as they are."""
    scheme = chosen.scheme
    if scheme != "holdout":
        yield from _fewer(chosen, rows, chosen.folds - 1)
    if scheme in {"kfold", "holdout"} and task == "classification":
        yield from _fewer(replace(chosen, scheme="stratified"), rows, chosen.folds)
    if scheme == "stratified":
        yield replace(chosen, scheme="kfold")
        yield from _fewer(replace(chosen, scheme="kfold"), rows, chosen.folds - 1)


def _fewer(chosen: Validation, rows: Rows, most: int) -> Iterator[Validation]:
    most = min(most, len(rows.y) // 2)
    if chosen.scheme == "stratified":
        most = min(most, *Counter(rows.y.tolist()).values())
    if chosen.scheme == "group" and rows.order is not None:
        most = min(most, len(set(rows.order.tolist())))
    for folds in sorted({most, *USUAL}, reverse=True):
        if 2 <= folds <= most:
            yield replace(chosen, folds=folds)


def _works(spec: TrainingSpec, rows: Rows) -> bool:
    """Tell whether folds can be made, scored by the main metric, and learned from."""
    y = rows.y
    try:
        kept, splits = split_nested(y, spec.validation, spec.task, spec.seed, rows.order)
        find_gaps(spec.task, spec.metric, y[kept], splits, rows.positive)
    except DataError:
        return False
    y = y[kept]
    return spec.task == "regression" or all((y[train] != y[train][0]).any() for train, _ in splits)


def _changed(found: Validation, chosen: Validation) -> dict[str, Any]:
    scheme = {} if found.scheme == chosen.scheme else {"scheme": found.scheme}
    return {**scheme, "folds": found.folds}


def _say(found: Validation, chosen: Validation) -> str:
    if found.scheme == chosen.scheme:
        return f"Use {found.folds} folds"
    if found.scheme == "stratified":
        return f"Use {found.folds} stratified folds"
    return f"Use {found.folds} folds that are not stratified"


def _without_folds(spec: TrainingSpec, rows: Rows) -> str:
    """Say what is left to do about classes, where no folds of this kind help."""
    order_free = replace(spec.validation, scheme="kfold", gap=0)
    others = _others(order_free, spec.task, replace(rows, order=None))
    if spec.validation.scheme in {"group", "time"} and any(
        _works(replace(spec, validation=other), replace(rows, order=None)) for other in others
    ):
        return "Use another way to split, such as stratified folds"
    label, n = min(Counter(rows.y.tolist()).items(), key=lambda item: item[1])
    has = f"{n:,} row{'' if n == 1 else 's'}"
    return f'Upload more rows of class "{label}", which has {has}, or choose another target'


def _again(refused: DataError, hint: str, change: Mapping[str, Any]) -> DataError:
    return DataError(refused.code, refused.message, hint, refused.details, change)
