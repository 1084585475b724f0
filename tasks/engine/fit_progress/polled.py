"""Estimators that can be looked at from outside while they fit: nothing of theirs is touched."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tasks.engine.fit_progress import telling
from tasks.engine.fit_progress.telling import Telling, Told

# From so many rows on, histogram gradient boosting stops early unless it is told not to.
STOPS_EARLY_FROM = 10_000


@contextmanager
def polled(teller: Telling, read: Callable[[], int]) -> Iterator[None]:
    """Look again and again how much is done, in a thread that ends with the block."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(telling.EVERY_S):
            teller.tell(read())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def fit_histogram_boosting(estimator: Any, X: Any, y: np.ndarray, told: Told) -> None:
    """Fit histogram gradient boosting; its list of trees grows by one each round."""
    chosen = estimator.early_stopping
    stops_early = len(y) > STOPS_EARLY_FROM if chosen == "auto" else bool(chosen)
    teller = Telling(told, estimator.max_iter, "rounds", stops_early)
    with polled(teller, lambda: len(getattr(estimator, "_predictors", ()))):
        estimator.fit(X, y)


def fit_network(estimator: Any, X: Any, y: np.ndarray, told: Told) -> None:
    """Fit a neural network, which counts its passes over the rows unless its solver is L-BFGS."""
    teller = Telling(told, estimator.max_iter, "passes over the rows", True)
    with polled(teller, lambda: getattr(estimator, "n_iter_", 0)):
        estimator.fit(X, y)


def fit_adaptive_boosting(estimator: Any, X: Any, y: np.ndarray, told: Told) -> None:
    """Fit AdaBoost; its list of models grows by one each round."""
    teller = Telling(told, estimator.n_estimators, "rounds", True)
    with polled(teller, lambda: len(getattr(estimator, "estimators_", ()))):
        estimator.fit(X, y)
