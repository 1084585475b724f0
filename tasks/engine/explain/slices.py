"""Where a model errs: its error in parts of the rows, by each column.

From out-of-fold predictions: no row is predicted by a model that saw it. The error is the share of
rows that got the wrong class, or how far numbers are off on average. The intervals of all parts of
one column hold together in 95 of 100 cases (Bonferroni).
"""

from collections.abc import Callable, Iterator, Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

MOST_COLUMNS = 300
FEWEST_ROWS = 30
BINS = 5
CATEGORIES = 12
MISSING, OTHERS = "(missing)", "(others)"


def row_errors(out_of_fold: pd.DataFrame, task: str) -> "pd.Series[float]":
    """Return each row's error by its number in the table: the mean of its folds' where several."""
    if task == "classification":
        error = (out_of_fold["actual"] != out_of_fold["prediction"]).astype(np.float64)
    else:
        error = (out_of_fold["actual"] - out_of_fold["prediction"]).abs()
    return error.groupby(out_of_fold["row"]).mean()


def slice_errors(
    columns: Mapping[str, Callable[[], "pd.Series[Any]"]], errors: np.ndarray, task: str
) -> dict[str, Any]:
    """Return the error in the parts of each column.

    Parameters
    ----------
    columns : Mapping of str to callable
        Each gives the typed cells of a column for the rows of `errors`.
    errors : ndarray of shape (n_rows,)
        What `row_errors` gave.
    task : {"classification", "regression"}
        Says what the error is.

    Returns
    -------
    dict
        ``error`` of all rows, ``measure``, ``n``, ``left_out``: how many columns were; and
        ``columns``: those in which a part is worse by most first, each with ``name``, ``differs``
        (by how much beyond chance, with all parts of all columns counted) and its ``parts``, the
        worst first: ``label``, ``n``, ``error``, ``difference`` to all rows with ``low`` and
        ``high``, and ``verdict``: worse, better, tied, or few where too few rows can tell.
    """
    found: list[dict[str, Any]] = []
    for name, cells in list(columns.items())[:MOST_COLUMNS]:
        parts = _parts(cells(), errors)
        if len(parts) > 1:
            found.append({"name": name, "differs": None, "parts": parts})
    total = sum(len(column["parts"]) for column in found)
    for column in found:
        column["differs"] = _most(column["parts"], total)
    return {
        "measure": "wrong" if task == "classification" else "absolute_error",
        "error": float(errors.mean()),
        "n": len(errors),
        "columns": sorted(found, key=lambda c: (c["differs"] is None, -(c["differs"] or 0))),
        "left_out": max(0, len(columns) - MOST_COLUMNS),
    }


def _parts(cells: "pd.Series[Any]", errors: np.ndarray) -> list[dict[str, Any]]:
    groups = [(label, inside) for label, inside in _groups(cells) if inside.any()]
    z = _reach(len(groups))
    made = [_part(label, errors, inside, z) for label, inside in groups]
    # Those that are too small to tell come last.
    return sorted(made, key=lambda part: (part["verdict"] == "few", -part["difference"]))


def _part(label: str, errors: np.ndarray, inside: np.ndarray, z: float) -> dict[str, Any]:
    mine, others = errors[inside], errors[~inside]
    difference = float(mine.mean() - errors.mean())
    part = {"label": label, "n": len(mine), "error": float(mine.mean()), "difference": difference}
    if min(len(mine), len(others)) < FEWEST_ROWS:
        return part | {"low": None, "high": None, "verdict": "few"}
    # All rows are these and the others, so the difference to all is a share of that to the others.
    share = len(others) / len(errors)
    half = z * share * float(np.sqrt(_variance(mine) + _variance(others)))
    low, high = difference - half, difference + half
    verdict = "worse" if low > 0 else "better" if high < 0 else "tied"
    return part | {"low": low, "high": high, "verdict": verdict}


def _variance(errors: np.ndarray) -> float:
    """Return the variance of a mean; one error more and one less, so that none is certain."""
    n = len(errors)
    if set(np.unique(errors).tolist()) <= {0.0, 1.0}:
        share = (errors.sum() + 1) / (n + 2)
        return float(share * (1 - share) / n)
    return float(errors.var(ddof=1) / n)


def _most(parts: list[dict[str, Any]], total: int) -> float | None:
    """Return how far a part is worse than all rows, beyond chance; below 0 where none is.

    Chance has as many tries as there are parts of all columns, so its reach is longer here.
    """
    longer = _reach(total) / _reach(len(parts))
    known = [part for part in parts if part["low"] is not None]
    lows = [part["difference"] - longer * (part["difference"] - part["low"]) for part in known]
    return max(lows, default=None)


def _reach(tries: int) -> float:
    """Return how many standard deviations chance goes, at most, in 95 of 100 cases."""
    return NormalDist().inv_cdf(1 - 0.025 / max(1, tries))


def _groups(cells: "pd.Series[Any]") -> Iterator[tuple[str, np.ndarray]]:
    absent = cells.isna().to_numpy()
    if cells.dtype.kind == "O":
        yield from _categories(cells, absent)
    elif cells.dtype.kind == "M":
        yield from _bins(cells.to_numpy(), absent, lambda value: str(pd.Timestamp(value).date()))
    else:
        yield from _bins(cells.to_numpy(np.float64), absent, lambda value: f"{value:.6g}")
    yield MISSING, absent


def _categories(cells: "pd.Series[Any]", absent: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    counts = cells[~absent].value_counts()
    named = list(counts.index[:CATEGORIES])
    for value in named:
        yield str(value), (cells == value).to_numpy()
    yield OTHERS, ~absent & ~cells.isin(named).to_numpy()


def _bins(
    values: np.ndarray, absent: np.ndarray, show: Callable[[Any], str]
) -> Iterator[tuple[str, np.ndarray]]:
    """Give parts of like size; equal values stay together, and few values are one part each."""
    present = values[~absent]
    different = np.unique(present)
    if len(different) <= BINS:
        for value in different:
            yield show(value), values == value
        return
    ends = np.quantile(present, np.linspace(0, 1, BINS + 1)[1:-1], method="lower")
    place = np.where(absent, -1, np.searchsorted(np.unique(ends), values, side="left"))
    for n in range(len(np.unique(ends)) + 1):
        inside = place == n
        if inside.any():
            low, high = values[inside].min(), values[inside].max()
            yield (show(low) if low == high else f"{show(low)} to {show(high)}"), inside
