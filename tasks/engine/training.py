"""Training: one request and one table in, one result out.

The same data, request and seed give the same result. Callers write it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import find_metric, get_estimator, metric_title
from tasks.engine.failures.diverged import find_far
from tasks.engine.failures.known import UNSETTLED, more_iterations
from tasks.engine.failures.plain_words import PlainWords
from tasks.engine.failures.warned import Warnings
from tasks.engine.failures.whole_change import make_whole
from tasks.engine.fit_progress.fitting import fit
from tasks.engine.fit_progress.telling import Step, Told
from tasks.engine.folds.one_fold import predict_s_per_1000, run_fold
from tasks.engine.folds.splitting import hash_data, hash_split
from tasks.engine.how import Borrowed, How
from tasks.engine.prepared import prepare
from tasks.engine.preprocessing.class_weights import weigh_numbered_classes
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.preprocessing.shapes import describe_encoding
from tasks.engine.progress import FoldOutcome, NullReporter, Reporter
from tasks.engine.results import TrainingResult, observe
from tasks.engine.scores.baselines import Baselines, BaselineStore, NoStore, find_baselines
from tasks.engine.scores.bootstrap import add_intervals
from tasks.engine.scores.charts import make_charts
from tasks.engine.scores.evaluation import summarise
from tasks.engine.scores.thresholds import decide_again, with_threshold
from tasks.engine.sentinel.looking import look
from tasks.engine.spec import TrainingSpec
from tasks.engine.versions import threads, versions

# The share of the whole at which fitting begins, and at which the last fit is over.
FIT_FROM, FITTED = 0.05, 0.95


def train(
    spec: TrainingSpec,
    columns: Mapping[str, Any],
    reporter: Reporter | None = None,
    *,
    resume: Mapping[int, FoldOutcome] | None = None,
    enough: Callable[[], bool] = lambda: False,
    score_only: bool = False,
    with_look: bool = False,
    store: BaselineStore | None = None,
    borrowed: Borrowed | None = None,
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
    enough : callable, optional
        Asked before each fold: once it says so no further one is fitted, those that are scored
        count, and the model is fitted on all rows.
    score_only : bool, default False
        Do not fit on all rows: the result's model stays unfitted, its scores have no intervals.
    with_look : bool, default False
        Look for leaks and the like though only the score is wanted; else that is done anyway.
    store : BaselineStore, optional
        Who keeps baselines between jobs on the same data and folds.
    borrowed : Borrowed, optional
        What a job that differs in the threshold alone has fitted; it is not fitted again.

    Returns
    -------
    TrainingResult

    Raises
    ------
    EngineError
        When the data or the parameters cannot be used; in words for the person who trains. A
        change that it proposes was tried on a few rows, unless the table is large.
    """
    training = Training(spec, columns, reporter or NullReporter(), store or NoStore())
    how = How(resume or {}, borrowed or Borrowed(), enough, score_only, with_look)
    try:
        return training.run(how)
    except EngineError as failed:
        training.reporter.failing(failed)
        make_whole(failed, spec, columns)
        raise


