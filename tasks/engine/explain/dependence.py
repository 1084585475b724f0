"""Partial dependence: what a model predicts on average where one column has this or that value."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.scores.evaluation import Predicted

ROWS, FEWEST_ROWS = 200, 20
CELLS = 2_000_000
POINTS = 20
CATEGORIES = 12
CLASSES = 4


def depend(
    ask: Callable[[pd.DataFrame], Predicted],
    X: pd.DataFrame,
    name: str,
    classes: Sequence[Any] | None,
    *,
    seed: int,
    positive: Any = None,
) -> dict[str, Any] | None:
    """Return how predictions depend on one column.

    Parameters
    ----------
    ask : callable
        Predicts rows.
    X : DataFrame of shape (n_samples, n_features)
        The typed table. A sample of its rows is asked about, each with every value.
    name : str
        A column of numbers, booleans or categories.
    classes : sequence or None
        The classes in the order of the probabilities; None for regression.
    seed : int
        For the sample.
    positive : object, optional
        The positive class of two.

    Returns
    -------
    dict or None
        ``kind``; ``values`` and, for categories, ``counts``; for numbers the ``deciles`` of the
        column; ``lines``: for each class (the positive one of two; the most frequent of many), or
        for the number, the ``mean`` over rows and what a tenth of rows lies below (``low``) and
        above (``high``). None where the column has one value only.
    """
    grid = _grid(X[name])
    if len(grid["values"]) < 2:
        return None
    values = grid["values"]
    most = min(ROWS, max(FEWEST_ROWS, CELLS // (len(values) * X.shape[1])))
    some = X.iloc[_some(len(X), most, seed)]
    tall = some.iloc[np.tile(np.arange(len(some)), len(values))].reset_index(drop=True)
    typed = np.array(values, dtype=object if grid["kind"] == "category" else np.float64)
    tall[name] = np.repeat(typed, len(some))
    answer = ask(tall)
    lines = []
    for label, said in _said(answer, classes, positive):
        by_value = said.reshape(len(values), len(some))
        low, high = np.quantile(by_value, [0.1, 0.9], axis=1)
        lines.append(
            {
                "class": label,
                "mean": by_value.mean(axis=1).tolist(),
                "low": low.tolist(),
                "high": high.tolist(),
            }
        )
    return {"name": name, **grid, "rows": len(some), "lines": lines}


def _some(n: int, most: int, seed: int) -> np.ndarray:
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.RandomState(seed).choice(n, most, replace=False))


def _grid(cells: "pd.Series[Any]") -> dict[str, Any]:
    present = cells.dropna()
    if cells.dtype.kind == "O":
        counts = present.value_counts()[:CATEGORIES]
        names = [str(value) for value in counts.index]
        return {"kind": "category", "values": names, "counts": [int(n) for n in counts]}
    numbers = present.to_numpy(np.float64)
    if not len(numbers):
        return {"kind": "number", "values": []}
    different = np.unique(numbers)
    if len(different) > POINTS:  # the outermost hundredths are few rows, and far away
        different = np.unique(np.quantile(numbers, np.linspace(0.01, 0.99, POINTS)))
    deciles = np.quantile(numbers, np.linspace(0.1, 0.9, 9)).tolist()
    return {"kind": "number", "values": different.tolist(), "deciles": deciles}


def _said(
    answer: Predicted, classes: Sequence[Any] | None, positive: Any
) -> list[tuple[str, np.ndarray]]:
    """Return what is averaged: numbers, probabilities, or whether rows are given a class."""
    if classes is None:
        return [("", np.asarray(answer.labels, dtype=np.float64))]
    named = [(n, str(name)) for n, name in enumerate(classes)]
    if len(classes) == 2:
        asked = [(n, name) for n, name in named if classes[n] == positive] or named[1:]
    else:
        sizes = {name: int(np.sum(answer.labels == name)) for name in classes}
        asked = sorted(named, key=lambda item: -sizes[classes[item[0]]])[:CLASSES]
    if answer.probabilities is not None:
        return [(name, answer.probabilities[:, n]) for n, name in asked]
    return [(name, (answer.labels == classes[n]).astype(np.float64)) for n, name in asked]
