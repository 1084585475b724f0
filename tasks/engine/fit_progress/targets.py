"""An estimator whose target is on another scale: it tells as it does by itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor

from tasks.engine.fit_progress.telling import Telling, Watch

Way = Callable[[Any, Any, np.ndarray, Watch], Telling]


class _InItsWay:
    """Stands where the estimator does while the target is brought to its scale."""

    def __init__(self, estimator: Any, way: Way, watch: Watch) -> None:
        self.estimator, self.way, self.watch = estimator, way, watch

    def __sklearn_clone__(self) -> "_InItsWay":
        """Return itself: it holds a copy already."""
        return self

    def fit(self, X: Any, y: np.ndarray) -> "_InItsWay":
        """Fit the estimator in the way that tells."""
        self.teller = self.way(self.estimator, X, y, self.watch)
        return self

    def predict(self, X: Any) -> Any:
        """Predict; scikit-learn asks that there is this."""
        return self.estimator.predict(X)


def fit_scaled(
    model: TransformedTargetRegressor, way: Way, X: Any, y: np.ndarray, watch: Watch
) -> Telling:
    """Fit what learns a target on another scale.

    Parameters
    ----------
    model : TransformedTargetRegressor
        Unfitted.
    way : callable
        How that is fitted so that it tells.
    X : array-like
        The encoded columns.
    y : ndarray of shape (n_samples,)
        The target.
    watch : Watch
        Who hears each `Step`; what is held out is scored on the target's own scale.

    Returns
    -------
    Telling
        Who told.
    """

    def back(values: np.ndarray) -> np.ndarray:
        return np.asarray(model.transformer_.inverse_transform(values.reshape(-1, 1))).ravel()

    held = watch.held and watch.held.brought_back_by(back)
    own = model.regressor
    copy = clone(own)
    between = _InItsWay(copy, way, replace(watch, held=held, is_scaled=True))
    model.regressor = between
    try:
        model.fit(X, y)
    finally:
        model.regressor, model.regressor_ = own, copy
    return between.teller