class Training:
    """One request's way from a table to a result, in steps."""

    def __init__(
        self,
        spec: TrainingSpec,
        columns: Mapping[str, Any],
        reporter: Reporter,
        store: BaselineStore,
    ) -> None:
        self.spec, self.reporter, self.store = spec.with_whole_schema(), reporter, store
        self.columns = columns
        self.entry = get_estimator(spec.estimator)
        self.warnings = Warnings(reporter)

    def run(self, how: How) -> TrainingResult:
        """Prepare, score and fit."""
        self.reporter.stage("prepare", 0.03, "Preparing the columns")
        self._prepare()
        # What it finds is about the table, so of candidates one looks for all.
        if how.with_look or not how.score_only:
            self._look()
        outcomes = self._make_and_score(how)
        if not how.score_only:
            self._fit_all(how.borrowed)
        return self._result(outcomes, how.score_only)

    def _make_and_score(self, how: How) -> list[FoldOutcome]:
        self.model = make_pipeline(self.spec, self.data.X)
        return self._validate(how)

    def _fit_all(self, borrowed: Borrowed) -> None:
        n_folds, words = len(self.data.splits), f"Fitting on all {len(self.data.y):,} rows"
        self.reporter.stage("final", self._share(n_folds), words)
        if borrowed.model is not None:
            self.model = borrowed.model
            self.reporter.log("the model was fitted on all rows before; kept")
            return
        with self._plain_words():
            weigh_numbered_classes(self.model, self.data.y, self.spec.class_weight)
            fit(self.model, self.data.X, self.data.y, self._told("final", n_folds, words))

    def _prepare(self) -> None:
        self.data = data = prepare(self.spec, self.columns, self.warnings.add)
        numeric = sum(data.X[name].dtype != object for name in data.X.columns)
        columns = f"{numeric} numeric and {len(data.X.columns) - numeric} other columns"
        self.reporter.log(f"prepare: {len(data.rows):,} rows, {columns}, {len(data.splits)} folds")

    def _look(self) -> None:
        for finding in look(self.spec, self.data, self.columns):
            self.warnings.add(finding.code, finding.message, finding.change)

    def _plain_words(self) -> PlainWords:
        return PlainWords(self.entry.title, self._warn_of_fit, self.spec, self.data)

    def _warn_of_fit(self, code: str, message: str) -> None:
        self.warnings.add(code, message, more_iterations(self.spec) if code == UNSETTLED else None)

    def _validate(self, how: How) -> list[FoldOutcome]:
        outcomes, total = [], len(self.data.splits)
        for fold in range(1, total + 1):
            if fold in how.resume:
                outcomes.append(how.resume[fold])
                self.reporter.log(f"fold {fold}/{total} was scored before; kept")
            elif fold in how.borrowed.folds and self.spec.threshold is not None:
                outcome = decide_again(
                    how.borrowed.folds[fold], self.data, self.spec.threshold, self.entry.title
                )
                outcomes.append(outcome)
                self.reporter.log(f"fold {fold}/{total} was fitted before, by another job; kept")
                self._report_fold(outcome, total)
            elif not how.enough():
                outcome = self._run_fold(fold, total)
                outcomes.append(outcome)
                self._report_fold(outcome, total)
        if not outcomes:
            raise EngineError("NOTHING_DONE", "No fold was finished, so there is no score")
        return outcomes

    def _run_fold(self, fold: int, total: int) -> FoldOutcome:
        words = f"Fitting fold {fold} of {total}"
        self.reporter.stage("fit", self._share(fold - 1), words)
        self.reporter.fitting(fold)
        told = self._told("fit", fold - 1, words, fold)
        with self._plain_words():
            return run_fold(self.model, self.data, self.spec, fold, self.entry.title, told=told)

    def _told(self, stage: str, fits: int, words: str, fold: int | None = None) -> Told:
        """Return what tells the reporter how far a fit is, after so many others."""

        def told(step: Step) -> None:
            part = None if step.may_end_early else step.share
            fraction = self._share(fits + step.share)
            self.reporter.stage(stage, fraction, f"{words}, {step.words}", part)
            if fold and step.curve:
                self.reporter.fitting(fold, step.curve)

        return told

    def _share(self, folds: float) -> float:
        """Return how much of the whole is done with so many folds; the last fit counts as one."""
        return FIT_FROM + (FITTED - FIT_FROM) * folds / (len(self.data.splits) + 1)

    def _report_fold(self, outcome: FoldOutcome, total: int) -> None:
        found, metric = outcome.score, self.spec.metric
        value = found.scores.get(metric)
        shown = "no value" if value is None else f"{value:.4f}"
        self.reporter.fold_done(outcome)
        self.reporter.stage("fit", self._share(found.fold), f"Fold {found.fold} of {total} done")
        self.reporter.log(
            f"fold {found.fold}/{total} done  {metric}={shown}  ({found.fit_seconds:.1f} s)"
        )

    def _result(self, outcomes: list[FoldOutcome], score_only: bool) -> TrainingResult:
        spec = self.spec
        out_of_fold = pd.concat([outcome.out_of_fold for outcome in outcomes], ignore_index=True)
        folds = [outcome.score for outcome in outcomes]
        metrics, drawn = summarise(spec.task, folds), None
        if not score_only:  # nobody chooses by it, and it takes as long as some fits do
            metrics, drawn = add_intervals(metrics, out_of_fold, self.data, spec.seed)
        data, data_hash = self.data, hash_data({n: self.columns[n] for n in spec.columns_needed})
        split_hash = hash_split(data.splits, data.rows, data.y, spec.validation.gap)
        known = self._baselines((data_hash, split_hash))
        baselines = known.summarise(spec.task, [fold.fold for fold in folds])
        main = metrics.get(spec.metric, {})
        self._warn_of_scores(main, out_of_fold)
        return TrainingResult(
            model=self._decided(),
            schema=spec.schema if score_only else observe(spec.schema, self.data.X),
            classes=self.data.classes,
            score=main.get("mean"),
            score_std=main.get("std"),
            baseline_score=baselines["dummy"].get(spec.metric, {}).get("mean"),
            baselines=baselines,
            metrics=metrics,
            folds=folds,
            warnings=self.warnings.found,
            out_of_fold=out_of_fold,
            charts=self._charts(out_of_fold)
            | ({"draws": drawn.scores_as_dict(spec.seed)} if drawn else {}),
            details={
                **self._details(),
                **({} if score_only else self._encoded()),
                "drawn": drawn.as_dict() if drawn else None,
                "predict_s_per_1000": predict_s_per_1000(outcomes),
                "leads": known.find_leads(find_metric(spec.task, spec.metric), folds),
            },
            data_hash=data_hash,
            split_hash=split_hash,
            partial=len(outcomes) < len(self.data.splits),
        )

    def _warn_of_scores(self, main: Mapping[str, Any], out_of_fold: pd.DataFrame) -> None:
        told, rows = out_of_fold["prediction"].to_numpy(), out_of_fold["row"].to_numpy()
        if found := find_far(self.spec, self.data.y, told, lambda: self.data.features_of(rows)):
            self.warnings.add("PREDICTIONS_FAR", *found)
        if not main:
            lacks = f"no probabilities, so {metric_title(self.spec.metric)} cannot be worked out"
            # Of classes alone; each estimator tells these.
            change = {"metric": "accuracy"} if self.spec.task == "classification" else {}
            self.warnings.add("METRIC_ABSENT", f"{self.entry.title} gives {lacks}", change)

    def _decided(self) -> Pipeline:
        at, positive = self.spec.threshold, self.data.positive
        return self.model if at is None else with_threshold(self.model, positive, at)

    def _charts(self, out_of_fold: pd.DataFrame) -> dict[str, Any]:
        data, seed = self.data, self.spec.seed
        return make_charts(self.spec.task, out_of_fold, data.classes, seed, data.positive)

    def _baselines(self, hashes: tuple[str, str]) -> Baselines:
        self.reporter.stage("final", FITTED, "Scoring what the result is held against")
        found, seconds = find_baselines(self.spec, self.data, hashes, self.store)
        when = f"in {seconds:.1f} s" if seconds else "before; kept"
        self.reporter.log(f"baselines: a guess and a linear model were scored {when}")
        return found

    def _details(self) -> dict[str, Any]:
        return {
            "versions": versions(*self._libraries()),
            "threads": threads(),
            "rows_used": len(self.data.y),
            "rows_without_target": self.data.n_without_target,
            "features": len(self.spec.schema["features"]),
            "positive_class": self.data.positive,
            "decision": self.spec.decision,
            "positive": self.spec.positive,
        }

    def _libraries(self) -> list[str]:
        return [self.entry.library]

    def _encoded(self) -> dict[str, Any]:
        return describe_encoding(self.model, self.spec.schema, self.data.X)
