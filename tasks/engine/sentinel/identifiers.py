"""Columns that name rows: a model may learn them by heart, and new rows have others."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.sentinel.finding import Finding

COUNTING = 0.95  # of the steps from row to row that are the same, of numbers that count the rows


def find_identifiers(X: pd.DataFrame, schema: dict[str, Any]) -> Iterator[Finding]:
    """Yield a finding for each column of the features that names or counts the rows.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        All typed rows, in the order of the file.
    schema : dict
        What they are typed by.
    """
    kinds = {column["name"]: column["kind"] for column in schema["columns"]}
    for name in schema["features"]:
        if kinds.get(name) == "identifier":
            yield _finding(name, "is different in every row")
        elif kinds.get(name) == "number" and name in X and _counts_rows(X[name].to_numpy(float)):
            yield _finding(name, "counts the rows")


def _counts_rows(values: np.ndarray) -> bool:
    steps = np.diff(values)
    if len(steps) < 20 or not np.isfinite(steps).all():
        return False
    middle = float(np.median(steps))
    return middle != 0 and float(np.mean(steps == middle)) >= COUNTING


def _finding(name: str, what: str) -> Finding:
    words = f'"{name}" {what}, so a model may learn its rows by heart. Leave it out'
    return Finding("IDENTIFIER", words, {"exclude": [name]})
