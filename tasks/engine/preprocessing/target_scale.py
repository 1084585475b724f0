"""The target of a regression on another scale: learned so, and predicted as it was.

The transformer stands around the estimator, so each fit learns it from its own rows alone.
"""

from typing import Any

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import StackingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import StandardScaler

from tasks.engine.errors import DataError
from tasks.engine.preprocessing.encoding import make_scaler
from tasks.engine.preprocessing.settings import Preprocessing
from tasks.engine.spec import TrainingSpec

SAMPLES = 5
LARGEST = 1e150


def scale_target(estimator: Any, settings: Preprocessing, rows: int, seed: int) -> Any:
    """Return an estimator that learns the target as a setting says.

    Parameters
    ----------
    estimator : object
        Unfitted, of numbers.
    settings : Preprocessing
        What was chosen.
    rows : int
        How many rows there are.
    seed : int
        For the transformer that draws rows.

    Returns
    -------
    TransformedTargetRegressor or object
        The estimator itself where the target stays as it is.
    """
    if settings.target == "none":
        return estimator
    how: dict[str, Any]
    if settings.target == "log1p":
        how = {"func": np.log1p, "inverse_func": np.expm1}
    elif settings.target == "standardize":
        how = {"transformer": StandardScaler()}
    else:
        how = {"transformer": make_scaler("quantile", rows, seed)}
    if isinstance(estimator, StackingRegressor) and estimator.final_estimator is None:
        # What it takes itself when fitted; unfitted, it says that it cannot predict.
        estimator.set_params(final_estimator=RidgeCV())
    # Left on, each fit transforms some rows back, and warns of quantiles that are not exact.
    return TransformedTargetRegressor(estimator, check_inverse=False, **how)


def within(estimator: Any) -> Any:
    """Return what learns: of one whose target is on another scale, the one within."""
    if isinstance(estimator, TransformedTargetRegressor):
        return getattr(estimator, "regressor_", estimator.regressor)
    return estimator


def describe_target(estimator: Any) -> list[dict[str, Any]]:
    """Describe what is done to the target as `shapes.describe_shapes` does to columns."""
    if not isinstance(estimator, TransformedTargetRegressor):
        return []
    name = "log1p" if estimator.transformer is None else type(estimator.transformer).__name__
    return [{"columns": "Target", "by": name, "before": 1, "after": 1}]


def check_target(spec: TrainingSpec, y: np.ndarray, lines: np.ndarray) -> None:
    """Refuse a target that cannot be scored, or brought to the scale that was chosen.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    y : ndarray of shape (n_rows,)
        The target.
    lines : ndarray of shape (n_rows,)
        The line of each row in the file.

    Raises
    ------
    DataError
        With how many values are too large, or below 0, and the first of them; or that there is
        but one value.
    """
    if spec.task == "regression":
        _check_size(spec, y, lines)
        _check_differs(spec, y)
    if spec.preprocessing.target != "log1p":
        return
    below = np.flatnonzero(y < 0)
    if not len(below):
        return
    raise DataError(
        "TARGET_NEGATIVE",
        f'log1p takes no target below 0, and "{spec.target}" has {_values(below)} below 0. '
        f"First: {_first(y, lines, below)}",
        "Under Preprocessing, set target to quantile, standardize or none",
        _details(spec, y, lines, below, ["lt", "0"]),
        change={"preprocessing": {"target": "quantile"}},
    )


def _check_size(spec: TrainingSpec, y: np.ndarray, lines: np.ndarray) -> None:
    """Refuse numbers whose squares, summed up, are beyond what a computer can hold."""
    large = np.flatnonzero(np.abs(y) > LARGEST)
    if not len(large):
        return
    condition = None  # one condition finds those on one side of 0 only
    if (y[large] > 0).all():
        condition = ["gt", f"{LARGEST:g}"]
    elif (y[large] < 0).all():
        condition = ["lt", f"{-LARGEST:g}"]
    raise DataError(
        "TARGET_TOO_LARGE",
        f'"{spec.target}" has {_values(large)} beyond {LARGEST:g}, which no score can be worked '
        f"out of. First: {_first(y, lines, large)}",
        "Write the column in a larger unit, or leave those rows out",
        _details(spec, y, lines, large, condition),
    )


def _check_differs(spec: TrainingSpec, y: np.ndarray) -> None:
    """Refuse one number in every row: of it R2 is 1, whatever the estimator."""
    if (y == y[0]).all():
        raise DataError(
            "TARGET_CONSTANT",
            f'"{spec.target}" is {y[0]:g} in every row, so there is nothing to learn',
            "Choose another target",
        )


def _values(places: np.ndarray) -> str:
    return "1 value" if len(places) == 1 else f"{len(places):,} values"


def _first(y: np.ndarray, lines: np.ndarray, places: np.ndarray) -> str:
    return f"line {lines[places[0]]}, {y[places[0]]:g}"


def _details(
    spec: TrainingSpec,
    y: np.ndarray,
    lines: np.ndarray,
    places: np.ndarray,
    condition: list[str] | None,
) -> dict[str, Any]:
    """Return where the values are that cannot be used; `condition`: what finds all of them."""
    return {
        "line": int(lines[places[0]]),
        "value": float(y[places[0]]),
        "count": len(places),
        "column": spec.target,
        "samples": [
            {"line": int(lines[n]), "value": f"{y[n]:g}", "count": 1} for n in places[:SAMPLES]
        ],
        "condition": condition,
    }
