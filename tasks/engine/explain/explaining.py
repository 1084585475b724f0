"""All that is told of a trained model: what matters, how it depends on it, and where it errs."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from tasks.engine.estimators.catalogue import find_metric, get_estimator
from tasks.engine.explain.cells_of import names_to_slice, typed_cells_of
from tasks.engine.explain.coefficients import read_coefficients
from tasks.engine.explain.dependence import depend
from tasks.engine.explain.fold_models import Folds
from tasks.engine.explain.importance import measure, over_folds, plan
from tasks.engine.explain.screening import order_columns
from tasks.engine.explain.slices import row_errors, slice_errors
from tasks.engine.prepared import prepare
from tasks.engine.preprocessing.origins import columns_of
from tasks.engine.scores.evaluation import align, predict
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.tables import LINE

MOST_FOLDS = 5
DEPENDENCES = 6
MOST_ROWS_SLICED = 100_000
# Of each fold's time to fit, for asking about its columns; at least, and at most, so many seconds.
SHARE, LEAST_S, MOST_S = 0.5, 3.0, 20.0
Report = Callable[[float, str], None]


def folds_of(spec: TrainingSpec, columns: Mapping[str, Any], model: Pipeline) -> Folds:
    """Prepare a job's rows and folds once more, as training did; what it warned of is known.

    `model` is the job's: a copy of it that is not fitted is what each fold fitted, also where it
    is a blend of several.
    """
    spec = spec.with_whole_schema()
    data = prepare(spec, columns, lambda *_told: None)
    return Folds(spec, data, clone(model))


class Explanation:
    """Works out what is told of one model.

    Parameters
    ----------
    folds : Folds
        The job's rows and folds.
    columns : Mapping of str to Cells or ndarray of shape (n_rows,)
        The table as text.
    model : Pipeline
        The job's model, fitted on all rows.
    out_of_fold : DataFrame
        The job's out-of-fold predictions.
    scores : Mapping of int to float
        The main metric by fold, of those that the job scored.
    """

    def __init__(
        self,
        folds: Folds,
        columns: Mapping[str, Any],
        model: Pipeline,
        out_of_fold: pd.DataFrame,
        scores: Mapping[int, float | None],
    ) -> None:
        self.folds, self.columns, self.model = folds, columns, model
        self.out_of_fold, self.scores = out_of_fold, scores
        self.spec, self.data = folds.spec, folds.data

    def run(self, report: Report, *, fit_s: float, limit_s: float) -> dict[str, Any]:
        """Work it out.

        Parameters
        ----------
        report : callable
            Told how far it is, and in words.
        fit_s : float
            How long a fold took to fit; none is begun that would end after the limit.
        limit_s : float
            How long all may take.

        Returns
        -------
        dict
            JSON values: ``importance``, ``dependence``, ``coefficients``, ``slices``, ``seconds``.
        """
        started = time.perf_counter()
        report(0.02, "Looking where it errs")
        slices = self._slices()
        scale, target = get_estimator(self.spec.estimator).scale, self.spec.preprocessing.target
        coefficients = read_coefficients(self.model, self.data.classes, scale, target)
        importance = self._importance(report, fit_s, started + limit_s)
        report(0.95, "Looking how it depends")
        return {
            "importance": importance,
            "dependence": self._dependence(importance),
            "coefficients": coefficients,
            "slices": slices,
            "seconds": time.perf_counter() - started,
        }

    def _importance(self, report: Report, fit_s: float, deadline: float) -> dict[str, Any] | None:
        columns, differing = self._ordered(), []
        metric = find_metric(self.spec.task, self.spec.metric)
        asked = sorted(self.scores)[:MOST_FOLDS]
        found: dict[int, dict[str, Any] | None] = dict.fromkeys(asked)
        for n, fold in enumerate(asked):
            if metric is None or time.perf_counter() + fit_s > deadline:
                break
            report(0.05 + 0.9 * n / len(asked), f"Asking the model of fold {fold}")
            model = self.folds.fit(fold)
            score = self.folds.rate(model.y, model.predicted).get(metric.name)
            if not _is_same(score, self.scores[fold]):
                differing.append(fold)
            budget_s = min(MOST_S, max(LEAST_S, SHARE * model.fit_s))
            planned = plan(columns, model, budget_s)
            if planned is not None:
                found[fold] = measure(model, planned, metric, self.spec.seed)
        importance = over_folds(found, len(columns), self.spec.metric)
        if importance is not None:
            importance |= {"folds": len(self.data.splits), "differing": differing}
        return importance

    def _ordered(self) -> dict[str, Any]:
        columns, spec = columns_of(self.spec.schema, self.data.X), self.spec
        return order_columns(columns, self.data.X, self.data.y, spec.task, spec.seed)

    def _dependence(self, importance: dict[str, Any] | None) -> list[dict[str, Any]]:
        kinds = {column["name"]: column["kind"] for column in self.spec.schema["columns"]}
        ranked = [c["name"] for c in importance["columns"]] if importance else self._ordered()
        drawn = [n for n in ranked if n in self.data.X and kinds.get(n) != "text"][:DEPENDENCES]
        classes = self.data.classes

        def ask(rows: pd.DataFrame) -> Any:
            return align(predict(self.model, rows), getattr(self.model, "classes_", None), classes)

        positive, seed = self.data.positive, self.spec.seed
        found = [
            depend(ask, self.data.X, name, classes, seed=seed, positive=positive) for name in drawn
        ]
        kept = [one for one in found if one is not None]
        for one in kept:
            if kinds[one["name"]] == "boolean":
                _name_truth(one, self.spec.schema)
        return kept

    def _slices(self) -> dict[str, Any]:
        errors = row_errors(self.out_of_fold, self.spec.task)
        if len(errors) > MOST_ROWS_SLICED:
            errors = errors.sample(MOST_ROWS_SLICED, random_state=self.spec.seed)
        rows, schema = errors.index.to_numpy(), self.spec.schema
        read = {name: cells for name, cells in self.columns.items() if name != LINE}
        typed = {
            name: partial(typed_cells_of, name, schema, read[name], rows)
            for name in names_to_slice(schema, read)
        }
        return slice_errors(typed, errors.to_numpy(), self.spec.task)


def _is_same(score: float | None, known: float | None) -> bool:
    if score is None or known is None:
        return score is known
    return bool(np.isclose(score, known, rtol=1e-6, atol=1e-9))


def _name_truth(one: dict[str, Any], schema: dict[str, Any]) -> None:
    """Show the words of a column of two values in the place of 1 and 0."""
    column = next(c for c in schema["columns"] if c["name"] == one["name"])
    words = {1.0: column["true"], 0.0: column["false"]}
    one |= {"kind": "category", "values": [words.get(v, str(v)) for v in one["values"]]}
    del one["deciles"]
