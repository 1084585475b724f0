"""Fits that met what is no number, or is too large: whether it stands in the data, or was made."""

import re
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.catalogue import find_estimator, get_estimator
from tasks.engine.errors import EngineError
from tasks.engine.inside import name_of, settings_of, takes_inside, value_of
from tasks.engine.spec import TrainingSpec

TOO_LARGE = re.compile("too large for dtype|`inf` or a value too large")
NO_NUMBER = re.compile("contains NaN|must not contain infs or NaNs")
LARGEST, LARGEST_OF_32_BITS = 1e150, 3.4e38
RATE = "learning_rate"


def explain_no_numbers(
    error: Exception, title: str, spec: TrainingSpec, X: pd.DataFrame
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
    """
    text = str(error)
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
            "Let scale be quantile, in preprocessing, or leave that column out",
            change={"preprocessing": {"scale": "quantile"}},
        )
    return _explain_made(text.split("\n")[0][:400], title, spec)


def _is_beyond(column: pd.Series, bound: float) -> bool:
    return column.dtype.kind == "f" and bool(np.any(np.abs(column.to_numpy()) > bound))


def _explain_made(said: str, title: str, spec: TrainingSpec) -> EngineError:
    """Return words for what is no number, and was made while fitting."""
    code, entry = "INSIDE_NO_NUMBERS", get_estimator(spec.estimator)
    for parameter in filter(takes_inside, entry.parameters):
        given = spec.parameters.get(parameter.name)
        members = given if isinstance(given, list) else [given]
        for n, member in enumerate(members):
            inner, settings = find_estimator(str(name_of(member))), dict(settings_of(member))
            if inner is None or not isinstance(settings.get(RATE), float | int):
                continue
            rate = settings.pop(RATE)
            members = [*members[:n], value_of(inner.id, settings), *members[n + 1 :]]
            mended: Any = members if isinstance(given, list) else members[0]
            return EngineError(
                code,
                f"{inner.title}, inside {title}, gave no number: {RATE} {rate:g} is too high",
                f"Lower its {RATE}, or go back to the default",
                change={"parameters": {parameter.name: mended}},
            )
    return EngineError(
        code,
        f"A step before {title}, or what is inside it, gave no number: {said}",
        "Choose other settings of preprocessing or of what is inside, or another estimator",
    )
