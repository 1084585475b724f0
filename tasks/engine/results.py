"""What comes of training: the result, the dummy's score beside it, and what training saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import Pipeline

from tasks.engine.evaluation import align, predict, score, summarise
from tasks.engine.progress import FoldScore
from tasks.engine.splitting import Split


@dataclass(frozen=True)
class TrainingResult:
    """What came of training.

    `score` is the main metric's mean over folds, `score_std` its spread (ddof 1), None for one
    fold. `out_of_fold` has one row for each scored row: ``row`` (from 0, in the table), ``line``
    (in the file), ``fold``, ``actual``, ``prediction``, ``probability_<n>``. `schema` is the
    request's with what training saw of each column added.
    """

    model: Pipeline
    schema: dict[str, Any]
    classes: list[str] | None
    score: float | None
    score_std: float | None
    baseline_score: float | None
    baseline_metrics: dict[str, Any]
    metrics: dict[str, Any]
    folds: list[FoldScore]
    warnings: list[dict[str, str]]
    out_of_fold: pd.DataFrame
    charts: dict[str, Any]
    details: dict[str, Any]
    data_hash: str
    split_hash: str
    partial: bool


def score_baseline(
    task: str, y: np.ndarray, splits: Sequence[Split], positive: Any = None
) -> dict[str, Any]:
    """Score a dummy on folds: it guesses the mean, or the classes' shares.

    Parameters
    ----------
    task : {"classification", "regression"}
        The task.
    y : ndarray of shape (n_samples,)
        The target.
    splits : sequence of (ndarray, ndarray)
        Training and test rows of each fold that the model was scored on.
    positive : object, optional
        The positive class of two.

    Returns
    -------
    dict
        Each metric's mean and spread, as `evaluation.summarise` gives them.
    """
    folds, classes = [], sorted(set(y.tolist())) if task == "classification" else None
    for fold, (train_rows, test_rows) in enumerate(splits, start=1):
        dummy = DummyRegressor() if task == "regression" else DummyClassifier(strategy="prior")
        dummy.fit(np.zeros((len(train_rows), 1)), y[train_rows])
        predicted = predict(dummy, np.zeros((len(test_rows), 1)))
        predicted = align(predicted, getattr(dummy, "classes_", None), classes)
        scores = score(task, y[test_rows], predicted, classes, positive)
        folds.append(FoldScore(fold, scores, 0.0, len(train_rows), len(test_rows)))
    return summarise(task, folds)


def observe(schema: dict[str, Any], X: pd.DataFrame) -> dict[str, Any]:
    """Return a schema with what training saw: categories, and the ranges of numbers.

    Parameters
    ----------
    schema : dict
        What the table was typed by.
    X : DataFrame of shape (n_samples, n_features)
        The typed table.
    """
    columns = []
    for column in schema["columns"]:
        name, seen = column["name"], dict(column)
        if name in X and name in schema["features"]:
            if X[name].dtype != object:
                if column["kind"] == "number" and X[name].notna().any():
                    seen["range"] = [float(X[name].min()), float(X[name].max())]
            elif column["kind"] != "text" and X[name].nunique() <= 10_000:
                seen["values"] = sorted(X[name].dropna().unique().tolist())
        columns.append(seen)
    return {**schema, "columns": columns}
