"""Predictions, and their scores: of one fold with every metric, and over folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from tasks.engine.estimators.catalogue import METRICS
from tasks.engine.progress import FoldScore
from tasks.engine.scores.metrics import (
    as_codes,
    score_labels,
    score_numbers,
    score_probabilities,
    score_ranks,
)

Scores = dict[str, float | None]
# Closer than this two probabilities may be the same, but for rounding on the way to them.
TIE = 1e-9


@dataclass(frozen=True)
class Predicted:
    """What a model says about rows.

    `labels` of shape (n_rows,); `probabilities` of shape (n_rows, n_classes), or None;
    `margins`: the decision function in the same shape where there are no probabilities, or None.
    """

    labels: np.ndarray
    probabilities: np.ndarray | None = None
    margins: np.ndarray | None = None


def predict(model: Any, X: Any) -> Predicted:
    """Ask a fitted model about rows, with one pass where it gives probabilities.

    The labels are those of `model.predict`, always. Where that is known to be the most probable
    class it is read off the probabilities, but for rows whose two best classes tie: estimators
    break ties differently, so `model.predict` is asked about these.
    """
    classes = getattr(model, "classes_", None)
    if classes is None:
        return Predicted(np.asarray(model.predict(X), dtype=float))
    if hasattr(model, "predict_proba"):
        probabilities = model.predict_proba(X)
        if _predicts_by_probability(model):
            return Predicted(_most_probable(model, X, probabilities), probabilities)
        return Predicted(model.predict(X), probabilities)
    if not hasattr(model, "decision_function"):
        return Predicted(np.asarray(model.predict(X)))
    margins = np.asarray(model.decision_function(X))
    if margins.ndim == 1:
        margins = np.column_stack([-margins, margins])
    return Predicted(np.asarray(model.predict(X)), None, margins)


def _predicts_by_probability(model: Any) -> bool:
    """Tell whether `predict` is known to be the arg max of `predict_proba`, ties aside."""
    name = type(model[-1] if isinstance(model, Pipeline) else model).__name__
    return name.endswith("ForestClassifier") or name in {
        "ExtraTreesClassifier", "DecisionTreeClassifier", "HistGradientBoostingClassifier",
        "GradientBoostingClassifier", "MLPClassifier",
    }  # fmt: skip


def _most_probable(model: Any, X: pd.DataFrame, probabilities: np.ndarray) -> np.ndarray:
    labels = np.asarray(model.classes_[probabilities.argmax(axis=1)])
    if probabilities.shape[1] > 1:
        best = np.partition(probabilities, -2, axis=1)
        ties = np.flatnonzero(best[:, -1] - best[:, -2] < TIE)
        if len(ties):
            labels[ties] = model.predict(X.iloc[ties])
    return labels


def align(predicted: Predicted, known: Any, classes: Sequence[Any] | None) -> Predicted:
    """Spread what a model says over all classes.

    Parameters
    ----------
    predicted : Predicted
        What it said, about the classes that it was trained on.
    known : array-like or None
        Those classes.
    classes : sequence or None
        All classes. The columns of one that the model was not shown are 0.
    """
    if known is None or classes is None or list(known) == list(classes):
        return predicted
    position = {name: n for n, name in enumerate(classes)}

    def spread(values: np.ndarray | None) -> np.ndarray | None:
        if values is None:
            return None
        wide = np.zeros((len(values), len(classes)))
        for n, name in enumerate(known):
            wide[:, position[name]] = values[:, n]
        return wide

    return Predicted(predicted.labels, spread(predicted.probabilities), spread(predicted.margins))


def score(
    task: str, y: np.ndarray, predicted: Predicted, classes: Any, positive: Any = None
) -> Scores:
    """Score predictions with every metric of the task that they allow.

    Parameters
    ----------
    task : {"classification", "regression"}
        The task.
    y : ndarray of shape (n_rows,)
        What was true.
    predicted : Predicted
        What the model said, of all classes; see `align`.
    classes : array-like or None
        All classes, in the order of the columns of the probabilities.
    positive : object, optional
        The positive class of two; see `positive.choose_positive`.

    Returns
    -------
    dict of str to float
        Metrics that cannot be worked out (no probabilities, one class only) are left out.

    Examples
    --------
    >>> found = score("regression", np.array([1.0, 2, 3]), Predicted(np.array([1.0, 2, 4])), None)
    >>> found["mae"], found["max_error"]
    (0.3333333333333333, 1.0)
    """
    if task == "regression":
        found = score_numbers(y.astype(float), predicted.labels)
    else:
        found = _score_classes(y, predicted, [] if classes is None else list(classes), positive)
    return {name: float(value) for name, value in found.items() if np.isfinite(value)}


def _score_classes(
    y: np.ndarray, predicted: Predicted, classes: list[Any], positive: Any
) -> dict[str, float]:
    truth, labels = as_codes(y, classes), as_codes(predicted.labels, classes)
    code = classes.index(positive) if positive in classes else None
    found = score_labels(truth, labels, code)
    ranks = predicted.probabilities if predicted.probabilities is not None else predicted.margins
    if ranks is not None:
        found |= score_ranks(truth, ranks, len(classes), code)
    if predicted.probabilities is not None:
        found |= score_probabilities(truth, predicted.probabilities, code)
    return found


def summarise(task: str, folds: Sequence[FoldScore]) -> dict[str, dict[str, float | None]]:
    """Return each metric's mean and spread over folds.

    Spread is the standard deviation with ddof 1; None where there is one fold only.
    """
    summary: dict[str, dict[str, float | None]] = {}
    for metric in METRICS[task]:
        found = [fold.scores.get(metric.name) for fold in folds]
        values = [value for value in found if value is not None]
        if values:
            spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
            summary[metric.name] = {"mean": float(np.mean(values)), "std": spread}
    return summary
