"""Columns that name rows: a model may learn them by heart, and new rows have others."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, kruskal, rankdata, spearmanr

from tasks.engine.sentinel.finding import Finding

OF_ITS_OWN = 0.5  # of the values, of numbers that name a row each
COUNTING = 0.95  # of the steps from row to row that are the same, of numbers that count the rows
# Whole numbers, each once, that fill a range but for so few gaps, in so many rows at least.
FILLED, FEWEST_ROWS = 0.95, 50
# A number that goes with the target as rarely as this by chance is more than a name.
BY_CHANCE = 0.01
N_BINS = 10


def find_identifiers(
    X: pd.DataFrame, schema: dict[str, Any], y: np.ndarray | None = None
) -> Iterator[Finding]:
    """Yield a finding for each column of the features that names or counts the rows.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        All typed rows, in the order of the file.
    schema : dict
        What they are typed by.
    y : ndarray of shape (n_rows,), optional
        The target: numbers that name rows in no order are told only where they say nothing of it.
    """
    kinds = {column["name"]: column["kind"] for column in schema["columns"]}
    for name in schema["features"]:
        if kinds.get(name) == "identifier":
            yield _finding(name, "is different in every row")
        elif kinds.get(name) == "number" and name in X:
            values = X[name].to_numpy(float)
            if _counts_rows(values):
                yield _finding(name, "counts the rows")
            elif y is not None and _numbers_rows(values) and not _follows(values, y):
                low, high = f"{values.min():,.0f}", f"{values.max():,.0f}"
                yield _finding(name, f"has each number from {low} to {high} once, in no order")


def _counts_rows(values: np.ndarray) -> bool:
    steps = np.diff(values)
    if len(steps) < 20 or not np.isfinite(steps).all():
        return False
    middle = float(np.median(steps))
    if middle == 0 or np.mean(steps == middle) < COUNTING:
        return False
    # Fewer are such as the years of a panel, which begin anew with each of its members.
    return len(np.unique(values)) > OF_ITS_OWN * len(values)


def _numbers_rows(values: np.ndarray) -> bool:
    """Tell whether values are whole numbers, each once, that fill a range nearly without gaps."""
    if len(values) < FEWEST_ROWS or not np.isfinite(values).all():
        return False
    if np.ptp(values) + 1 > len(values) / FILLED or (values != np.floor(values)).any():
        return False
    return len(np.unique(values)) == len(values)


def _follows(values: np.ndarray, y: np.ndarray) -> bool:
    """Tell whether the target goes with values: by their ranks, or bin by bin, as a dose does."""
    bins = ((rankdata(values) - 1) * N_BINS // len(values)).astype(int)
    if y.dtype.kind == "f":
        if np.ptp(y) == 0:
            return False
        by_bin = kruskal(*(y[bins == n] for n in range(N_BINS)))
        return bool(min(spearmanr(values, y).pvalue, by_bin.pvalue) < BY_CHANCE)
    codes, names = pd.factorize(y)
    if len(names) < 2:
        return False
    by_rank = kruskal(*(values[codes == n] for n in range(len(names))))
    by_bin = chi2_contingency(pd.crosstab(bins, codes))
    return bool(min(by_rank.pvalue, by_bin.pvalue) < BY_CHANCE)


def _finding(name: str, what: str) -> Finding:
    words = f'"{name}" {what}, so a model may learn its rows by heart. Leave it out'
    return Finding("IDENTIFIER", words, {"exclude": [name]})
