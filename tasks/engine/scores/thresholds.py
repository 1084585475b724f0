"""The decision threshold of two classes: what it does to out-of-fold rows, and in a model.

A row is told to be of the positive class when its probability (or margin) is at least the
threshold, as scikit-learn's `FixedThresholdClassifier` has it.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import Pipeline

from tasks.engine.errors import DataError
from tasks.engine.prepared import Prepared
from tasks.engine.progress import FoldOutcome
from tasks.engine.scores.evaluation import Predicted, score

DEFAULTS = {"probability": 0.5, "margin": 0.0}
# Of those cuts that no cost makes the cheapest one, how many are kept for the chart.
DRAWN = 100
DIGITS = 17


def find_cuts(frame: pd.DataFrame, classes: Sequence[Any], positive: Any) -> dict[str, Any] | None:
    """Count what becomes of out-of-fold rows at thresholds.

    Whatever the cells of the confusion cost, the cheapest threshold of all is among those that
    are returned: a cost is a linear function of the counts, so it is least at a corner of their
    convex hull. All corners are kept, and some cuts between them for the chart.

    Parameters
    ----------
    frame : DataFrame
        ``actual`` and ``probability_<n>`` or ``margin_<n>``.
    classes : sequence
        In the order of these columns.
    positive : object
        The positive class; None where there are not two.

    Returns
    -------
    dict or None
        JSON values: the class, the kind of rank, the default threshold, how many rows are of
        each class, and ``threshold``, ``tp`` and ``fp`` for each cut, the highest first. None
        where there is no threshold to choose.

    Examples
    --------
    >>> frame = pd.DataFrame({"actual": ["no", "no", "yes"], "probability_1": [0.1, 0.6, 0.7]})
    >>> frame["probability_0"] = 1 - frame["probability_1"]
    >>> found = find_cuts(frame, ["no", "yes"], "yes")
    >>> list(zip(found["threshold"], found["tp"], found["fp"]))
    [(1.0, 0, 0), (0.7, 1, 0), (0.5, 1, 1), (0.0, 1, 2)]
    """
    kind = "probability" if "probability_0" in frame else "margin"
    if positive is None or f"{kind}_0" not in frame:
        return None
    rank = frame[f"{kind}_{list(classes).index(positive)}"].to_numpy(float)
    truth = (frame["actual"] == positive).to_numpy()
    if np.isnan(rank).any() or truth.all() or not truth.any():
        return None
    highs, lows, tp, fp = _count(truth, rank, kind)
    default = _find_default(frame, rank, kind, positive)
    kept = {0, len(tp) - 1, *_corners(fp, tp, 1), *_corners(fp, tp, -1)}
    kept |= set(np.linspace(0, len(tp) - 1, DRAWN).astype(int).tolist())
    kept |= set(np.flatnonzero((lows < default) & (default <= highs)).tolist())
    chosen = sorted(kept)
    return {
        "class": str(positive),
        "kind": kind,
        "default": default,
        "positives": int(truth.sum()),
        "negatives": int((~truth).sum()),
        "threshold": [_within(float(lows[n]), float(highs[n]), default) for n in chosen],
        "tp": tp[chosen].tolist(),
        "fp": fp[chosen].tolist(),
    }


def _find_default(frame: pd.DataFrame, rank: np.ndarray, kind: str, positive: Any) -> float:
    """Return the threshold whose labels are those of a model that has none of its own.

    Of two equal probabilities a model tells the class that comes first. Where that is not the
    positive one, the threshold is the least number above a half. Forests often are so undecided.
    """
    default = DEFAULTS[kind]
    undecided = rank == default
    if kind == "margin" or "prediction" not in frame or not undecided.any():
        return default
    told = (frame["prediction"] == positive).to_numpy()
    return default if told[undecided].any() else math.nextafter(default, 1)


def _count(
    truth: np.ndarray, rank: np.ndarray, kind: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return, for each cut, the ends of the thresholds that make it, and what is told positive.

    A threshold makes the cut when it is above the lower end and at most the upper one.
    """
    order = np.argsort(-rank, kind="stable")
    ranks, so_far = rank[order], np.cumsum(truth[order])
    last = np.append(np.flatnonzero(np.diff(ranks)), len(ranks) - 1)
    highs, tp = ranks[last], so_far[last]
    fp = last + 1 - tp
    top = 1.0 if kind == "probability" else np.inf
    if highs[0] < top:  # a threshold that no row reaches
        highs, tp, fp = np.append(top, highs), np.append(0, tp), np.append(0, fp)
    return highs, np.append(highs[1:], -np.inf), tp, fp


