"""The model of each fold, fitted once more: folds forget theirs, for they may be large.

The same rows, request and seed give the same model, so what it scores is what the fold scored.
"""

import time
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.explain.importance import FoldModel
from tasks.engine.prepared import Prepared
from tasks.engine.preprocessing.class_weights import weigh_numbered_classes
from tasks.engine.preprocessing.valueless import fill_valueless
from tasks.engine.scores.evaluation import Predicted, Scores, align, predict, score
from tasks.engine.scores.thresholds import decide
from tasks.engine.spec import TrainingSpec


@dataclass(frozen=True)
class Folds:
    """The rows, folds and unfitted model of a job."""

    spec: TrainingSpec
    data: Prepared
    model: Pipeline

    def rate(self, truth: np.ndarray, said: Predicted) -> Scores:
        """Score predictions with every metric."""
        data = self.data
        return score(self.spec.task, truth, said, data.classes, data.positive)

    def fit(self, fold: int, rows: np.ndarray | None = None) -> FoldModel:
        """Fit the model of a fold.

        Parameters
        ----------
        fold : int
            Which one, from 1.
        rows : ndarray, optional
            Which rows it learns from, where those are not all of the fold.
        """
        train_rows, test_rows = self.data.splits[fold - 1]
        learned = train_rows if rows is None else rows
        X, y, fresh = self.data.X.iloc[test_rows], self.data.y[test_rows], clone(self.model)

        def ask(table: pd.DataFrame) -> Predicted:
            known, spec = getattr(fresh, "classes_", None), self.spec
            said = align(predict(fresh, table), known, self.data.classes)
            if spec.threshold is None:
                return said
            return decide(said, self.data, spec.threshold, get_estimator(spec.estimator).title)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the job told what there was to tell
            clock = [time.perf_counter()]
            weigh_numbered_classes(fresh, self.data.y[learned], self.spec.class_weight)
            fresh.fit(fill_valueless(fresh, self.data.X.iloc[learned]), self.data.y[learned])
            clock.append(time.perf_counter())
            predicted = ask(X)
            clock.append(time.perf_counter())
            self.rate(y, predicted)
            clock.append(time.perf_counter())
        return FoldModel(ask, self.rate, X, y, predicted, *np.diff(clock).tolist())
