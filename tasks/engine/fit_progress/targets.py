"""An estimator whose target is on another scale: it tells as it does by itself."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor

from tasks.engine.fit_progress.telling import Told

Way = Callable[[Any, Any, np.ndarray, Told], None]


class _InItsWay:
    """Stands where the estimator does while the target is brought to its scale."""

    def __init__(self, estimator: Any, way: Way, told: Told) -> None:
        self.estimator, self.way, self.told = estimator, way, told

    def __sklearn_clone__(self) -> "_InItsWay":
        """Return itself: it holds a copy already."""
        return self

    def fit(self, X: Any, y: np.ndarray) -> "_InItsWay":
        """Fit the estimator in the way that tells."""
        self.way(self.estimator, X, y, self.told)
        return self

    def predict(self, X: Any) -> Any:
        """Predict; scikit-learn asks that there is this."""
        return self.estimator.predict(X)


def fit_scaled(
    model: TransformedTargetRegressor, way: Way, X: Any, y: np.ndarray, told: Told
) -> None:
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
    told : callable
        Hears each `Step`.
    """
    own = model.regressor
    copy = clone(own)
    model.regressor = _InItsWay(copy, way, told)
    try:
        model.fit(X, y)
    finally:
        model.regressor, model.regressor_ = own, copy