def _corners(x: np.ndarray, y: np.ndarray, side: int) -> list[int]:
    """Return the corners of the convex hull of a rising curve, above (1) or below it (-1)."""
    found, parts = [], [(0, len(x) - 1)]
    while parts:
        a, b = parts.pop()
        if b - a < 2:
            continue
        inner = slice(a + 1, b)
        off = (x[b] - x[a]) * (y[inner] - y[a]) - (y[b] - y[a]) * (x[inner] - x[a])
        farthest = int(np.argmax(side * off))
        if side * off[farthest] > 0:
            corner = a + 1 + farthest
            found.append(corner)
            parts += [(a, corner), (corner, b)]
    return found


def _within(low: float, high: float, default: float) -> float:
    """Return the default if it makes the cut, else the number with the fewest digits that does."""
    if low < default <= high:
        return default
    if math.isinf(high):
        return math.floor(low) + 1.0
    for digits in range(DIGITS):
        rounded: float = math.floor(high * 10**digits) / 10**digits
        if low < rounded <= high:
            return rounded
    return high


def decide(told: Predicted, data: Prepared, threshold: float, title: str) -> Predicted:
    """Return what a model says with the labels that a threshold gives.

    Raises
    ------
    DataError
        When the model gives nothing to hold a threshold against, or it cannot be one.
    """
    ranks = told.probabilities if told.probabilities is not None else told.margins
    if ranks is None or data.classes is None:
        raise DataError(
            "NO_THRESHOLD",
            f"{title} gives neither probabilities nor a decision function, so there is nothing to "
            "hold a threshold against",
            "Leave the threshold out, or choose another estimator",
        )
    if told.probabilities is not None and not 0 <= threshold <= 1:
        raise DataError(
            "NO_THRESHOLD",
            f"{title} gives probabilities, and the threshold {threshold:g} is none",
            "Choose one from 0 to 1",
        )
    column = data.classes.index(data.positive)
    names = np.array([data.classes[1 - column], data.positive], dtype=object)
    labels = names[(ranks[:, column] >= threshold).astype(int)]
    return dataclasses.replace(told, labels=labels)


def decide_again(
    outcome: FoldOutcome, data: Prepared, threshold: float, title: str
) -> FoldOutcome:
    """Return a fold that was scored before with the labels, and the scores, of a threshold."""
    frame = outcome.out_of_fold
    told = Predicted(
        frame["prediction"].to_numpy(), _ranks(frame, "probability"), _ranks(frame, "margin")
    )
    told = decide(told, data, threshold, title)
    actual = frame["actual"].to_numpy()
    scores = score("classification", actual, told, data.classes, data.positive)
    return FoldOutcome(
        dataclasses.replace(outcome.score, scores=scores), frame.assign(prediction=told.labels)
    )


def _ranks(frame: pd.DataFrame, kind: str) -> np.ndarray | None:
    if f"{kind}_0" not in frame:
        return None
    return frame[[f"{kind}_0", f"{kind}_1"]].to_numpy()


def with_threshold(model: Pipeline, positive: Any, threshold: float) -> Pipeline:
    """Return a fitted model whose labels follow a threshold.

    The wrapper takes the estimator's place in the pipeline, in the state that its own `fit` leaves
    it in: a copy that is not fitted, which a bundle's ``train.py`` fits anew, and the fitted one.
    """
    name, estimator = model.steps[-1]
    method = "predict_proba" if hasattr(estimator, "predict_proba") else "decision_function"
    wrapped = FixedThresholdClassifier(
        clone(estimator), threshold=threshold, pos_label=positive, response_method=method
    )
    wrapped.estimator_ = estimator
    for known in ("n_features_in_", "feature_names_in_"):
        if hasattr(estimator, known):
            setattr(wrapped, known, getattr(estimator, known))
    return Pipeline([*model.steps[:-1], (name, wrapped)])
