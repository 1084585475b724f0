"""Which columns are looked at first, where there is no time for all: those that tell most alone.

Nothing is learned from it, so that it sees test rows changes no score.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

SAMPLE = 2000
CLASSES = 10


def order_columns(
    columns: Mapping[str, Sequence[str]], X: pd.DataFrame, y: np.ndarray, task: str, seed: int
) -> dict[str, Sequence[str]]:
    """Return the columns with those first that relate most to the target, by themselves.

    Parameters
    ----------
    columns : Mapping of str to sequence of str
        What `columns_of` gave.
    X : DataFrame of shape (n_samples, n_features)
        The typed table.
    y : ndarray of shape (n_samples,)
        The target.
    task : {"classification", "regression"}
        The task.
    seed : int
        For the sample of rows.
    """
    if len(X) > SAMPLE:
        some = np.sort(np.random.RandomState(seed).choice(len(X), SAMPLE, replace=False))
        X, y = X.iloc[some], y[some]
    targets = _targets(y, task)
    numeric = [name for name, dtype in X.dtypes.items() if dtype.kind != "O"]
    told = dict(zip(numeric, _linear(X[numeric].to_numpy(np.float64), targets), strict=True))
    for name in X.columns:
        if name not in told:
            told[name] = _by_group(X[name], targets)
    best = {whole: max(told[part] for part in parts) for whole, parts in columns.items()}
    return {whole: columns[whole] for whole in sorted(columns, key=lambda name: -best[name])}


def _targets(y: np.ndarray, task: str) -> np.ndarray:
    """Return columns of mean 0 and length 1: the target, or whether it is each frequent class."""
    if task == "regression":
        found = y.astype(np.float64)[:, None]
    else:
        names, counts = np.unique(y, return_counts=True)
        frequent = names[np.argsort(-counts, kind="stable")][:CLASSES]
        found = np.stack([(y == name).astype(np.float64) for name in frequent], axis=1)
    return _normed(found)


def _normed(values: np.ndarray) -> np.ndarray:
    values = values - values.mean(axis=0)
    length = np.sqrt((values**2).sum(axis=0))
    return np.asarray(values / np.where(length > 0, length, 1.0))


def _linear(values: np.ndarray, targets: np.ndarray) -> list[float]:
    """Return the squared correlation of each column with the target that it tells most of."""
    absent = np.isnan(values)
    if absent.any():
        with np.errstate(invalid="ignore"):
            means = np.where(absent.all(axis=0), 0.0, np.nansum(values, axis=0)) / np.maximum(
                1, (~absent).sum(axis=0)
            )
        values = np.where(absent, means, values)
    found = (_normed(values).T @ targets) ** 2
    return [float(most) for most in found.max(axis=1)] if found.size else []


def _by_group(cells: "pd.Series[Any]", targets: np.ndarray) -> float:
    """Return how much of the target's variance lies between categories, many being no merit."""
    codes, names = pd.factorize(cells, use_na_sentinel=False)
    n, k = len(codes), len(names)
    if k >= n - 1 or k < 2:
        return 1.0 if k >= n - 1 else 0.0  # texts: each is another, so this cannot tell
    sizes = np.bincount(codes, minlength=k)
    sums = np.stack([np.bincount(codes, t, minlength=k) for t in targets.T], axis=1)
    between = (sums**2 / sizes[:, None]).sum(axis=0)
    return float((1 - (1 - between) * (n - 1) / (n - k)).max())
