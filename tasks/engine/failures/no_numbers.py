"""Fits that met what is no number, or is too large: whether it stands in the data, or was made."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from tasks.engine.errors import DataError, EngineError
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.failures.diverged import find_cause, name_member
from tasks.engine.spec import TrainingSpec

TOO_LARGE = re.compile("too large for dtype|`inf` or a value too large")
NO_NUMBER = re.compile(
    "contains NaN|has a NaN entry|must not contain infs or NaNs|non-finite parameter weights|"
    "under-/overflow|window shape cannot be larger"  # the last of bins of a column that has none
)
# Of tries that all gave nothing that could be used.
NO_TRY = re.compile("could not find a valid consensus")
LARGEST, LARGEST_OF_32_BITS = 1e150, 3.4e38


def explain_no_numbers(
    error: Exception,
    title: str,
    spec: TrainingSpec,
    X: pd.DataFrame,
    y_of_folds: Iterable[np.ndarray] = (),
) -> EngineError | None:
    """Return an error about what is no number in words for people; None for any other error.

    Parameters
    ----------
    error : Exception
        Whatever fitting raised.
    title : str
        The name of the estimator.
    spec, X : TrainingSpec, DataFrame
        What is trained, and the columns that it learns from.
    y_of_folds : iterable of ndarray
        The target of the rows that each fold is trained on.
    """
    text = str(error)
    if NO_TRY.search(text) and (cause := find_cause(spec)):
        message = f"{title} found no rows that agree, as {cause.who} diverged: {cause.why}"
        return EngineError("DIVERGED", message, cause.hint, change=cause.change)
    is_large = TOO_LARGE.search(text)
    if isinstance(error, EngineError) or not (is_large or NO_NUMBER.search(text)):
        return None
    bound = LARGEST_OF_32_BITS if is_large else LARGEST
    large = [str(name) for name in X.columns if _is_beyond(X[name], bound)]
    if large and spec.preprocessing.scale != "quantile":
        as_power = f"{bound:g}".replace("e+", "e")
        why = "more than {} can hold" if is_large else "too large to be scaled for {}"
        return EngineError(
            "NUMBERS_TOO_LARGE",
            f'"{large[0]}" has numbers beyond {as_power}, {why.format(title)}',
            "Under Preprocessing, set scale to quantile, or leave that column out",
            change={"preprocessing": {"scale": "quantile"}},
        )
    return _explain_made(text.split("\n")[0][:400], title, spec, y_of_folds)


def _is_beyond(column: pd.Series, bound: float) -> bool:
    return column.dtype.kind == "f" and bool(np.any(np.abs(column.to_numpy()) > bound))


def _explain_made(
    said: str, title: str, spec: TrainingSpec, y_of_folds: Iterable[np.ndarray]
) -> EngineError:
    """Return words for what is no number, and was made while fitting."""
    if cause := find_cause(spec):
        message = f"{cause.who} gave no number: {cause.why}"
        return EngineError("DIVERGED", message, cause.hint, change=cause.change)
    who = name_member(spec, "NearestCentroid")
    if who and any(len(np.unique(y)) == len(y) for y in y_of_folds):
        return EngineError(
            "TOO_FEW_ROWS_OF_CLASSES",
            f"{who} needs several rows of a class, and a fold is trained on one row of each",
            "Use more rows, or another estimator such as Logistic regression",
            change={"estimator": "LogisticRegression", "parameters": None},
        )
    return EngineError(
        "INSIDE_NO_NUMBERS",
        f"A step before {title}, or what is inside it, gave no number: {said}",
        "Choose other settings of preprocessing or of what is inside, or another estimator",
    )


def check_finite(told: np.ndarray, spec: TrainingSpec, fold: int) -> None:
    """Raise `DataError` when an estimator gave no number for some test rows of a fold."""
    n_missing = int(np.count_nonzero(~np.isfinite(told))) if told.dtype.kind == "f" else 0
    if not n_missing:
        return
    rows = f"{n_missing:,} of the {len(told):,} test rows of fold {fold}"
    if cause := find_cause(spec):
        message = f"{cause.who} gave no number for {rows}: {cause.why}"
        raise DataError("DIVERGED", message, cause.hint, change=cause.change)
    entry = get_estimator(spec.estimator)
    by_radius = entry.find_parameter("radius") is not None
    hint = "Raise radius" if by_radius else "Go back to the defaults, or choose another estimator"
    raise DataError("NO_PREDICTION", f"{entry.title} gave no number for {rows}", hint)
