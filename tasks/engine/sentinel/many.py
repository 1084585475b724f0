"""Which of many columns may tell a target well, found for all of them at once.

Measured one by one, the thousands of columns of a wide table take longer than a fit.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from tasks.engine.profile.leak_screen import CELLS_AT_ONCE, may_leak, mean_ranks
from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Target

SLACK = 1e-6  # for sums that are added up in another order


def may_tell(features: Sequence[Sampled], target: Target, least: float) -> np.ndarray:
    """Tell which columns may be so strong by any measure of `leaks`; none that is is left out.

    Parameters
    ----------
    features : sequence of Sampled
        The columns, with as many rows each.
    target : Target
        What is to be told.
    least : float
        The strength, from 0 to 1.
    """
    asked = {"AUC": least, "R2": least}
    found = may_leak(features, target, asked)
    if target.classes is None:
        ranks = np.argsort(np.argsort(target.values, kind="stable")).astype(float)
        found |= may_leak(features, Target(target.rows, ranks, None), asked)
    if target.classes is None or len(target.classes) == 2:
        tell = _bounds if target.classes else _beside
        for at, values in _blocks(features, target):
            found[at] |= ~(tell(values, target) < least - SLACK)
    return found


def _blocks(
    features: Sequence[Sampled], target: Target
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield places of columns of numbers, and their values in the target's rows, in parts."""
    size = max(1, CELLS_AT_ONCE // max(len(target.rows), 1))
    at = np.array([n for n, feature in enumerate(features) if feature.is_number], int)
    for begin in range(0, len(at), size):
        some = at[begin : begin + size]
        yield some, np.stack([features[n].values[target.rows] for n in some])


def _bounds(values: np.ndarray, target: Target) -> np.ndarray:
    """Return how well one bound tells two classes; NaN, which may be anything, is not worked out.

    Of columns with a missing number a bound is not measured.
    """
    is_one = target.values > 0
    n = int(is_one.sum())
    below = mean_ranks(values)[:, is_one].sum(axis=1) - n * (n + 1) / 2
    score = below / max(n * (len(is_one) - n), 1)
    strength = np.abs(2 * score - 1)
    return np.where(np.isfinite(values).all(axis=1), strength, 0.0)


def _beside(values: np.ndarray, target: Target) -> np.ndarray:
    """Return how well rows beside a row, in the order of a column, tell its target, as R2.

    NaN of columns with a missing number: these are measured one by one.
    """
    mixed = np.random.default_rng(0).permutation(len(target.rows))
    order = np.argsort(values[:, mixed], axis=1, kind="stable")
    y = target.values.astype(float)[mixed][order]
    with np.errstate(all="ignore"):  # of vast numbers
        left = ((y[:, 2:-2] - guess_beside(y)) ** 2).sum(axis=1)
        told = y[:, 2:-2]
        score = 1 - left / ((told - told.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    return np.where(np.isfinite(values).all(axis=1), score, np.nan)


def guess_beside(y: np.ndarray) -> np.ndarray:
    """Guess each target, without the two at either end, from the two before and behind it.

    Parameters
    ----------
    y : ndarray of shape (..., n_rows)
        Targets in the order of a column.

    Returns
    -------
    ndarray of shape (..., n_rows - 4)
    """
    return np.asarray((y[..., :-4] + y[..., 1:-3] + y[..., 3:-1] + y[..., 4:]) / 4)


def squared_lines(features: Sequence[Sampled], target: Target, fewest: int) -> np.ndarray:
    """Return R2 of a straight line of each column; 0 of what is no number.

    Parameters
    ----------
    features : sequence of Sampled
        The columns.
    target : Target
        Numbers.
    fewest : int
        Rows that must have a number, and no fewer than half of all; else it is 0.

    Returns
    -------
    ndarray of shape (n_features,)
    """
    found = np.zeros(len(features))
    for at, values in _blocks(features, target):
        known = np.isfinite(values)
        n = known.sum(axis=1, keepdims=True)
        with np.errstate(all="ignore"):  # of vast numbers, or of numbers that are all the same
            x = _centred(values, known, n)
            y = _centred(np.broadcast_to(target.values.astype(float), values.shape), known, n)
            score = (x * y).sum(axis=1) ** 2 / ((x**2).sum(axis=1) * (y**2).sum(axis=1))
        is_told = np.isfinite(score) & (n[:, 0] >= max(fewest, len(target.rows) / 2))
        found[at] = np.where(is_told, score, 0.0)
    return found


def _centred(values: np.ndarray, known: np.ndarray, n: np.ndarray) -> np.ndarray:
    kept = np.where(known, values, 0.0)
    return np.where(known, kept - kept.sum(axis=1, keepdims=True) / n, 0.0)
