"""Rows of a fold that are split once more, by target encoding or the estimator: who does it."""

import re
import traceback
from typing import Any

from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.spec import TrainingSpec

TOO_FEW = re.compile(
    "Cannot have number of splits|cannot be greater than the number of members in each class"
)
OF_ENCODING = "_target_encoder.py"
# They split nothing.
PLAIN = {"classification": "LogisticRegression", "regression": "Ridge"}


def explain_inner_splits(error: Exception, title: str, spec: TrainingSpec) -> EngineError | None:
    """Return an error about such rows that are too few in words; None for any other error.

    Parameters
    ----------
    error : Exception
        Whatever fitting raised.
    title : str
        The name of the estimator.
    spec : TrainingSpec
        What is trained.
    """
    text = str(error)
    if isinstance(error, EngineError) or not TOO_FEW.search(text):
        return None
    frames = traceback.extract_tb(error.__traceback__)
    by_encoding = any(frame.filename.endswith(OF_ENCODING) for frame in frames)
    who = "Target encoding" if by_encoding else title
    words = f"{who} splits the rows of a fold once more, and they are too few: {text[:300]}"
    plain = {"encode": "one_hot"}
    if by_encoding:
        hint = "Under Preprocessing, set encode to one_hot, or use more rows"
        return EngineError("TOO_FEW_ROWS_INSIDE", words, hint, change={"preprocessing": plain})
    other = PLAIN[spec.task]
    change: dict[str, Any] = {"estimator": other, "parameters": None}
    hint = f"Use more rows, or another estimator such as {get_estimator(other).title}"
    if spec.preprocessing.encode == "target":  # which would be the next to fail
        hint += ". Under Preprocessing, set encode to one_hot"
        change = {**change, "preprocessing": plain}
    return EngineError("TOO_FEW_ROWS_INSIDE", words, hint, change=change)
