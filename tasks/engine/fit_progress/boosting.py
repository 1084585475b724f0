"""Gradient boosting: scikit-learn calls a monitor after each round."""

from typing import Any

import numpy as np

from tasks.engine.fit_progress.telling import Telling, Told


def fit_boosting(estimator: Any, X: Any, y: np.ndarray, told: Told) -> None:
    """Fit gradient boosting, and tell of its rounds."""
    stops_early = estimator.n_iter_no_change is not None
    teller = Telling(told, estimator.n_estimators, "rounds", stops_early)

    def monitor(round_: int, _estimator: Any, _inside: dict[str, Any]) -> bool:
        teller.tell(round_ + 1)
        return False  # True would end the fit

    estimator.fit(X, y, monitor=monitor)
