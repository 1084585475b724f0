"""Forests: joblib runs the building of each tree as a task, and counts those that are done.

Chunks by ``warm_start`` would give the same trees, but check the whole table and sort the target
again for each chunk; see docs/decisions/0033.
"""

from typing import Any

import joblib
import numpy as np
from joblib.parallel import SequentialBackend

from tasks.engine.fit_progress.polled import polled
from tasks.engine.fit_progress.telling import Telling, Told


class Watched(SequentialBackend):
    """Runs tasks one after the other, as joblib does by itself, and can be asked how many."""

    _parallel: Any = None

    def configure(self, n_jobs: int = 1, parallel: Any = None, **_others: Any) -> int:
        """Hear which loop is to run; called by joblib."""
        self._parallel = parallel
        return int(self.effective_n_jobs(n_jobs))

    @property
    def n_done(self) -> int:
        """How many tasks of the present loop are done."""
        return 0 if self._parallel is None else int(self._parallel.n_completed_tasks)


def fit_forest(estimator: Any, X: Any, y: np.ndarray, told: Told) -> None:
    """Fit a forest in one thread, and tell of its trees."""
    watched = Watched()
    teller = Telling(told, estimator.n_estimators, "trees")
    with joblib.parallel_config(backend=watched), polled(teller, lambda: watched.n_done):
        estimator.fit(X, y)
