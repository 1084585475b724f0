"""One fit of a whole pipeline that tells how far it is, where its estimator lets it be seen."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from tasks.engine.fit_progress.boosting import fit_boosting
from tasks.engine.fit_progress.curves import MOST_ROWS, MOST_ROWS_OF_A_FOREST, Curve, HeldOut
from tasks.engine.fit_progress.forests import fit_forest
from tasks.engine.fit_progress.histograms import fit_histogram_boosting
from tasks.engine.fit_progress.logistic import fit_logistic
from tasks.engine.fit_progress.polled import fit_adaptive_boosting, fit_network
from tasks.engine.fit_progress.targets import Way, fit_scaled
from tasks.engine.fit_progress.telling import Told, Watch
from tasks.engine.preprocessing.target_scale import within
from tasks.engine.preprocessing.valueless import fill_valueless

# By the class's own name: importing the classes would load every estimator into each process.
WAYS: dict[str, Way] = {
    "RandomForestClassifier": fit_forest,
    "RandomForestRegressor": fit_forest,
    "ExtraTreesClassifier": fit_forest,
    "ExtraTreesRegressor": fit_forest,
    "GradientBoostingClassifier": fit_boosting,
    "GradientBoostingRegressor": fit_boosting,
    "HistGradientBoostingClassifier": fit_histogram_boosting,
    "HistGradientBoostingRegressor": fit_histogram_boosting,
    "MLPClassifier": fit_network,
    "MLPRegressor": fit_network,
    "AdaBoostClassifier": fit_adaptive_boosting,
    "AdaBoostRegressor": fit_adaptive_boosting,
    "LogisticRegression": fit_logistic,
}


@dataclass(frozen=True)
class Fitted:
    """What was seen of a fit: its scores by round, and after how many rounds it ended."""

    curve: Curve | None = None
    rounds: int = 0


def most_rows(model: Any) -> int:
    """Return how many held-out rows are scored, at most, while a pipeline is fitted."""
    way = WAYS.get(type(within(model[-1])).__name__)
    return MOST_ROWS_OF_A_FOREST if way is fit_forest else MOST_ROWS


def fit(
    model: Pipeline, X: pd.DataFrame, y: np.ndarray, told: Told, held: HeldOut | None = None
) -> Fitted:
    """Fit a pipeline in place: the very model that ``model.fit(X, y)`` gives.

    That of `X` after `fill_valueless`, to be exact.

    Parameters
    ----------
    model : Pipeline
        Preprocessing, then the estimator.
    X : DataFrame of shape (n_samples, n_features)
        The typed table.
    y : ndarray of shape (n_samples,)
        The target.
    told : callable
        Hears a `Step` once in a while, perhaps from another thread while this one waits here;
        never, where the estimator gives no sign of how far it is.
    held : HeldOut, optional
        Rows to score by round where that costs next to nothing.

    Returns
    -------
    Fitted
    """
    estimator = model[-1]
    learner = within(estimator)
    way = WAYS.get(type(learner).__name__)
    if way is None:
        model.fit(X, y)
        return Fitted()
    X = fill_valueless(model, X)
    began = time.process_time()
    prepared = model[:-1].fit_transform(X, y)  # the same steps, fitted in place
    if held:
        held = held.encoded_by(model[:-1].transform, time.process_time() - began, len(y))
    watch = Watch(told, held)
    if learner is estimator:
        teller = way(estimator, prepared, y, watch)
    else:
        teller = fit_scaled(estimator, way, prepared, y, watch)
    return Fitted(teller.curve, teller.done)
