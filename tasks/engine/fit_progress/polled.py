"""Estimators that can be looked at from outside while they fit: nothing of theirs is touched."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tasks.engine.fit_progress import telling
from tasks.engine.fit_progress.curves import TRAINING, VALIDATION, OwnScores
from tasks.engine.fit_progress.telling import Telling, Watch

PASSES = "passes over the rows"


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


def fit_network(estimator: Any, X: Any, y: np.ndarray, watch: Watch) -> Telling:
    """Fit a neural network, which counts its passes over the rows unless its solver is L-BFGS."""
    scores = None if watch.is_scaled else _own_scores(estimator)
    teller = Telling(watch.told, estimator.max_iter, PASSES, True, scores)
    with polled(teller, lambda: getattr(estimator, "n_iter_", 0)):
        estimator.fit(X, y)
    if scores and teller.curve:
        teller.curve = scores.look(estimator.n_iter_)
    return teller


def _own_scores(estimator: Any) -> OwnScores:
    """Return what a network scores by itself after each pass."""
    if estimator.early_stopping:
        metric = "accuracy" if type(estimator).__name__.endswith("Classifier") else "r2"
        return OwnScores(
            lambda: getattr(estimator, "validation_scores_", None) or (),
            *(PASSES, VALIDATION, metric),
        )
    return OwnScores(
        lambda: getattr(estimator, "loss_curve_", None) or (), PASSES, TRAINING, "loss"
    )


def fit_adaptive_boosting(estimator: Any, X: Any, y: np.ndarray, watch: Watch) -> Telling:
    """Fit AdaBoost; its list of models grows by one each round."""
    teller = Telling(watch.told, estimator.n_estimators, "rounds", True)
    with polled(teller, lambda: len(getattr(estimator, "estimators_", ()))):
        estimator.fit(X, y)
    return teller
