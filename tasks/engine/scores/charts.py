"""The numbers behind the result charts, from out-of-fold predictions. No colours, no layout."""

from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.rows.scored import find_edges, tenth_of
from tasks.engine.scores.class_curves import calibration, precision_recall, roc
from tasks.engine.scores.metrics import as_codes
from tasks.engine.scores.thresholds import find_cuts

SCATTER_POINTS = 1000


def make_charts(
    task: str,
    out_of_fold: pd.DataFrame,
    classes: list[Any] | None,
    seed: int,
    positive: Any = None,
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
    positive : object, optional
        The positive class of two.

    Returns
    -------
    dict
        JSON values. Classification: ``confusion``, ``roc``, ``precision_recall``,
        ``calibration`` and ``thresholds``; regression: ``predicted_actual``, ``residuals`` and
        ``tenths``.
    """
    if task == "classification":
        names = list(classes or [])
        return {
            "n": len(out_of_fold),
            "confusion": _confusion(out_of_fold, names),
            "roc": roc(out_of_fold, names, positive),
            "precision_recall": precision_recall(out_of_fold, names, positive),
            "calibration": calibration(out_of_fold, names, positive),
            "thresholds": find_cuts(out_of_fold, names, positive),
        }
    return {
        "n": len(out_of_fold),
        "predicted_actual": _predicted_actual(out_of_fold, seed),
        "residuals": _residuals(out_of_fold),
        "tenths": _tenths(out_of_fold),
    }


def _confusion(frame: pd.DataFrame, classes: list[Any]) -> dict[str, Any]:
    n = len(classes)
    # scikit-learn's matrix; of text it takes ten times as long.
    true, told = (as_codes(frame[name].to_numpy(), classes) for name in ("actual", "prediction"))
    counts = np.bincount(true * n + told, minlength=n * n).reshape(n, n)
    return {"labels": [str(name) for name in classes], "counts": counts.tolist()}


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
    counts, edges = np.histogram(residuals, 20, _span(residuals))
    quantiles = {f"p{q}": float(np.percentile(residuals, q)) for q in (5, 25, 50, 75, 95)}
    return {"edges": edges.tolist(), "counts": counts.tolist(), "quantiles": quantiles}


def _span(values: np.ndarray) -> tuple[float, float]:
    """Return from where to where values lie; wider where no bins fit between."""
    low, high = float(values.min()), float(values.max())
    step = float(np.spacing(max(abs(low), abs(high))))
    aside = max(0.5, 100 * step) if high - low < 100 * step else 0.0
    return low - aside, high + aside


def _tenths(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the error in each tenth of the rows, by what was predicted, that has some."""
    told = frame["prediction"].to_numpy(float)
    actual = frame["actual"].to_numpy(float)
    edges = find_edges(told)
    tenths, found = tenth_of(told, edges), []
    for n in np.unique(tenths):
        mine = tenths == n
        errors = np.abs(told[mine] - actual[mine])
        found.append(
            {"tenth": int(n) + 1, "from": edges[n], "to": edges[n + 1], "n": int(mine.sum()),
             "actual": float(actual[mine].mean()), "predicted": float(told[mine].mean()),
             "error": float(errors.mean()), "p90": float(np.quantile(errors, 0.9))}
        )  # fmt: skip
    return found
