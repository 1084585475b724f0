"""The metrics of one fold's rows under many weightings at once, for resampling.

A row that was drawn three times weighs 3. Each function takes weights of shape (n_draws, n_rows)
and gives one value for each draw; with all weights 1 they are the values of `metrics`. Two are not
here: of a largest error draws say nothing, and a calibration error grows by drawing rows anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tasks.engine.scores.label_counts import over, score_counts
from tasks.engine.scores.metrics import QUANTILES

Weigh = Callable[[np.ndarray], dict[str, np.ndarray]]
EPS = np.finfo(float).eps


@dataclass(frozen=True)
class Rows:
    """Rows of one fold: classes as numbers, ranks and probabilities as `metrics` takes them."""

    y: np.ndarray
    labels: np.ndarray
    ranks: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    n_classes: int = 0
    positive: int | None = None


def weigh_numbers(rows: Rows) -> Weigh:
    """Return what scores predicted numbers."""
    error = rows.labels - rows.y
    centred = rows.y - rows.y.mean()
    means = {
        "mae": np.abs(error),
        **{f"pinball_{round(100 * q)}": np.where(error <= 0, -q * error, (1 - q) * error)
           for q in QUANTILES},
    }  # fmt: skip
    if (rows.y != 0).all():
        means["mape"] = np.abs(error) / np.maximum(np.abs(rows.y), EPS)
    table = np.column_stack([*means.values(), error**2, centred, centred**2])
    order = np.argsort(np.abs(error))
    ordered = np.abs(error)[order]

    def weigh(weights: np.ndarray) -> dict[str, np.ndarray]:
        total = weights.sum(axis=1)
        found = weights @ table / total[:, None]
        squared, mean, square = found[:, -3], found[:, -2], found[:, -1]
        return {
            **dict(zip(means, found.T, strict=False)),
            "rmse": np.sqrt(squared),
            "r2": 1 - squared / (square - mean**2),
            "median_ae": _median(weights[:, order], ordered, total),
        }

    return weigh


def _median(weights: np.ndarray, ordered: np.ndarray, total: np.ndarray) -> np.ndarray:
    so_far, half = np.cumsum(weights, axis=1), total[:, None] / 2
    low, high = (so_far >= half).argmax(axis=1), (so_far > half).argmax(axis=1)
    middle: np.ndarray = (ordered[low] + ordered[high]) / 2
    return middle


def weigh_classes(rows: Rows) -> Weigh:
    """Return what scores predicted classes, with the metrics that their ranks allow."""
    parts = [_weigh_labels(rows)]
    if rows.ranks is not None:
        parts.append(_weigh_ranks(rows, rows.ranks))
    if rows.probabilities is not None:
        parts.append(_weigh_probabilities(rows, rows.probabilities))

    def weigh(weights: np.ndarray) -> dict[str, np.ndarray]:
        return {name: values for part in parts for name, values in part(weights).items()}

    return weigh


def _adder(codes: np.ndarray, n: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return what adds weights up by code: from (n_draws, n_rows) to (n_draws, n)."""
    order = np.argsort(codes, kind="stable")
    present, starts = np.unique(codes[order], return_index=True)

    def add(weights: np.ndarray) -> np.ndarray:
        sums = np.zeros((len(weights), n))
        if len(present):
            sums[:, present] = np.add.reduceat(weights[:, order], starts, axis=1)
        return sums

    return add


def _weigh_labels(rows: Rows) -> Weigh:
    k = rows.n_classes
    right = rows.y == rows.labels
    add_true, add_told = _adder(rows.y, k), _adder(rows.labels, k)
    add_hits = _adder(rows.y[right], k)

    def weigh(weights: np.ndarray) -> dict[str, np.ndarray]:
        true, told, hits = add_true(weights), add_told(weights), add_hits(weights[:, right])
        return score_counts(true, told, hits, rows.positive)

    return weigh


def _weigh_ranks(rows: Rows, ranks: np.ndarray) -> Weigh:
    k = rows.n_classes
    asked: Sequence[int] = range(k) if k != 2 else [1 if rows.positive is None else rows.positive]
    curves = []
    for c in asked:
        order = np.argsort(-ranks[:, c], kind="stable")
        ends = np.append(np.flatnonzero(np.diff(ranks[order, c])), len(order) - 1)
        curves.append((order, ends, (rows.y == c)[order]))

    def weigh(weights: np.ndarray) -> dict[str, np.ndarray]:
        found = [_areas(weights[:, order], ends, truth) for order, ends, truth in curves]
        areas, precisions = (np.array(values) for values in zip(*found, strict=True))
        return {"roc_auc": _mean(areas), "average_precision": _mean(precisions)}

    return weigh


def _areas(
    weights: np.ndarray, ends: np.ndarray, truth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the area under the ROC curve and the average precision of one class."""
    told = np.cumsum(weights, axis=1)[:, ends]
    hits = np.cumsum(weights * truth, axis=1)[:, ends]
    alarms = told - hits
    n_true, n_false = hits[:, -1], alarms[:, -1]
    rise = np.diff(hits, axis=1, prepend=0)
    below = (np.diff(alarms, axis=1, prepend=0) * (hits - rise / 2)).sum(axis=1)
    whole = n_true * n_false
    precision = (rise * over(hits, told)).sum(axis=1)
    nothing = np.where(whole > 0, 1.0, np.nan)
    return over(below, whole) * nothing, over(precision, n_true) * nothing


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over the first axis without NaN; NaN where there is nothing else."""
    there = ~np.isnan(values)
    n = there.sum(axis=0)
    return np.where(n > 0, np.where(there, values, 0).sum(axis=0) / np.maximum(n, 1), np.nan)


def _weigh_probabilities(rows: Rows, probabilities: np.ndarray) -> Weigh:
    own = probabilities[np.arange(len(rows.y)), rows.y]
    loss = -np.log(np.clip(own, EPS, 1 - EPS))
    if rows.n_classes == 2:
        squared = (1 - own) ** 2
    else:
        squared = (probabilities**2).sum(axis=1) - 2 * own + 1
    table = np.column_stack([loss, squared])

    def weigh(weights: np.ndarray) -> dict[str, np.ndarray]:
        found = weights @ table / weights.sum(axis=1)[:, None]
        return {"log_loss": found[:, 0], "brier": found[:, 1]}

    return weigh
