"""Histogram gradient boosting: its list of trees grows by one each round."""

from typing import Any

import numpy as np

from tasks.engine.fit_progress.polled import polled
from tasks.engine.fit_progress.telling import Telling, Watch

# From so many rows on, it stops early unless it is told not to.
STOPS_EARLY_FROM = 10_000


class _Rounds:
    """Adds up what the trees of each round say, as `predict` does."""

    def __init__(self, estimator: Any) -> None:
        self.estimator, self.done = estimator, 0

    def start(self, X: Any) -> None:
        """Begin with what is predicted before the first round."""
        own = self.estimator
        self.X = own._preprocess_X(X, reset=False)
        base = own._baseline_prediction
        shape = (self.X.shape[0], own.n_trees_per_iteration_)
        self.raw = np.zeros(shape, dtype=base.dtype, order="F")
        self.raw += base

    def after(self, done: int) -> tuple[np.ndarray, Any]:
        """Add the rounds up to this one, in one thread beside those that fit."""
        own = self.estimator
        own._predict_iterations(
            self.X, own._predictors[self.done : done], self.raw, is_binned=False, n_threads=1
        )
        self.done = done
        classes = getattr(own, "classes_", None)
        if classes is None:
            return own._loss.link.inverse(self.raw.ravel()), None
        return own._loss.predict_proba(self.raw), classes


def fit_histogram_boosting(estimator: Any, X: Any, y: np.ndarray, watch: Watch) -> Telling:
    """Fit histogram gradient boosting, and tell of its rounds."""
    chosen, total = estimator.early_stopping, estimator.max_iter
    stops_early = len(y) > STOPS_EARLY_FROM if chosen == "auto" else bool(chosen)
    scores = watch.by_round(_Rounds(estimator), total, "rounds")
    teller = Telling(watch.told, total, "rounds", stops_early, scores)
    # The last one of the list is being grown.
    with polled(teller, lambda: len(getattr(estimator, "_predictors", ())) - 1):
        estimator.fit(X, y)
    teller.done = estimator.n_iter_
    return teller
