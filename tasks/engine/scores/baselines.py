"""What a score is held against: a model that only guesses, and a simple linear one.

Both are scored on the folds of the job. They depend on nothing but data, target and folds, so
whoever calls may keep them for the next job on the same: see `BaselineStore`.
"""

import dataclasses
import hashlib
import json
import time
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import stdev
from typing import Any, Protocol

import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier, DummyRegressor

from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import LINEAR, METRICS, Metric, get_estimator
from tasks.engine.prepared import Prepared
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.preprocessing.settings import Preprocessing
from tasks.engine.progress import FoldScore
from tasks.engine.scores.evaluation import Predicted, align, predict, score, summarise
from tasks.engine.scores.paired import compare_paired, test_to_train
from tasks.engine.spec import TrainingSpec
from tasks.engine.versions import versions

# Raised when anything changes what is found for the same data and folds.
VERSION = 1
# What a fold's linear model may look at, so that it costs seconds at most: rows, and rows times
# columns after encoding times classes.
MOST_ROWS, MOST_CELLS = 10_000, 2_000_000
# Fewer would say more about the sample than about the data.
FEWEST_ROWS = 1000
FEWEST_JUDGED = 3

Scores = dict[str, float | None]


class BaselineStore(Protocol):
    """Who keeps baselines between jobs; both may be asked for at the same moment, harmlessly."""

    def find(self, digest: str) -> dict[str, Any] | None:
        """Return what was kept, or None."""

    def keep(self, digest: str, found: dict[str, Any]) -> None:
        """Keep JSON values."""


class NoStore:
    """Keeps nothing."""

    def find(self, digest: str) -> dict[str, Any] | None:
        """Return None."""

    def keep(self, digest: str, found: dict[str, Any]) -> None:
        """Ignore it."""


@dataclass(frozen=True)
class Baselines:
    """The scores of both on every fold.

    `linear` is empty where there is none; `note` says why, or what it was made from.
    """

    dummy: list[Scores]
    linear: list[Scores]
    note: str

    def summarise(self, task: str, folds: Collection[int]) -> dict[str, Any]:
        """Return each metric's mean and spread over some folds, numbered from 1."""
        kinds = {"dummy": self.dummy, "linear": self.linear}
        found = {kind: _over_folds(task, scores, folds) for kind, scores in kinds.items()}
        return {**found, "note": self.note}

    def find_leads(
        self, metric: Metric | None, folds: Sequence[FoldScore]
    ) -> dict[str, dict[str, float]]:
        """Return by how much scores are better than those of each, and how sure that is.

        Parameters
        ----------
        metric : Metric or None
            What to judge by; nothing is judged by none.
        folds : sequence of FoldScore
            Of the job.

        Returns
        -------
        dict
            ``mean``, positive where the job is better, and ``reach``: half of its 95% interval, by
            the corrected resampled t-test; ``spread`` over how many ``folds``. Without those that
            cannot be judged: fewer than `FEWEST_JUDGED` folds, or a fold without the metric.
        """
        found: dict[str, dict[str, float]] = {}
        if metric is None:
            return found
        sign = 1 if metric.greater_is_better else -1
        for kind, scores in (("dummy", self.dummy), ("linear", self.linear)):
            pairs = [
                (fold.scores.get(metric.name), scores[fold.fold - 1].get(metric.name))
                for fold in folds
                if fold.fold <= len(scores)
            ]
            by = [sign * (a - b) for a, b in pairs if a is not None and b is not None]
            if len(by) == len(folds) >= FEWEST_JUDGED:
                lead = compare_paired(by, test_to_train=test_to_train(folds))
                about = {"folds": lead.folds, "spread": stdev(by)}
                found[kind] = {"mean": lead.mean, "reach": lead.reach, **about}
        return found


def _over_folds(task: str, scores: list[Scores], folds: Collection[int]) -> dict[str, Any]:
    chosen = [(n, found) for n, found in enumerate(scores, start=1) if n in folds]
    return summarise(task, [FoldScore(n, found, 0.0, 0, 0) for n, found in chosen])


