"""Logistic regression: scikit-learn's own callbacks, which its solver L-BFGS calls."""

from typing import Any

import numpy as np

from tasks.engine.fit_progress.telling import Telling, Watch

# A callback costs some 50 microseconds for each iteration. An iteration over so many cells takes
# about 10 milliseconds, so that less than a hundredth is added; shorter fits are over in a moment.
FEWEST_CELLS = 4_000_000


class _Iterations:
    """Counts iterations; a callback by scikit-learn's protocol."""

    def __init__(self, teller: Telling) -> None:
        self.teller, self.done = teller, 0

    def setup(self, estimator: Any, context: Any) -> None:
        """Do nothing before the fit."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing after the fit."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Do nothing before an iteration."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Tell that an iteration is over."""
        if context.parent is not None:  # else it is the whole fit that is over
            self.done += 1
            self.teller.tell(self.done)


def fit_logistic(estimator: Any, X: Any, y: np.ndarray, watch: Watch) -> Telling:
    """Fit a logistic regression; tell of its iterations where they take long."""
    teller = Telling(watch.told, estimator.max_iter, "iterations", True)
    if estimator.solver != "lbfgs" or _cells(X) < FEWEST_CELLS:
        estimator.fit(X, y)
        return teller
    estimator.set_callbacks(_Iterations(teller))
    try:
        estimator.fit(X, y)
    finally:
        estimator.set_callbacks()  # none is left to be saved with the model
    return teller


def _cells(X: Any) -> int:
    """Return how many cells an iteration goes through; of a sparse matrix those that it holds."""
    return int(X.nnz if hasattr(X, "nnz") else X.shape[0] * X.shape[1])
