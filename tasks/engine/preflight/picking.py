"""A few rows of a fold, with some of each class."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tasks.engine.folds.splitting import Split
from tasks.engine.prepared import Prepared

LEAST_OF_A_CLASS = 5


def pick_rows(rows: np.ndarray, y: np.ndarray, n: int, task: str, seed: int) -> np.ndarray:
    """Draw about `n` of some rows; of each class at least five, or all that there are.

    Parameters
    ----------
    rows : ndarray of int
        The rows to choose from.
    y : ndarray of shape (n_samples,)
        The target of all rows.
    n : int
        How many; more where there are many classes.
    task : {"classification", "regression"}
        What the target is.
    seed : int
        For the draw.

    Returns
    -------
    ndarray of int
        Sorted.
    """
    if len(rows) <= n:
        return np.sort(rows)
    drawn = np.random.default_rng(seed).permutation(rows)
    if task == "regression":
        return np.sort(drawn[:n])
    codes = pd.Series(pd.factorize(y[drawn])[0])
    is_first = (codes.groupby(codes).cumcount() < LEAST_OF_A_CLASS).to_numpy()
    order = np.argsort(~is_first, kind="stable")
    return np.sort(drawn[order[: max(n, int(is_first.sum()))]])


def cut_fold(data: Prepared, split: Split, n: int, task: str, seed: int) -> Prepared:
    """Return a small table whose only fold is cut from another's.

    About `n` training rows and half as many test rows.
    """
    train = pick_rows(split[0], data.y, n, task, seed)
    test = pick_rows(split[1], data.y, n // 2, task, seed)
    both = np.concatenate([train, test])
    places = np.arange(len(both))
    return replace(
        data,
        X=data.X.iloc[both].reset_index(drop=True),
        y=data.y[both],
        rows=data.rows[both],
        splits=[(places[: len(train)], places[len(train) :])],
    )
