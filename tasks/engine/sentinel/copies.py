"""Rows that stand more than once, so that a model is tested on what it was trained on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tasks.engine.folds.row_copies import row_bits
from tasks.engine.folds.splitting import Split
from tasks.engine.sentinel.finding import Finding

LEAST_SHARE, LEAST_ROWS = 0.01, 5
# Rows of few and coarse columns are alike by chance: that many times more copies are none.
BY_CHANCE = 5.0
ROWS_AT_MOST = 200_000


def find_copies(
    X: pd.DataFrame, y: np.ndarray, splits: Sequence[Split], seed: int
) -> Finding | None:
    """Return a finding when test rows have copies among their training rows.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        All typed rows.
    y : ndarray of shape (n_rows,)
        The target: a copy has the same.
    splits : sequence of (ndarray, ndarray)
        Training and test rows of each fold.
    seed : int
        For the comparison with chance.
    """
    if len(y) > ROWS_AT_MOST:
        return None
    bits = row_bits(X, y)
    known, sizes = np.unique(bits, return_counts=True)
    n_copies = len(bits) - len(known)
    if n_copies < max(LEAST_ROWS, LEAST_SHARE * len(bits) / 2):
        return None
    n_tested = sum(len(test) for _train, test in splits)
    met = sum(int(np.isin(bits[test], bits[train]).sum()) for train, test in splits)
    if met < max(LEAST_ROWS, LEAST_SHARE * n_tested) or _is_chance(X, y, n_copies, seed):
        return None
    return Finding(
        "COPIES_ACROSS_FOLDS",
        f"{met:,} of {n_tested:,} test rows ({100 * met / n_tested:.1f}%) have an exact copy "
        "among the rows that their model was trained on, so the score is too good. Train on one "
        "of each",
        {"validation": {"drop_copies": True}},
    )


def _is_chance(X: pd.DataFrame, y: np.ndarray, n_copies: int, seed: int) -> bool:
    """Tell whether rows whose columns are shuffled, each for itself, have as many copies."""
    rng = np.random.default_rng(seed)
    shuffled = pd.DataFrame({n: rng.permutation(X.iloc[:, n]) for n in range(X.shape[1])})
    bits = row_bits(shuffled, rng.permutation(y))
    return (len(bits) - len(np.unique(bits))) * BY_CHANCE > n_copies
