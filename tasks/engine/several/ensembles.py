"""Which finished jobs are blended, and how much each counts: chosen by out-of-fold predictions.

The greedy selection of Caruana et al. (2004): from the best job on, the one is added again and
again, with replacement, that makes the mean of the predictions better by most. How often a job was
added is its weight.

A blend's score is honest: for each fold the weights are chosen anew on the other folds, and it is
held against the job that is the best one there. Where folds are repeated, the other folds are
those of the same repeat: the other repeats hold the fold's rows, too. Where the jobs have one fold
only, its rows are cut into parts that stand for folds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.errors import DataError
from tasks.engine.estimators.catalogue import find_metric
from tasks.engine.progress import FoldOutcome, FoldScore
from tasks.engine.scores.evaluation import Predicted, Scores, score
from tasks.engine.scores.out_of_fold import align_rows, predicted_by, probabilities_of, some_rows
from tasks.engine.several.portfolio import MEMBERS_AT_MOST

STEPS = 30
PARTS = 5  # of the rows of a single fold
ROWS_LOOKED_AT = 20_000  # weights are chosen on so many rows at most
# By so many standard errors a blend may be worse and is taken all the same: of classes few rows
# tell little, and blends are better mostly. Of numbers one outlier makes a fold, and the error.
WORSE_BY = {"classification": 2.0, "regression": 0.0}
LEAST = 1e-6  # a probability of 0 would count endlessly
ABSOLUTE = frozenset({"mae", "median_ae", "mape"})


@dataclass(frozen=True)
class Candidate:
    """A finished job that may be blended.

    `out_of_fold` as `results.TrainingResult` has it. `fit_seconds`: about how long a fit on all
    rows takes. `fold_seconds`: how long the fit of each fold took, by its number; `fold_scores`:
    its score in the main metric, where that is known.
    """

    key: int
    out_of_fold: pd.DataFrame
    fit_seconds: float
    fold_seconds: Mapping[int, float] = field(default_factory=dict)
    fold_scores: Mapping[int, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Blend:
    """What was chosen.

    `weights`: how often each member counts, by key, the heaviest first; of the best single job
    alone it has one entry. `outcomes`: its honest scores and predictions, fold by fold. `gain`:
    by how much the blend is better, in the main metric, than a job that is chosen as its weights
    are, on the other folds; `noise`: the standard error of that; both None where nothing could be
    blended.
    """

    weights: dict[int, int]
    outcomes: list[FoldOutcome]
    gain: float | None
    noise: float | None


def choose_blend(
    candidates: Sequence[Candidate],
    *,
    task: str,
    metric: str,
    classes: Sequence[Any] | None,
    positive: Any = None,
    seconds: float | None = None,
) -> Blend:
    """Choose a blend of jobs, or the best job where the blend is worse.

    Parameters
    ----------
    candidates : sequence of Candidate
        Finished jobs, scored on the same folds.
    task : {"classification", "regression"}
        The task.
    metric : str
        The main metric.
    classes : sequence or None
        All classes, in the order of the columns of the probabilities.
    positive : object, optional
        The positive class of two.
    seconds : float, optional
        Fitting the members on all rows may take about so long together; the best single job is
        chosen whatever it takes.

    Returns
    -------
    Blend

    Raises
    ------
    DataError
        When there are no candidates, or they were scored on different folds.
    """
    choosing = _Choosing(candidates, task, metric, None if classes is None else list(classes))
    choosing.positive, choosing.seconds = positive, seconds
    return choosing.choose()


class _Choosing:
    positive: Any
    seconds: float | None

    def __init__(
        self, candidates: Sequence[Candidate], task: str, metric: str, classes: list[Any] | None
    ) -> None:
        if not candidates:
            raise DataError("NOTHING_TO_BLEND", "No job was finished, so nothing can be chosen")
        self.task, self.metric, self.classes = task, metric, classes
        found = find_metric(task, metric)
        self.sign = 1.0 if found is None or found.greater_is_better else -1.0
        self.candidates, self.frames = (
            list(candidates),
            align_rows([one.out_of_fold for one in candidates]),
        )
        frame = self.frames[0]
        self.y, self.folds = frame["actual"].to_numpy(), frame["fold"].to_numpy()
        several = len(np.unique(self.folds)) > 1
        self.parts = self.folds if several else np.arange(len(frame)) % PARTS
        # How often a row was predicted before; each repeat predicts all of them once.
        self.repeats = frame.groupby("row").cumcount().to_numpy()

    def choose(self) -> Blend:
        scores = np.array([self._scores_of(n) for n in range(len(self.frames))])
        best = _best_of(scores)
        labels = predicted_by(self.frames[best], self.task)
        single = {self.candidates[best].key: 1}
        self.usable = [n for n, frame in enumerate(self.frames) if self._can_blend(frame)]
        if len(self.usable) < 2:
            return Blend(single, self._outcomes(labels, {best: 1}), None, None)
        self.values = [self._values(self.frames[n]) for n in self.usable]
        predicted = self._nested()
        repeats = [self.repeats[self.parts == part][0] for part in np.unique(self.parts)]
        gains = self._part_scores(predicted) - _nested_best(scores, np.array(repeats))
        gain, noise = float(gains.mean()), _standard_error(gains, len(set(repeats)))
        if not np.isfinite(gain):  # a fold has no score, so nothing can be held against another
            return Blend(single, self._outcomes(labels, {best: 1}), None, None)
        weights = self._select(np.arange(len(self.y)))
        if len(weights) < 2 or not gain >= -WORSE_BY[self.task] * noise:
            outcomes = self._outcomes(labels, {best: 1})
            return Blend(single, outcomes, self.sign * gain, noise)
        keys = {self.candidates[n].key: weight for n, weight in weights.items()}
        return Blend(keys, self._outcomes(predicted, weights), self.sign * gain, noise)

    def _scores_of(self, n: int) -> np.ndarray:
        """Return a job's score of each part; every metric is worked out to know it anew."""
        known, parts = self.candidates[n].fold_scores, np.unique(self.parts)
        if self.parts is not self.folds or not set(parts.tolist()) <= set(known):
            return self._part_scores(predicted_by(self.frames[n], self.task))
        found = [known[part] for part in parts.tolist()]
        return self.sign * np.array([np.nan if one is None else one for one in found])

    def _part_scores(self, predicted: Predicted) -> np.ndarray:
        """Return the main metric of each part, the greater the better."""
        found = []
        for part in np.unique(self.parts):
            rows = self.parts == part
            scores = self._score(predicted, rows)
            found.append(scores.get(self.metric))
        return self.sign * np.array([np.nan if value is None else value for value in found])

    def _score(self, predicted: Predicted, rows: np.ndarray) -> Scores:
        part = some_rows(predicted, rows)
        return score(self.task, self.y[rows], part, self.classes, self.positive)

    def _can_blend(self, frame: pd.DataFrame) -> bool:
        return self.task == "regression" or "probability_0" in frame

    def _values(self, frame: pd.DataFrame) -> np.ndarray:
        if self.task == "regression":
            return frame["prediction"].to_numpy(dtype=float)
        return probabilities_of(frame)

    def _nested(self) -> Predicted:
        """Blend each part's predictions by weights chosen on the other parts of its repeat."""
        blended = np.empty_like(self.values[0])
        for part in np.unique(self.parts):
            rows = self.parts == part
            same = self.repeats == self.repeats[rows][0]
            weights = self._select(np.flatnonzero(same & ~rows))
            blended[rows] = self._mix(weights, rows)
        if self.task == "regression":
            return Predicted(blended)
        labels = np.array(self.classes, dtype=self.y.dtype)[blended.argmax(axis=1)]
        return Predicted(labels, blended)

    def _mix(self, weights: dict[int, int], rows: np.ndarray) -> np.ndarray:
        place = {n: at for at, n in enumerate(self.usable)}
        total = sum(weight * self.values[place[n]][rows] for n, weight in weights.items())
        return np.asarray(total / sum(weights.values()))

    def _select(self, rows: np.ndarray) -> dict[int, int]:
        """Choose weights on some rows; by candidate, the heaviest first."""
        step = -(-len(rows) // ROWS_LOOKED_AT)
        losses = self._losses_on(rows[::step])
        counts = np.zeros(len(self.usable), dtype=int)
        total, best, chosen = np.zeros(losses.shape[1]), np.inf, counts
        for n in range(1, STEPS + 1):
            allowed = [m for m in range(len(counts)) if self._may_add(counts, m)]
            found = [self._loss((total + losses[m]) / n) for m in allowed]
            at = int(np.argmin(found))
            counts = counts.copy()
            counts[allowed[at]] += 1
            total = total + losses[allowed[at]]
            if found[at] < best:
                best, chosen = found[at], counts
        order = sorted(np.flatnonzero(chosen), key=lambda m: (-chosen[m], m))
        return {self.usable[m]: int(chosen[m]) for m in order}

    def _may_add(self, counts: np.ndarray, m: int) -> bool:
        used = np.flatnonzero(counts)
        if not len(used) or counts[m]:
            return True
        if len(used) >= MEMBERS_AT_MOST:
            return False
        needed = sum(self.candidates[self.usable[n]].fit_seconds for n in (*used, m))
        return self.seconds is None or needed <= self.seconds

    def _losses_on(self, rows: np.ndarray) -> np.ndarray:
        """Return what the loss is worked out from, of shape (n_candidates, n_rows).

        For classes the probability of the true one, which is mixed as the probabilities are; for
        numbers the difference from the true one.
        """
        if self.task == "regression":
            return np.array([values[rows] - self.y[rows].astype(float) for values in self.values])
        place = {name: n for n, name in enumerate(self.classes or [])}
        truth = np.array([place[name] for name in self.y[rows].tolist()])
        return np.array([values[rows, truth] for values in self.values])

    def _loss(self, mixed: np.ndarray) -> float:
        if self.task == "classification":
            return float(-np.log(np.maximum(mixed, LEAST)).mean())
        return float(np.abs(mixed).mean() if self.metric in ABSOLUTE else (mixed**2).mean())

    def _outcomes(self, predicted: Predicted, weights: dict[int, int]) -> list[FoldOutcome]:
        outcomes, frame = [], self.frames[0]
        fitted = [self.candidates[n].fold_seconds for n in weights]
        for fold in np.unique(self.folds):
            rows = self.folds == fold
            part, scores = some_rows(predicted, rows), self._score(predicted, rows)
            table = frame.loc[rows, ["row", "line", "fold", "actual"]].reset_index(drop=True)
            table["prediction"] = part.labels
            for kind, values in (("probability", part.probabilities), ("margin", part.margins)):
                if values is not None:
                    table = table.assign(**{f"{kind}_{n}": c for n, c in enumerate(values.T)})
            seconds = sum(one.get(int(fold), 0.0) for one in fitted)
            found = FoldScore(int(fold), scores, seconds, 0, int(rows.sum()))
            outcomes.append(FoldOutcome(found, table))
        return outcomes


def _best_of(scores: np.ndarray) -> int:
    """Return which candidate has the best mean; one without a score is worse than any other."""
    return int(np.argmax(np.nan_to_num(scores.mean(axis=1), nan=-np.inf)))


def _nested_best(scores: np.ndarray, repeats: np.ndarray) -> np.ndarray:
    """Return each part's score of the job that is the best on the other parts of its repeat.

    The best of many on all parts is best by luck, too; a blend is held against choosing a job in
    the same way as its weights are chosen.
    """
    parts = np.arange(scores.shape[1])
    others = [(repeats == repeats[part]) & (parts != part) for part in parts]
    return np.array([
        scores[_best_of(scores[:, other]), part]
        for part, other in zip(parts, others, strict=True)
    ])  # fmt: skip


def _standard_error(gains: np.ndarray, n_repeats: int) -> float:
    """Return that of the mean; repeats are of the same rows, so they count as one."""
    return float(gains.std(ddof=1) / np.sqrt(len(gains) / n_repeats))
