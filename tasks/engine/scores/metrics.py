"""The metrics, worked out on one set of test rows.

They are scikit-learn's wherever it has them, but for those that `label_counts` counts. Every score
has its natural sign. ROC AUC and average precision of more than two classes are the plain mean of
one-vs-rest (macro), over the classes that the rows hold.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn import metrics as sk

from tasks.engine.scores.label_counts import score_counts

# Of pinball loss: which quantiles predictions are judged as.
QUANTILES = (0.1, 0.5, 0.9)
CALIBRATION_BINS = 15


def score_numbers(y: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Score predicted numbers; NaN for what cannot be worked out.

    Pinball loss is what a prediction costs when it is meant as a quantile: at 90 %, one that is
    too low costs nine times what one costs that is as much too high (`mean_pinball_loss`).
    """
    pinball = {
        f"pinball_{round(100 * q)}": sk.mean_pinball_loss(y, labels, alpha=q) for q in QUANTILES
    }
    return {
        "r2": sk.r2_score(y, labels) if len(y) > 1 else np.nan,
        "rmse": sk.root_mean_squared_error(y, labels),
        "mae": sk.mean_absolute_error(y, labels),
        "median_ae": sk.median_absolute_error(y, labels),
        "mape": sk.mean_absolute_percentage_error(y, labels) if (y != 0).all() else np.nan,
        **pinball,
        "max_error": sk.max_error(y, labels),
    }


def score_labels(y: np.ndarray, labels: np.ndarray, positive: int | None) -> dict[str, float]:
    """Score predicted classes, given as numbers; `positive` is the positive class of two."""
    n = int(max(y.max(), labels.max())) + 1
    true, told, hits = (
        np.bincount(codes, minlength=n).astype(float)[None]
        for codes in (y, labels, y[y == labels])
    )
    there = positive if positive is not None and positive < n else None
    found = score_counts(true, told, hits, there)
    return {name: float(values[0]) for name, values in found.items()}


def score_ranks(
    y: np.ndarray, ranks: np.ndarray, n_classes: int, positive: int | None
) -> dict[str, float]:
    """Score how well rows of each class are ranked before the others.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        The class of each row, as a number.
    ranks : ndarray of shape (n_rows, n_classes)
        Probabilities or margins.
    n_classes : int
        How many classes there are.
    positive : int or None
        The positive class of two: average precision is about that one.
    """
    asked = range(n_classes) if n_classes != 2 else [1 if positive is None else positive]
    columns = [(y == c, ranks[:, c]) for c in asked]
    columns = [(truth, rank) for truth, rank in columns if 0 < truth.sum() < len(truth)]
    if not columns:
        return {}
    return {
        "roc_auc": float(np.mean([sk.roc_auc_score(*column) for column in columns])),
        "average_precision": float(
            np.mean([sk.average_precision_score(*column) for column in columns])
        ),
    }


def score_probabilities(
    y: np.ndarray, probabilities: np.ndarray, positive: int | None
) -> dict[str, float]:
    """Score probabilities of shape (n_rows, n_classes) against the class of each row.

    The Brier score is from 0 to 1 for two classes and from 0 to 2 for more, as scikit-learn's.
    """
    n_classes = probabilities.shape[1]
    found = {
        "log_loss": sk.log_loss(y, probabilities, labels=range(n_classes)),
        "calibration_error": calibration_error(y, probabilities, positive),
    }
    if n_classes == 2:
        found["brier"] = float(np.mean((probabilities[:, 1] - (y == 1)) ** 2))
    else:
        # The sum over classes of (p - truth)², without a second table of truths.
        own = probabilities[np.arange(len(y)), y]
        found["brier"] = float(np.mean((probabilities**2).sum(axis=1) - 2 * own + 1))
    return found


def calibration_error(y: np.ndarray, probabilities: np.ndarray, positive: int | None) -> float:
    """Return the expected calibration error: how far probabilities are from what happens.

    Rows are put into 15 bins of equal width by a probability. In each bin the mean probability is
    held against the share of rows where what was told is so; the error is the mean of these
    differences, each bin weighing as many rows as it holds (Naeini, Cooper and Hauskrecht, AAAI
    2015). Of two classes the probability is the positive one's. Of more it is the most probable
    one's, and it is so where the row is of that class (Guo, Pleiss, Sun and Weinberger, ICML
    2017, whose number of bins this is).

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        The class of each row, as a number.
    probabilities : ndarray of shape (n_rows, n_classes)
        Of each class.
    positive : int or None
        The positive class of two.

    Examples
    --------
    >>> told = np.array([0.9, 0.9, 0.9, 0.9])
    >>> error = calibration_error(np.array([1, 1, 1, 0]), np.column_stack([1 - told, told]), 1)
    >>> round(error, 6)
    0.15
    """
    told, is_so = told_probability(y, probabilities, positive)
    bins = calibration_bins(told)
    size = np.bincount(bins, minlength=CALIBRATION_BINS)
    gap = np.abs(np.bincount(bins, told - is_so, minlength=CALIBRATION_BINS))
    return float(gap.sum() / size.sum())


def told_probability(
    y: np.ndarray, probabilities: np.ndarray, positive: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability that is told of each row, and 1 where what it is about is so."""
    if probabilities.shape[1] == 2:
        column = 1 if positive is None else positive
        return probabilities[:, column], (y == column).astype(float)
    best = probabilities.argmax(axis=1)
    return probabilities[np.arange(len(y)), best], (best == y).astype(float)


def calibration_bins(told: np.ndarray) -> np.ndarray:
    """Return which of the bins of equal width a probability is in; 1 is in the last one."""
    bins: np.ndarray = np.minimum((told * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return bins


def as_codes(values: np.ndarray, classes: Sequence[Any]) -> np.ndarray:
    """Return classes as numbers, their positions in `classes`: far faster to score than text."""
    positions = {name: n for n, name in enumerate(classes)}
    return np.fromiter((positions[v] for v in values.tolist()), dtype=np.intp, count=len(values))
