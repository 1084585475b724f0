"""Training: one request and one table in, one result out.

The same data, request and seed give the same result. Nothing is written; whoever calls decides
what to keep.
"""

import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from tasks.engine import coercion
from tasks.engine.catalogue import find_metric, get_estimator
from tasks.engine.charts import make_charts
from tasks.engine.errors import DataError, EngineError
from tasks.engine.evaluation import Predicted, align, predict, score, summarise
from tasks.engine.failures import explain_error, explain_warnings
from tasks.engine.gaps import check_finite, check_learnable, find_gaps
from tasks.engine.loading import training_data
from tasks.engine.pipelines import make_pipeline
from tasks.engine.progress import FoldOutcome, FoldScore, NullReporter, Reporter
from tasks.engine.results import TrainingResult, observe, score_baseline
from tasks.engine.spec import TrainingSpec
from tasks.engine.splitting import Split, hash_data, hash_split, order_rows, split_rows
from tasks.engine.tables import LINE
from tasks.engine.versions import versions

# The share of the whole at which fitting begins, and at which the last fit is over.
FIT_FROM, FITTED = 0.05, 0.95


def train(
    spec: TrainingSpec,
    columns: Mapping[str, Any],
    reporter: Reporter | None = None,
    *,
    resume: Mapping[int, FoldOutcome] | None = None,
    finish_now: bool = False,
) -> TrainingResult:
    """Cross-validate a request's pipeline and fit it on all rows.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    columns : Mapping of str to Cells or ndarray of shape (n_rows,)
        The table as text, and ``__line__``; see `loading.load_cells`.
    reporter : Reporter, optional
        Who listens.
    resume : Mapping of int to FoldOutcome, optional
        Folds that were scored before, by their number; they are not fitted again.
    finish_now : bool, default False
        Fit no further fold: score those of `resume`, and fit on all rows.

    Returns
    -------
    TrainingResult

    Raises
    ------
    EngineError
        When the data or the parameters cannot be used; in words for the person who trains.
    """
    return _Training(spec, columns, reporter or NullReporter()).run(resume or {}, finish_now)


