"""Columns whose each value is the mean of the target over its rows: they were made of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.engine.profile.strengths import Target

# Values that stand in several rows, as chance would not have so many of them right.
FEWEST_VALUES = 5
# Rows whose value stands in others, too: of all, and those of them that must be right.
LEAST_SHARE, NEARLY_ALL = 0.5, 0.95
# How far a rounded mean may be off: of numbers by the spread of all but the most extreme, as one
# odd row would make any column right; and how far means of groups must differ beside that.
CLOSE, WITHIN = 0.0051, 20.0
EXTREME = 0.05  # a share of the rows at either end
ROWS_AT_MOST = 50_000  # beyond, a part of the values is looked at, each with all of its rows
MOST_CLASSES = 20


@dataclass(frozen=True)
class Mean:
    """What the values are means of: the target, or how often a class is among the rows."""

    label: str | None = None

    def words(self, columns: Sequence[str], target_name: str) -> str:
        """Return what is told of such a column."""
        what = f'mean of "{target_name}"'
        if self.label is not None:
            what = f'share of "{self.label}" in "{target_name}"'
        names = " and ".join(f'"{name}"' for name in columns)
        return (
            f"Each value of {names} is the {what} over the rows that have it, so it was "
            "worked out from what is to be predicted. Leave it out"
        )


def find_means(columns: Mapping[Any, np.ndarray], target: Target) -> dict[Mean, list[Any]]:
    """Find columns of means of the target by groups of rows, in which each row has its part.

    Parameters
    ----------
    columns : Mapping of name to ndarray of shape (n_rows,)
        The features that are numbers.
    target : Target
        Of the same rows, all that the means were worked out from.

    Returns
    -------
    dict of Mean to list of names

    Examples
    --------
    >>> y = np.arange(40.0) ** 2
    >>> by_pairs = np.repeat(y.reshape(20, 2).mean(axis=1), 2)
    >>> list(find_means({"a": by_pairs}, Target(np.arange(40), y, None)))
    [Mean(label=None)]
    """
    parts, found = list(_parts(target)), dict[Mean, list[Any]]()
    for name, values in columns.items():
        if (mean := _mean(values[target.rows], parts)) is not None:
            found.setdefault(mean, []).append(name)
    return found


def _mean(x: np.ndarray, parts: Sequence[tuple[str | None, np.ndarray, float]]) -> Mean | None:
    seen = np.flatnonzero(_whole_groups(x))
    values, codes, counts = np.unique(x[seen], return_inverse=True, return_counts=True)
    several = counts > 1
    n_rows = int(counts[several].sum())
    if several.sum() < FEWEST_VALUES or n_rows < LEAST_SHARE * len(seen):
        return None
    for label, y, close in parts:
        means = np.bincount(codes, y[seen]) / counts
        apart = np.sqrt(np.cov(means[several], aweights=counts[several]))
        is_right = several & (np.abs(means - values) <= min(close, apart / WITHIN))
        if counts[is_right].sum() >= NEARLY_ALL * n_rows:
            return Mean(label)
    return None


def _whole_groups(x: np.ndarray) -> np.ndarray:
    """Tell which rows are looked at: of many those of some values, by a hash of these."""
    known: np.ndarray = np.isfinite(x)
    parts = -(-len(x) // ROWS_AT_MOST)
    if parts == 1:
        return known
    bits = np.ascontiguousarray(x, dtype=np.float64).view(np.uint64)
    with np.errstate(over="ignore"):
        hashes = (bits * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)  # Fibonacci hashing
    seen: np.ndarray = known & (hashes % np.uint64(parts) == 0)
    return seen


def _parts(target: Target) -> Iterator[tuple[str | None, np.ndarray, float]]:
    """Yield what there may be a mean of, and how close it must be."""
    if target.classes is None:
        y = target.values.astype(float)
        usual = np.clip(y, *np.quantile(y, [EXTREME, 1 - EXTREME]))
        with np.errstate(all="ignore"):  # of vast numbers
            yield None, y, CLOSE * float(np.std(usual) or np.std(y))
        return
    for code, label in enumerate(target.classes[:MOST_CLASSES]):
        yield label, (target.values == code).astype(float), CLOSE
