"""The numbers behind the result charts, from out-of-fold predictions. No colours, no layout."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics as sk

ROC_POINTS = 200
SCATTER_POINTS = 1000
CURVES = 6


def make_charts(
    task: str, out_of_fold: pd.DataFrame, classes: list[Any] | None, seed: int
) -> dict[str, Any]:
    """Return what the result charts draw.

    Parameters
    ----------
    task : {"classification", "regression"}
        The task.
    out_of_fold : DataFrame
        ``actual``, ``prediction`` and, for classes, ``probability_<n>`` or ``margin_<n>``.
    classes : list or None
        In the order of the probability columns.
    seed : int
        For the sample of points where there are too many to draw.

    Returns
    -------
    dict
        JSON values. Classification: ``confusion`` and ``roc``; regression: ``predicted_actual``
        and ``residuals``.
    """
    if task == "classification":
        names = list(classes or [])
        return {
            "n": len(out_of_fold),
            "confusion": _confusion(out_of_fold, names),
            "roc": _roc(out_of_fold, names),
        }
    return {
        "n": len(out_of_fold),
        "predicted_actual": _predicted_actual(out_of_fold, seed),
        "residuals": _residuals(out_of_fold),
    }


def _confusion(frame: pd.DataFrame, classes: list[Any]) -> dict[str, Any]:
    counts = sk.confusion_matrix(frame["actual"], frame["prediction"], labels=classes)
    return {"labels": [str(name) for name in classes], "counts": counts.tolist()}


def _roc(frame: pd.DataFrame, classes: list[Any]) -> list[dict[str, Any]]:
    kind = "probability" if "probability_0" in frame else "margin"
    if f"{kind}_0" not in frame:
        return []
    frame = frame[frame[f"{kind}_0"].notna()]  # a fold with one class may have labels alone
    sizes = frame["actual"].value_counts()
    asked = [1] if len(classes) == 2 else sorted(
        range(len(classes)), key=lambda c: -sizes.get(classes[c], 0))[:CURVES]  # fmt: skip
    curves = []
    for c in asked:
        truth = (frame["actual"] == classes[c]).to_numpy()
        if 0 < truth.sum() < len(truth):
            rank = frame[f"{kind}_{c}"].to_numpy()
            fpr, tpr, thresholds = sk.roc_curve(truth, rank)
            kept = _thin(fpr, tpr)
            finite = np.where(np.isfinite(thresholds), thresholds, np.nan)[kept]
            curves.append(
                {
                    "class": str(classes[c]),
                    "auc": float(sk.roc_auc_score(truth, rank)),
                    "fpr": fpr[kept].tolist(),
                    "tpr": tpr[kept].tolist(),
                    "threshold": [None if np.isnan(t) else float(t) for t in finite],
                }
            )
    return curves


def _thin(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pick points evenly along the curve's length, so that steep parts keep theirs."""
    if len(x) <= ROC_POINTS:
        return np.arange(len(x))
    length = np.concatenate([[0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    return np.unique(np.searchsorted(length, np.linspace(0, length[-1], ROC_POINTS)))


def _predicted_actual(frame: pd.DataFrame, seed: int) -> dict[str, Any]:
    sample = frame
    if len(frame) > SCATTER_POINTS:
        sample = frame.sample(SCATTER_POINTS, random_state=seed).sort_values("row")
    return {
        "row": [int(row) for row in sample["row"]],
        "actual": [float(value) for value in sample["actual"]],
        "predicted": [float(value) for value in sample["prediction"]],
        "shown": len(sample),
    }


def _residuals(frame: pd.DataFrame) -> dict[str, Any]:
    residuals = frame["prediction"].to_numpy(float) - frame["actual"].to_numpy(float)
    counts, edges = np.histogram(residuals, bins=20)
    quantiles = {f"p{q}": float(np.percentile(residuals, q)) for q in (5, 25, 50, 75, 95)}
    return {"edges": edges.tolist(), "counts": counts.tolist(), "quantiles": quantiles}
