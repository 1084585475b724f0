"""One fit of a whole pipeline that tells how far it is, where its estimator lets it be seen."""

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from tasks.engine.fit_progress.boosting import fit_boosting
from tasks.engine.fit_progress.forests import fit_forest
from tasks.engine.fit_progress.logistic import fit_logistic
from tasks.engine.fit_progress.polled import (
    fit_adaptive_boosting,
    fit_histogram_boosting,
    fit_network,
)
from tasks.engine.fit_progress.targets import Way, fit_scaled
from tasks.engine.fit_progress.telling import Told
from tasks.engine.target_scale import within

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


def fit(model: Pipeline, X: pd.DataFrame, y: np.ndarray, told: Told) -> None:
    """Fit a pipeline in place: the very model that ``model.fit(X, y)`` gives.

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
    """
    estimator = model[-1]
    learner = within(estimator)
    way = WAYS.get(type(learner).__name__)
    if way is None:
        model.fit(X, y)
        return
    prepared = model[:-1].fit_transform(X, y)  # the same steps, fitted in place
    if learner is estimator:
        way(estimator, prepared, y, told)
    else:
        fit_scaled(estimator, way, prepared, y, told)