def find_baselines(
    spec: TrainingSpec, data: Prepared, hashes: tuple[str, str], store: BaselineStore
) -> tuple[Baselines, float]:
    """Return the baselines of a request, kept ones where there are any.

    Parameters
    ----------
    spec : TrainingSpec
        The request; its estimator, parameters and preprocessing, but for dates, play no part.
    data : Prepared
        The rows and the folds.
    hashes : (str, str)
        Of the data and of the folds.
    store : BaselineStore
        Who keeps them.

    Returns
    -------
    baselines : Baselines
    seconds : float
        What it took to score them; 0 where they had been kept.
    """
    digest = _digest(spec, hashes)
    kept = store.find(digest)
    if kept is not None:
        return Baselines(**kept), 0.0
    started = time.perf_counter()
    linear, note = _score_linear(spec, data)
    found = Baselines(_score_dummy(spec.task, data), linear, note)
    store.keep(digest, dataclasses.asdict(found))
    return found, time.perf_counter() - started


def _digest(spec: TrainingSpec, hashes: tuple[str, str]) -> str:
    names = [metric.name for metric in METRICS[spec.task]]
    # What is learned from dates is part of the typed table, which the linear model learns from.
    dates = [spec.preprocessing.date_parts, spec.preprocessing.cyclic_dates]
    parts = [VERSION, versions(), spec.task, spec.target, spec.seed, names, dates, *hashes]
    if spec.positive is not None:
        parts.append(spec.positive)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _score_dummy(task: str, data: Prepared) -> list[Scores]:
    """Score what guesses the mean, or the classes' shares, on each fold."""
    found = []
    for train, test in data.splits:
        dummy = DummyRegressor() if task == "regression" else DummyClassifier(strategy="prior")
        dummy.fit(np.zeros((len(train), 1)), data.y[train])
        predicted = predict(dummy, np.zeros((len(test), 1)))
        found.append(_score(task, data, test, predicted, dummy))
    return found


def _score(task: str, data: Prepared, rows: np.ndarray, told: Predicted, model: Any) -> Scores:
    told = align(told, getattr(model, "classes_", None), data.classes)
    return score(task, data.y[rows], told, data.classes, data.positive)


def _score_linear(spec: TrainingSpec, data: Prepared) -> tuple[list[Scores], str]:
    """Score a linear model on each fold; return why there is none, or what it was made from."""
    entry = get_estimator(LINEAR[spec.task])
    plain = dataclasses.replace(
        spec, estimator=entry.id, parameters={}, class_weight=None, preprocessing=Preprocessing()
    )
    rng = np.random.default_rng(spec.seed)
    some = _take(rng, np.arange(len(data.y)), MOST_ROWS)
    model = make_pipeline(plain, data.X.iloc[some])
    limit = _most_rows(model, data, some)
    longest = max(len(train) for train, _ in data.splits)
    if limit < min(FEWEST_ROWS, longest):
        return [], "The table is too wide for a linear model that costs little"
    found = []
    for fold, (train, test) in enumerate(data.splits, start=1):
        train_rows, test_rows = _take(rng, train, limit), _take(rng, test, limit)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                fitted = clone(model).fit(data.X.iloc[train_rows], data.y[train_rows])
                told = predict(fitted, data.X.iloc[test_rows])
            found.append(_score(spec.task, data, test_rows, told, fitted))
        except (ValueError, ArithmeticError, EngineError):
            return [], f"A linear model could not be fitted on fold {fold}"
    note = f"Fitted and scored on at most {limit:,} rows of each fold" if longest > limit else ""
    return found, note


def _most_rows(model: Any, data: Prepared, some: np.ndarray) -> int:
    """Return how many rows a linear model may look at, from the columns that it would have."""
    few = some[: min(len(some), 2000)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        width = clone(model[:-1]).fit_transform(data.X.iloc[few], data.y[few]).shape[1]
    n_classes = len(data.classes or [])
    return int(min(MOST_ROWS, MOST_CELLS // max(width * (n_classes if n_classes > 2 else 1), 1)))


def _take(rng: np.random.Generator, rows: np.ndarray, limit: int) -> np.ndarray:
    """Return rows, at most so many of them, in their order."""
    if len(rows) <= limit:
        return rows
    return np.sort(rng.choice(rows, limit, replace=False))
