"""Gradient boosting: scikit-learn calls a monitor after each round."""

from typing import Any

import numpy as np
from scipy.sparse import issparse

from tasks.engine.fit_progress.telling import Telling, Watch


class _Rounds:
    """Adds up what the trees of each round say, as `predict` does."""

    def __init__(self, estimator: Any) -> None:
        self.estimator, self.done = estimator, 0

    def start(self, X: Any) -> None:
        """Begin with what is predicted before the first round."""
        first = self.estimator.estimators_[0, 0]
        # Without names, as the trees are fitted without: they would warn of them.
        X = X if issparse(X) else np.ascontiguousarray(X, dtype=np.float32)
        self.X = first._validate_X_predict(X, check_input=True)
        self.raw = self.estimator._raw_predict_init(self.X)

    def after(self, done: int) -> tuple[np.ndarray, Any]:
        """Add the rounds up to this one."""
        from sklearn.ensemble._gradient_boosting import predict_stages

        own = self.estimator
        predict_stages(own.estimators_[self.done : done], self.X, own.learning_rate, self.raw)
        self.done = done
        raw = self.raw.ravel() if self.raw.shape[1] == 1 else self.raw
        classes = getattr(own, "classes_", None)
        return (raw if classes is None else own._loss.predict_proba(raw)), classes


def fit_boosting(estimator: Any, X: Any, y: np.ndarray, watch: Watch) -> Telling:
    """Fit gradient boosting, and tell of its rounds."""
    stops_early, total = estimator.n_iter_no_change is not None, estimator.n_estimators
    scores = watch.by_round(_Rounds(estimator), total, "rounds")
    teller = Telling(watch.told, total, "rounds", stops_early, scores)

    def monitor(round_: int, _estimator: Any, _inside: dict[str, Any]) -> bool:
        teller.tell(round_ + 1)
        return False  # True would end the fit

    estimator.fit(X, y, monitor=monitor)
    teller.done = estimator.n_estimators_
    return teller
