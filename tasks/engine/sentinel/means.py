"""Columns whose each value is the mean of the target over its rows: they were made of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Target

# Values that stand in several rows, as chance would not have so many of them right.
FEWEST_VALUES = 5
# Rows whose value stands in others, too: of all, and those of them that must be right.
LEAST_SHARE, NEARLY_ALL = 0.5, 0.95
# How far a rounded mean may be off: of numbers by the target's spread.
CLOSE = 0.0051
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


def find_means(columns: Mapping[Any, Sampled], target: Target) -> dict[Mean, list[Any]]:
    """Find columns of means of the target by groups of rows, in which each row has its part.

    Parameters
    ----------
    columns : Mapping of name to Sampled
        The features.
    target : Target
        Of the same rows, all that the means were worked out from.

    Returns
    -------
    dict of Mean to list of names

    Examples
    --------
    >>> y = np.arange(40.0) ** 2
    >>> by_pairs = np.repeat(y.reshape(20, 2).mean(axis=1), 2)
    >>> columns = {"a": Sampled("a", "number", by_pairs, [])}
    >>> list(find_means(columns, Target(np.arange(40), y, None)))
    [Mean(label=None)]
    """
    found: dict[Mean, list[Any]] = {}
    for name, column in columns.items():
        if (mean := _mean(column, target)) is not None:
            found.setdefault(mean, []).append(name)
    return found


def _mean(feature: Sampled, target: Target) -> Mean | None:
    x = feature.values[target.rows]
    if not feature.is_number or not np.isfinite(x).any():
        return None
    known = np.isfinite(x)
    values, codes, counts = np.unique(x[known], return_inverse=True, return_counts=True)
    several = counts > 1
    n_rows = int(counts[several].sum())
    if several.sum() < FEWEST_VALUES or n_rows < LEAST_SHARE * len(x):
        return None
    for label, y, close in _parts(target):
        means = np.bincount(codes, y[known]) / counts
        is_right = several & (np.abs(means - values) <= close)
        if counts[is_right].sum() >= NEARLY_ALL * n_rows:
            return Mean(label)
    return None


def _parts(target: Target) -> Iterator[tuple[str | None, np.ndarray, float]]:
    """Yield what there may be a mean of, and how close it must be."""
    if target.classes is None:
        y = target.values.astype(float)
        with np.errstate(all="ignore"):  # of vast numbers
            yield None, y, CLOSE * float(np.std(y))
        return
    for code, label in enumerate(target.classes[:MOST_CLASSES]):
        yield label, (target.values == code).astype(float), CLOSE
