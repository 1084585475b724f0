"""Curves of class predictions: ROC, precision and recall, and whether probabilities hold.

Two classes have one curve, that of the positive one; more have one for each of the most frequent.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics as sk

POINTS = 200
CURVES = 6
GROUPS = 10
Z = 1.96


def roc(frame: pd.DataFrame, classes: list[Any], positive: Any = None) -> list[dict[str, Any]]:
    """Return the ROC curve of each class, from the out-of-fold predictions of all folds."""
    curves = []
    for name, truth, rank in _ranked(frame, classes, positive):
        fpr, tpr, thresholds = sk.roc_curve(truth, rank)
        kept = _thin(fpr, tpr)
        finite = np.where(np.isfinite(thresholds), thresholds, np.nan)[kept]
        curves.append(
            {
                "class": name,
                "auc": float(sk.roc_auc_score(truth, rank)),
                "fpr": fpr[kept].tolist(),
                "tpr": tpr[kept].tolist(),
                "threshold": [None if np.isnan(t) else float(t) for t in finite],
            }
        )
    return curves


def precision_recall(
    frame: pd.DataFrame, classes: list[Any], positive: Any = None
) -> list[dict[str, Any]]:
    """Return precision against recall for each class.

    ``share`` is how many of the rows are of the class: the precision of guessing.
    """
    curves = []
    for name, truth, rank in _ranked(frame, classes, positive):
        precision, recall, thresholds = sk.precision_recall_curve(truth, rank)
        recall, precision = recall[::-1], precision[::-1]
        cuts = [None, *thresholds[::-1].tolist()]  # above all of them no row is taken
        kept = _thin(recall, precision)
        curves.append(
            {
                "class": name,
                "average_precision": float(sk.average_precision_score(truth, rank)),
                "share": float(truth.mean()),
                "recall": recall[kept].tolist(),
                "precision": precision[kept].tolist(),
                "threshold": [cuts[n] for n in kept],
            }
        )
    return curves


def calibration(
    frame: pd.DataFrame, classes: list[Any], positive: Any = None
) -> list[dict[str, Any]]:
    """Return, for groups of rows with like probabilities, how many were of the class.

    Rows are sorted by what was predicted and cut into ten groups of like size; rows with the same
    probability stay together. ``low`` and ``high`` are the ends of the 95% interval (Wilson) of
    ``observed``.
    """
    if "probability_0" not in frame:
        return []
    return [
        {"class": name, "groups": _groups(truth, rank)}
        for name, truth, rank in _ranked(frame, classes, positive)
    ]


def _groups(truth: np.ndarray, rank: np.ndarray) -> list[dict[str, Any]]:
    ends = np.unique(np.quantile(rank, np.linspace(0, 1, GROUPS + 1)[1:-1]))
    of = np.searchsorted(ends, rank, side="left")
    found = []
    for group in np.unique(of):
        inside = of == group
        n, share = int(inside.sum()), float(truth[inside].mean())
        low, high = _wilson(share, n)
        found.append(
            {
                "n": n,
                "from": float(rank[inside].min()),
                "to": float(rank[inside].max()),
                "predicted": float(rank[inside].mean()),
                "observed": share,
                "low": low,
                "high": high,
            }
        )
    return found


def _wilson(share: float, n: int) -> tuple[float, float]:
    middle = share + Z * Z / (2 * n)
    half = Z * np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    whole = 1 + Z * Z / n
    return max(0.0, float((middle - half) / whole)), min(1.0, float((middle + half) / whole))


def _ranked(
    frame: pd.DataFrame, classes: list[Any], positive: Any
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Give a class's name, which rows are of it, and how sure the model was that they are."""
    kind = "probability" if "probability_0" in frame else "margin"
    if f"{kind}_0" not in frame:
        return
    frame = frame[frame[f"{kind}_0"].notna()]  # a fold with one class may have labels alone
    sizes = frame["actual"].value_counts()
    if len(classes) == 2:
        asked = [classes.index(positive) if positive in classes else 1]
    else:
        asked = sorted(range(len(classes)), key=lambda c: -sizes.get(classes[c], 0))[:CURVES]
    for c in asked:
        truth = (frame["actual"] == classes[c]).to_numpy()
        if 0 < truth.sum() < len(truth):
            yield str(classes[c]), truth, frame[f"{kind}_{c}"].to_numpy()


def _thin(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pick points evenly along the curve's length, so that steep parts keep theirs."""
    if len(x) <= POINTS:
        return np.arange(len(x))
    length = np.concatenate([[0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    return np.unique(np.searchsorted(length, np.linspace(0, length[-1], POINTS)))
