"""Forests: joblib runs the building of each tree as a task, and counts those that are done.

Chunks by ``warm_start`` would give the same trees, but check the whole table and sort the target
again for each chunk; see docs/decisions/0033.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import joblib
import numpy as np
from joblib.parallel import SequentialBackend
from scipy.sparse import issparse

from tasks.engine.fit_progress.polled import polled
from tasks.engine.fit_progress.telling import Telling, Watch


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


class _Trees:
    """Takes the mean of what the trees say that are fitted, as `predict` does."""

    def __init__(self, forest: Any) -> None:
        self.forest, self.done, self.total = forest, 0, np.zeros(())
        self.made: list[Any] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note the trees that are made within the block; each is fitted in its place."""
        make = self.forest._make_estimator

        def note(*args: Any, **named: Any) -> Any:
            self.made.append(make(*args, **named))
            return self.made[-1]

        self.forest._make_estimator = note
        try:
            yield
        finally:
            del self.forest._make_estimator  # what stands behind it is the class's own

    def start(self, X: Any) -> None:
        """Take the rows."""
        # Without names, as the trees are fitted without: they would warn of them.
        X = X if issparse(X) else np.ascontiguousarray(X, dtype=np.float32)
        self.X = self.made[0]._validate_X_predict(X, check_input=True)

    def after(self, done: int) -> tuple[np.ndarray, Any]:
        """Add the trees up to this one."""
        classes = getattr(self.forest, "classes_", None)
        way = "predict" if classes is None else "predict_proba"
        for tree in self.made[self.done : done]:
            self.total = self.total + getattr(tree, way)(self.X, check_input=False)
        self.done = done
        # A list for each of several targets, until the fit is over.
        known = classes[0] if isinstance(classes, list) else classes
        return self.total / done, known


def fit_forest(estimator: Any, X: Any, y: np.ndarray, watch: Watch) -> Telling:
    """Fit a forest in one thread, and tell of its trees."""
    watched, trees, total = Watched(), _Trees(estimator), estimator.n_estimators
    scores = watch.by_round(trees, total, "trees")
    teller = Telling(watch.told, total, "trees", scores=scores)
    looked_at = polled(teller, lambda: watched.n_done)
    with joblib.parallel_config(backend=watched), trees.noted(), looked_at:
        estimator.fit(X, y)
    teller.done = total
    return teller
