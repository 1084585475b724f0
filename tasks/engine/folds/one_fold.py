"""One fold: a model fitted on its training rows, and scored on its test rows."""

import time
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from tasks.engine.errors import DataError
from tasks.engine.failures.no_numbers import check_finite
from tasks.engine.fit_progress.curves import HeldOut
from tasks.engine.fit_progress.fitting import fit, most_rows
from tasks.engine.fit_progress.telling import Told
from tasks.engine.folds.other import with_remedy
from tasks.engine.prepared import Prepared
from tasks.engine.preprocessing.class_weights import weigh_numbered_classes
from tasks.engine.progress import FoldOutcome, FoldScore
from tasks.engine.scores.evaluation import Predicted, align, predict, score
from tasks.engine.scores.gaps import check_learnable
from tasks.engine.scores.thresholds import decide
from tasks.engine.spec import TrainingSpec

# Predictions of fewer rows say what a call costs, not what rows do.
TIMED_ROWS = 1_000


def run_fold(
    model: Pipeline, data: Prepared, spec: TrainingSpec, fold: int, title: str, *, told: Told
) -> FoldOutcome:
    """Fit a copy of a model on a fold's training rows, and score it on its test rows.

    Parameters
    ----------
    model : Pipeline
        Unfitted; it stays so.
    data : Prepared
        The rows and the folds.
    spec : TrainingSpec
        The request.
    fold : int
        Which fold, from 1.
    title : str
        The estimator's name, for messages.
    told : callable
        Hears how far the fit is; see `fit`.

    Returns
    -------
    FoldOutcome

    Raises
    ------
    EngineError
        When the fold cannot be learned from, or predictions are not finite.
    """
    train_rows, test_rows = data.splits[fold - 1]
    fresh = clone(model)
    weigh_numbered_classes(fresh, data.y[train_rows], spec.class_weight)
    try:
        started = time.perf_counter()
        held = _hold_out(data, spec, test_rows, title, most_rows(fresh))
        fitted = fit(fresh, data.X.iloc[train_rows], data.y[train_rows], told, held)
        fit_seconds = time.perf_counter() - started
        asked = time.perf_counter()
        predicted = predict(fresh, data.X.iloc[test_rows])
        predict_seconds = time.perf_counter() - asked
        predicted = align(predicted, getattr(fresh, "classes_", None), data.classes)
        check_finite(predicted.labels, spec, fold)
        if spec.threshold is not None:
            predicted = decide(predicted, data, spec.threshold, title)
        scores = score(spec.task, data.y[test_rows], predicted, data.classes, data.positive)
    except ValueError:
        if data.classes:
            _check_learnable(data, spec, fold)
        raise
    found = FoldScore(fold, scores, fit_seconds, len(train_rows), len(test_rows))
    curve = fitted.curve and fitted.curve.ending(fitted.rounds, scores.get(spec.metric))
    frame = _out_of_fold(data, fold, test_rows, predicted)
    return FoldOutcome(found, frame, predict_seconds, curve)


def _check_learnable(data: Prepared, spec: TrainingSpec, fold: int) -> None:
    """Raise `DataError` when training rows are of one class, with other folds that are not."""
    try:
        check_learnable(data.y[data.splits[fold - 1][0]], fold)
    except DataError as refused:
        raise (with_remedy(refused, spec, data.all_rows) if data.all_rows else refused) from None


def _hold_out(
    data: Prepared, spec: TrainingSpec, test_rows: np.ndarray, title: str, most: int
) -> HeldOut:
    """Return what of a fold's test rows is scored while it is fitted."""
    rows, of = test_rows, len(test_rows)
    if of > most:
        rows = test_rows[np.linspace(0, of - 1, most).astype(int)]

    def score_of(values: np.ndarray, known: Any) -> float | None:
        predicted = Predicted(values)
        if known is not None:
            predicted = Predicted(np.asarray(known)[values.argmax(axis=1)], values)
        predicted = align(predicted, known, data.classes)
        if spec.threshold is not None:
            predicted = decide(predicted, data, spec.threshold, title)
        found = score(spec.task, data.y[rows], predicted, data.classes, data.positive)
        return found.get(spec.metric)

    return HeldOut(lambda: data.X.iloc[rows], len(rows), of, spec.metric, score_of)


def predict_s_per_1000(outcomes: Iterable[FoldOutcome]) -> float | None:
    """Return how long folds took to predict 1,000 rows; None where none of so many was timed.

    A call has a cost of its own: of few rows it would be taken for that of the rows.
    """
    timed = [(o.predict_seconds, n) for o in outcomes
             if o.predict_seconds and (n := len(o.out_of_fold)) >= TIMED_ROWS]  # fmt: skip
    rows = sum(n for _, n in timed)
    return sum(seconds for seconds, _ in timed) / rows * 1000 if rows else None


def _out_of_fold(
    data: Prepared, fold: int, test_rows: np.ndarray, predicted: Predicted
) -> pd.DataFrame:
    rows = data.rows[test_rows]
    frame: dict[str, Any] = {
        "row": rows,
        "line": data.lines[rows],
        "fold": np.full(len(rows), fold),
        "actual": data.y[test_rows],
        "prediction": predicted.labels,
    }
    for kind, values in (
        ("probability", predicted.probabilities),
        ("margin", predicted.margins),
    ):
        if values is not None:
            frame |= {f"{kind}_{n}": column for n, column in enumerate(values.T)}
    return pd.DataFrame(frame)
