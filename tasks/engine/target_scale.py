"""The target of a regression on another scale: learned so, and predicted as it was.

The transformer stands around the estimator, so each fit learns it from its own rows alone.
"""

from typing import Any

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import StackingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import StandardScaler

from tasks.engine.encoding import make_scaler
from tasks.engine.errors import DataError
from tasks.engine.preprocessing_settings import Preprocessing
from tasks.engine.spec import TrainingSpec

SAMPLES = 5


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
    """Refuse a target that cannot be brought to the scale that was chosen.

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
        With how many values are below 0, and the first of them.
    """
    if spec.preprocessing.target != "log1p":
        return
    below = np.flatnonzero(y < 0)
    if not len(below):
        return
    line, value = int(lines[below[0]]), float(y[below[0]])
    has = "1 value" if len(below) == 1 else f"{len(below):,} values"
    raise DataError(
        "TARGET_NEGATIVE",
        f'log1p takes no target below 0, and "{spec.target}" has {has} below 0. '
        f"First: line {line}, {value:g}",
        "Let target be quantile or standardize, in preprocessing, or none",
        {
            "line": line,
            "value": value,
            "count": len(below),
            "column": spec.target,
            "samples": [
                {"line": int(lines[n]), "value": f"{y[n]:g}", "count": 1} for n in below[:SAMPLES]
            ],
            "condition": ["lt", "0"],
        },
        change={"preprocessing": {"target": "quantile"}},
    )
