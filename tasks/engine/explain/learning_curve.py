"""Would more data help? Scores of models that learned from a part of each fold's training rows.

The test rows stay the same, and each larger part holds the smaller ones, so that only the number
of rows differs from point to point.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tasks.engine.estimators.catalogue import find_metric
from tasks.engine.explain.explaining import MOST_FOLDS
from tasks.engine.explain.fold_models import Folds
from tasks.engine.scores.paired import compare_paired

SHARES = (0.1, 0.25, 0.5, 0.75)
FEWEST_ROWS = 10
Report = Callable[[float, str], None]
Scores = dict[int, float]


def learn_by_size(
    folds: Folds,
    known: Mapping[int, float | None],
    report: Report,
    *,
    fit_s: float,
    limit_s: float,
) -> dict[str, Any]:
    """Score models that learned from parts of the rows.

    Parameters
    ----------
    folds : Folds
        The job's rows and folds.
    known : Mapping of int to float
        The main metric by fold, with all training rows.
    report : callable
        Told how far it is, and in words.
    fit_s : float
        How long a fold took to fit with all rows.
    limit_s : float
        How long all may take; no fit is begun that would end later.

    Returns
    -------
    dict
        ``metric``; ``points``: from the fewest rows to all, each with ``share``, ``rows`` (on
        average over folds), ``mean``, ``std`` (ddof 1) and ``folds``; ``gain`` from half of the
        rows to all; ``whole``: whether there was time for all of it.
    """
    deadline = time.perf_counter() + limit_s
    asked = [fold for fold in sorted(known) if known[fold] is not None][:MOST_FOLDS]
    points, whole, done = [], True, 0
    by_share: dict[float, Scores] = {}
    for share in SHARES:
        scores: Scores = {}
        for fold in asked:
            if time.perf_counter() + share * fit_s > deadline:
                whole = False
                break
            report(done / (len(SHARES) * len(asked)), f"Learning from {share:.0%} of the rows")
            value = _score(folds, fold, share)
            done += 1
            if value is not None:
                scores[fold] = value
        if scores:
            by_share[share] = scores
            points.append(_point(folds, share, scores))
    everything = {fold: float(known[fold] or 0.0) for fold in asked}
    if everything:
        by_share[1.0] = everything
        points.append(_point(folds, 1.0, everything))
    return {
        "metric": folds.spec.metric,
        "points": points,
        "gain": _gain(folds, by_share.get(0.5), everything),
        "whole": whole,
    }


def rows_of(folds: Folds, fold: int, share: float) -> np.ndarray:
    """Return a part of a fold's training rows: at random, each class with its share."""
    rows = folds.data.splits[fold - 1][0]
    mixed = np.random.RandomState(folds.spec.seed).permutation(rows)
    order = np.arange(len(mixed))
    if folds.data.classes is not None:
        # The k-th of a class's n rows comes at k/n of the way, so every part has all classes.
        _names, codes = np.unique(folds.data.y[mixed], return_inverse=True)
        at = np.empty(len(mixed))
        for code in range(codes.max() + 1):
            mine = np.flatnonzero(codes == code)
            at[mine] = np.arange(len(mine)) / len(mine)
        order = np.argsort(at, kind="stable")
    return np.sort(mixed[order[: max(1, round(share * len(rows)))]])


def _score(folds: Folds, fold: int, share: float) -> float | None:
    rows = rows_of(folds, fold, share)
    y = folds.data.y[rows]
    if len(rows) < FEWEST_ROWS or (folds.data.classes is not None and len(set(y.tolist())) < 2):
        return None
    try:
        model = folds.fit(fold, rows)
    except ValueError:  # too few rows for what was chosen, such as more neighbours than rows
        return None
    return folds.rate(model.y, model.predicted).get(folds.spec.metric)


def _point(folds: Folds, share: float, scores: Scores) -> dict[str, Any]:
    values = list(scores.values())
    sizes = [round(share * len(folds.data.splits[fold - 1][0])) for fold in scores]
    return {
        "share": share,
        "rows": round(float(np.mean(sizes))),
        "mean": float(np.mean(values)),
        "std": float(np.std(values, ddof=1)) if len(values) > 1 else None,
        "folds": len(values),
    }


def _gain(folds: Folds, half: Scores | None, whole: Scores) -> dict[str, Any] | None:
    """Return how much better all rows are than half of them, with its 95% interval."""
    metric = find_metric(folds.spec.task, folds.spec.metric)
    both = [fold for fold in whole if half and fold in half]
    if half is None or metric is None or len(both) < 2:
        return None
    sign = 1 if metric.greater_is_better else -1
    train, test = folds.data.splits[both[0] - 1]
    gain = compare_paired(
        [sign * (whole[fold] - half[fold]) for fold in both], test_to_train=len(test) / len(train)
    )
    return {"mean": gain.mean, "low": gain.low, "high": gain.high, "folds": gain.folds}
