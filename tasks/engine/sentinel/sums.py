"""Columns that add up to the target, such as the parts of a total: each alone looks innocent."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.profile.leaks import LEAST
from tasks.engine.profile.strengths import Target

FEWEST_ROWS, MOST_COLUMNS, TRIED, MOST_PARTS = 15, 300, 10, 3
# Few rows agree in a sum by chance, but not as exactly as this.
ENOUGH_ROWS, EXACT = 30, 0.9999
# R2 alone may be carried by a few extreme rows, such as placeholders. So many rows are off by less
# than this share of the width of the target's middle half; measures that honestly go together,
# such as a radius, a perimeter and a shape, are off by more.
NEARLY_ALL, CLOSE = 0.95, 0.02
# Squares of greater numbers are beyond what can be held.
LARGEST = 1e150
# Columns that go together as closely as this are the same. Less may matter: how long something
# took is the difference of two dates that go together at 0.99999.
SAME = 1 - 1e-9


@dataclass(frozen=True)
class Sum:
    """Columns of X that add up to the target, each with a factor, and how exactly (R2)."""

    parts: Sequence[Any]
    score: float

    def words(self, columns: Sequence[str], target_name: str) -> str:
        """Return what is told, by the names of the table's columns."""
        *first, last = (f'"{name}"' for name in columns)
        names = f"{', '.join(first)} and {last}" if first else last
        return (
            f'{names} together add up to "{target_name}" almost exactly '
            f"(R2 {self.score:.3f}). If they are known only afterwards, leave them out"
        )


def find_sum(X: pd.DataFrame, target: Target) -> Sum | None:
    """Find two or three columns of numbers that add up to the target, each with a factor.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        Typed rows, without columns that alone tell the target.
    target : Target
        Of the same rows; of classes nothing is found unless there are two.
    """
    if target.classes is not None and len(target.classes) > 2:
        return None
    numbers = X.select_dtypes("number")
    values, y = numbers.to_numpy(float)[target.rows], target.values.astype(float)
    if len(y) < FEWEST_ROWS:
        return None
    columns, (goal,) = _standardize(values), _standardize(y[:, None]).T
    if not goal.any():
        return None
    with_y = columns.T @ goal / len(y)
    best = np.argsort(-np.abs(with_y))[:MOST_COLUMNS]
    for pair in _pairs(columns[:, best], with_y[best]):
        chosen = [int(best[n]) for n in pair]
        least = LEAST["R2"] if len(y) >= ENOUGH_ROWS else EXACT
        while (score := _score(values[:, chosen], y)) < least and len(chosen) < MOST_PARTS:
            chosen.append(_next(columns, goal, chosen))
        if score >= least:
            return Sum([numbers.columns[n] for n in chosen], score)
    return None


def _standardize(values: np.ndarray) -> np.ndarray:
    """Bring columns to mean 0 and deviation 1; 0 where one is missing, vast or always the same."""
    known = np.where(np.isfinite(values) & (np.abs(values) < LARGEST), values, np.nan)
    with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # of columns without any value
        scaled = (known - np.nanmean(known, axis=0)) / np.nanstd(known, axis=0)
    return np.where(np.isfinite(scaled), scaled, 0.0)


def _pairs(columns: np.ndarray, with_y: np.ndarray) -> np.ndarray:
    """Return the pairs that tell most of the target by a straight sum, the best first."""
    alike = columns.T @ columns / len(columns)
    left = np.where(np.abs(alike) < SAME, 1 - alike**2, np.inf)
    squares = with_y**2
    told = (squares[:, None] + squares - 2 * np.outer(with_y, with_y) * alike) / left
    rows, others = np.triu_indices(len(with_y), 1)
    order = np.argsort(-told[rows, others])[:TRIED]
    return np.column_stack([rows, others])[order]


def _next(columns: np.ndarray, goal: np.ndarray, chosen: Sequence[int]) -> int:
    """Return the column that tells most of what a sum of the chosen ones leaves untold."""
    inside = columns[:, chosen]
    left = goal - inside @ np.linalg.lstsq(inside, goal, rcond=None)[0]
    marks = np.abs(columns.T @ left)
    marks[list(chosen)] = -1
    return int(marks.argmax())


def _score(values: np.ndarray, y: np.ndarray) -> float:
    """Return R2 of the sum over the rows with all its parts; 0 where these are few or far off."""
    known = np.isfinite(values).all(axis=1)
    y = y[known]
    if len(y) < max(FEWEST_ROWS, len(known) / 2) or np.ptp(y) == 0:
        return 0.0
    inside = np.column_stack([_standardize(values[known]), np.ones(len(y))])
    (goal,) = _standardize(y[:, None]).T
    left = goal - inside @ np.linalg.lstsq(inside, goal, rcond=None)[0]
    off = np.quantile(np.abs(left), NEARLY_ALL) * np.std(y)
    return float(1 - left @ left / len(y)) if off < CLOSE * _width(y) else 0.0


def _width(y: np.ndarray) -> float:
    """Return how far apart the quarters of a target are, or its two classes."""
    low, high = np.quantile(y, [0, 1] if len(np.unique(y)) == 2 else [0.25, 0.75])
    return float(high - low)
