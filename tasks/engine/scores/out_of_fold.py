"""What jobs predicted of the rows that they did not see, in one order, as arrays."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tasks.engine.errors import DataError
from tasks.engine.scores.evaluation import Predicted


def align_rows(told: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Return the predictions of several jobs in one order of rows.

    Raises
    ------
    DataError
        When they are of different folds.
    """
    frames = [
        one.sort_values(["fold", "row"], kind="stable").reset_index(drop=True) for one in told
    ]
    places = [frame[["fold", "row"]] for frame in frames]
    if not all(place.equals(places[0]) for place in places[1:]):
        message = "The jobs were scored on different folds, so they cannot be blended"
        raise DataError("FOLDS_DIFFER", message)
    return frames


def predicted_by(frame: pd.DataFrame, task: str) -> Predicted:
    """Return what a job predicted, from its rows."""
    if task == "regression":
        return Predicted(frame["prediction"].to_numpy(dtype=float))
    margins = frame.filter(regex=r"^margin_\d+$")
    return Predicted(
        frame["prediction"].to_numpy(),
        probabilities_of(frame) if "probability_0" in frame else None,
        margins.to_numpy(dtype=float) if margins.shape[1] else None,
    )


def probabilities_of(frame: pd.DataFrame) -> np.ndarray:
    """Return the probabilities that a job told.

    Some estimators tell them in 32 bits, whose sum is not 1 in 64: it is made so.
    """
    found = frame.filter(regex=r"^probability_\d+$")
    values = found.to_numpy(dtype=float)
    is_short = (found.dtypes == np.float32).any()
    return values / values.sum(axis=1, keepdims=True) if is_short else values


def some_rows(predicted: Predicted, rows: np.ndarray) -> Predicted:
    """Return what was predicted of some rows."""
    kinds = (predicted.probabilities, predicted.margins)
    probabilities, margins = (None if values is None else values[rows] for values in kinds)
    return Predicted(predicted.labels[rows], probabilities, margins)