class _Training:
    def __init__(self, spec: TrainingSpec, columns: Mapping[str, Any], reporter: Reporter) -> None:
        self.spec, self.reporter = spec, reporter
        self.columns = dict(columns)
        self.lines = self.columns.pop(LINE)
        self.entry = get_estimator(spec.estimator)
        self.warnings: dict[str, str] = {}

    def run(self, resume: Mapping[int, FoldOutcome], finish_now: bool) -> TrainingResult:
        self.reporter.stage("prepare", 0.03, "Preparing the columns")
        self._prepare()
        self.model = make_pipeline(self.spec, self.X)
        outcomes = self._validate(resume, finish_now)
        fitted = self._share(len(self.splits))
        self.reporter.stage("final", fitted, f"Fitting on all {len(self.y):,} rows")
        with self._plain_words():
            self.model.fit(self.X, self.y)
        return self._result(outcomes)

    def _prepare(self) -> None:
        try:
            X, y, rows, found = training_data(self.columns, self.spec.schema)
        except coercion.SchemaError as bad:
            raise DataError("COLUMNS_MISSING", str(bad)) from bad
        except coercion.TargetError as bad:
            raise self._target_error(bad) from bad
        self.X, self.y, self.rows = X, y, rows
        self.classes = sorted(set(y.tolist())) if self.spec.task == "classification" else None
        for warning in found:
            self._warn(warning["code"], warning["message"])
        absent = len(self.lines) - len(rows)
        if absent:
            share = 100 * absent / len(self.lines)
            message = f"{absent:,} rows have no target value. They were left out ({share:.1f}%)"
            self._warn("TARGET_MISSING", message)
        self.splits = split_rows(
            y, self.spec.validation, self.spec.task, self.spec.seed, self._order()
        )
        for code, message in find_gaps(self.spec.task, self.spec.metric, y, self.splits).items():
            self._warn(code, message)
        numeric = sum(X[name].dtype != object for name in X.columns)
        self.reporter.log(
            f"prepare: {len(rows):,} rows, {numeric} numeric and {len(X.columns) - numeric} other "
            f"columns, {len(self.splits)} folds"
        )

    def _target_error(self, bad: coercion.TargetError) -> DataError:
        line = int(self.lines[bad.position])
        return DataError(
            "TARGET_NOT_NUMERIC",
            f'The target column "{bad.column}" has text in {bad.count} rows. '
            f'First: line {line}, "{bad.value}"',
            "Choose another target, or classification as the task",
            {"line": line, "value": bad.value, "count": bad.count, "column": bad.column},
        )

    def _order(self) -> np.ndarray | None:
        validation = self.spec.validation
        needed = (validation.group_column, validation.time_column)
        used = {name: np.asarray(self.columns[name])[self.rows] for name in needed if name}
        order = order_rows(validation, self.spec.schema, used)
        undated = 0 if order is None else int(np.count_nonzero(pd.isna(order)))
        if undated:
            self._warn(
                "TIME_MISSING",
                f'{undated:,} rows have no readable "{validation.time_column}". They were sorted '
                "last, as if they were the newest",
            )
        return order

    def _warn(self, code: str, message: str) -> None:
        if code not in self.warnings:
            self.warnings[code] = message
            self.reporter.warn(code, message)
            self.reporter.log(f"warning: {message}", "warning")

    def _plain_words(self) -> "_PlainWords":
        return _PlainWords(self)

    def _validate(self, resume: Mapping[int, FoldOutcome], finish_now: bool) -> list[FoldOutcome]:
        outcomes, total = [], len(self.splits)
        for fold, split in enumerate(self.splits, start=1):
            fraction = self._share(fold - 1)
            if fold in resume:
                outcomes.append(resume[fold])
                self.reporter.log(f"fold {fold}/{total} was scored before; kept")
            elif not finish_now:
                self.reporter.stage("fit", fraction, f"Fitting fold {fold} of {total}")
                outcome = self._run_fold(fold, split)
                outcomes.append(outcome)
                self._report_fold(outcome, total)
        if not outcomes:
            raise EngineError("NOTHING_DONE", "No fold was finished, so there is no score")
        return outcomes

    def _share(self, folds: int) -> float:
        """Return how much of the whole is done with so many folds; the last fit counts as one."""
        return FIT_FROM + (FITTED - FIT_FROM) * folds / (len(self.splits) + 1)

    def _run_fold(self, fold: int, split: Split) -> FoldOutcome:
        train_rows, test_rows = split
        model = clone(self.model)
        with self._plain_words():
            try:
                started = time.perf_counter()
                model.fit(self.X.iloc[train_rows], self.y[train_rows])
                fit_seconds = time.perf_counter() - started
                predicted = predict(model, self.X.iloc[test_rows])
                predicted = align(predicted, getattr(model, "classes_", None), self.classes)
                check_finite(predicted, self.entry.title, fold)
                scores = score(self.spec.task, self.y[test_rows], predicted, self.classes)
            except ValueError:
                if self.classes:
                    check_learnable(self.y[train_rows], fold)
                raise
        frame = self._out_of_fold(fold, test_rows, predicted)
        found = FoldScore(fold, scores, fit_seconds, len(train_rows), len(test_rows))
        return FoldOutcome(found, frame)

    def _report_fold(self, outcome: FoldOutcome, total: int) -> None:
        found, metric = outcome.score, self.spec.metric
        value = found.scores.get(metric)
        shown = "no value" if value is None else f"{value:.4f}"
        self.reporter.fold_done(outcome)
        self.reporter.stage("fit", self._share(found.fold), f"Fold {found.fold} of {total} done")
        self.reporter.log(
            f"fold {found.fold}/{total} done  {metric}={shown}  ({found.fit_seconds:.1f} s)"
        )

    def _out_of_fold(self, fold: int, test_rows: np.ndarray, predicted: Predicted) -> pd.DataFrame:
        rows = self.rows[test_rows]
        frame = {
            "row": rows,
            "line": np.asarray(self.lines)[rows],
            "fold": np.full(len(rows), fold),
            "actual": self.y[test_rows],
            "prediction": predicted.labels,
        }
        for kind, values in (
            ("probability", predicted.probabilities),
            ("margin", predicted.margins),
        ):
            if values is not None:
                frame |= {f"{kind}_{n}": column for n, column in enumerate(values.T)}
        return pd.DataFrame(frame)

    def _result(self, outcomes: list[FoldOutcome]) -> TrainingResult:
        spec = self.spec
        out_of_fold = pd.concat([outcome.out_of_fold for outcome in outcomes], ignore_index=True)
        folds = [outcome.score for outcome in outcomes]
        metrics = summarise(spec.task, folds)
        scored = [self.splits[fold.fold - 1] for fold in folds]
        baseline = score_baseline(spec.task, self.y, scored)
        main = metrics.get(spec.metric, {})
        if not main:
            title = getattr(find_metric(spec.task, spec.metric), "title", spec.metric)
            message = f"{self.entry.title} gives no probabilities, so {title} cannot be worked out"
            self._warn("METRIC_ABSENT", message)
        return TrainingResult(
            model=self.model,
            schema=observe(spec.schema, self.X),
            classes=self.classes,
            score=main.get("mean"),
            score_std=main.get("std"),
            baseline_score=baseline.get(spec.metric, {}).get("mean"),
            baseline_metrics=baseline,
            metrics=metrics,
            folds=folds,
            warnings=[{"code": code, "message": m} for code, m in self.warnings.items()],
            out_of_fold=out_of_fold,
            charts=make_charts(spec.task, out_of_fold, self.classes, spec.seed),
            details=self._details(),
            data_hash=hash_data(self.columns),
            split_hash=hash_split(self.splits, self.rows, self.y),
            partial=len(outcomes) < len(self.splits),
        )

    def _details(self) -> dict[str, Any]:
        shape = self.model[:-1].transform(self.X.iloc[:1]).shape
        return {
            "versions": versions(),
            "rows_used": len(self.y),
            "rows_without_target": len(self.lines) - len(self.y),
            "features": len(self.spec.schema["features"]),
            "columns_after_encoding": int(shape[1]),
        }


class _PlainWords:
    """Turns what scikit-learn warns and raises within a block into words for people."""

    def __init__(self, training: _Training) -> None:
        self.training = training
        self.catcher = warnings.catch_warnings(record=True)

    def __enter__(self) -> None:
        self.caught = self.catcher.__enter__()
        warnings.simplefilter("always")

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.catcher.__exit__(kind, error, trace)
        for code, message in explain_warnings(self.caught or []).items():
            self.training._warn(code, message)
        if isinstance(error, Exception):
            raise explain_error(error, self.training.entry.title) from error
