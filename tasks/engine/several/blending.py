"""The last step of trying several estimators: the best one, or a blend of some, on all rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import joblib
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline

from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.how import Borrowed, How
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.progress import FoldOutcome, NullReporter, Reporter
from tasks.engine.results import TrainingResult
from tasks.engine.scores.baselines import BaselineStore, NoStore
from tasks.engine.several.ensembles import Blend, Candidate, choose_blend
from tasks.engine.spec import TrainingSpec
from tasks.engine.training import Training


@dataclass(frozen=True)
class Member:
    """A finished job: what was asked of it, and what it predicted; the key is the job's number."""

    spec: TrainingSpec
    candidate: Candidate


@dataclass(frozen=True)
class Hurry:
    """How long fitting on all rows may take: asked for when the choice is made.

    `is_strict`: a job that takes longer is not chosen alone either, be it the best.
    """

    seconds_left: Callable[[], float]
    is_strict: bool = False


def train_blend(
    spec: TrainingSpec,
    members: Sequence[Member],
    columns: Mapping[str, Any],
    reporter: Reporter | None = None,
    *,
    store: BaselineStore | None = None,
    hurry: Hurry | None = None,
    threads: int = 1,
    with_look: bool = True,
) -> tuple[TrainingResult, TrainingSpec]:
    """Choose a blend of finished jobs, or the best of them, and fit it on all rows.

    Parameters
    ----------
    spec : TrainingSpec
        What the jobs share; its estimator is one of `portfolio.VOTING`.
    members : sequence of Member
        Jobs on the same table that were scored on the same folds.
    columns : Mapping of str to Cells or ndarray of shape (n_rows,)
        The table as text, and ``__line__``.
    reporter : Reporter, optional
        Who listens.
    store : BaselineStore, optional
        Who keeps baselines between jobs on the same data and folds.
    hurry : Hurry, optional
        How long fitting on all rows may take, about.
    threads : int, default 1
        How many members are fitted at a time.
    with_look : bool, default True
        Look for what makes scores too good, unless that was done.

    Returns
    -------
    result : TrainingResult
        Its details say who the members are; its scores are those of `choose_blend`.
    spec : TrainingSpec
        The request of the best job where that was chosen alone.

    Raises
    ------
    EngineError
        When no job can be used, or the data cannot.
    """
    blending = _Blending(spec, columns, reporter or NullReporter(), store or NoStore())
    blending.members, blending.threads = {m.candidate.key: m for m in members}, threads
    blending.hurry, blending.with_look = hurry, with_look
    return blending.run(How()), blending.spec


class _Blending(Training):
    members: Mapping[int, Member]
    threads: int
    hurry: Hurry | None
    with_look: bool

    def _look(self) -> None:
        if self.with_look:
            super()._look()

    def _make_and_score(self, how: How) -> list[FoldOutcome]:
        total = len(self.data.splits)
        self.reporter.stage("fit", self._share(0), f"Choosing among {len(self.members)} jobs")
        seconds = self.hurry.seconds_left() if self.hurry else None
        self.blend = choose_blend(
            self._list_candidates(seconds),
            task=self.spec.task,
            metric=self.spec.metric,
            classes=self.data.classes,
            positive=self.data.positive,
            # Threads share the work about evenly.
            seconds=None if seconds is None else seconds * self.threads,
        )
        self._say_what_was_chosen(self.blend)
        self._make()
        outcomes = [self._with_size(outcome) for outcome in self.blend.outcomes]
        for outcome in outcomes:
            self._report_fold(outcome, total)
        return outcomes

    def _list_candidates(self, seconds: float | None) -> list[Candidate]:
        """Return what is chosen among; in a hurry not what takes longer to fit, if possible."""
        every = [member.candidate for member in self.members.values()]
        if seconds is None or not (self.hurry and self.hurry.is_strict):
            return every
        quickest = min((one.fit_seconds for one in every), default=0.0)
        found = [one for one in every if one.fit_seconds <= max(seconds, quickest)]
        if len(found) < len(every):
            self.reporter.log(
                f"{len(every) - len(found)} of {len(every)} jobs are left out: a fit on all rows "
                f"takes them longer than the {seconds:.1f} s that are left",
                "warning",
            )
        return found

    def _with_size(self, outcome: FoldOutcome) -> FoldOutcome:
        train_rows, _test_rows = self.data.splits[outcome.score.fold - 1]
        return replace(outcome, score=replace(outcome.score, n_train=len(train_rows)))

    def _make(self) -> None:
        chosen = [self.members[key].spec for key in self.blend.weights]
        if len(chosen) == 1:
            self.spec = chosen[0].with_whole_schema()
            self.entry = get_estimator(self.spec.estimator)
            self.model = make_pipeline(self.spec, self.data.X)
            return
        named = [
            (f"job_{key}", make_pipeline(self.members[key].spec, self.data.X))
            for key in self.blend.weights
        ]
        self.model = make_voting(self.spec.task, named, list(self.blend.weights.values()))

    def _say_what_was_chosen(self, blend: Blend) -> None:
        if len(blend.weights) > 1:
            total = sum(blend.weights.values())
            shares = (f"job {key} {100 * n / total:.0f}%" for key, n in blend.weights.items())
            self.reporter.log(f"blend: {', '.join(shares)}")
        else:
            self.reporter.log(f"the best job alone: {next(iter(blend.weights))}")
        if blend.gain is not None and blend.noise is not None:
            self.reporter.log(
                f"the blend differs from the job that is best on the other folds by "
                f"{blend.gain:+.4f} {self.spec.metric}, standard error {blend.noise:.4f}"
            )

    def _fit_all(self, borrowed: Borrowed) -> None:
        # Threads, not processes: trees and boosting let go of the interpreter while they fit, and
        # a process that is started first loads all of scikit-learn.
        with joblib.parallel_config(backend="threading", n_jobs=self.threads):
            super()._fit_all(borrowed)

    def _details(self) -> dict[str, Any]:
        total = sum(self.blend.weights.values())
        members = [
            {
                "job_id": key,
                "title": get_estimator(self.members[key].spec.estimator).title,
                "percent": round(100 * weight / total),
            }
            for key, weight in self.blend.weights.items()
        ]
        found = {"gain": self.blend.gain, "noise": self.blend.noise}
        return super()._details() | {"members": members, "blend": found}

    def _libraries(self) -> list[str]:
        return [get_estimator(self.members[n].spec.estimator).library for n in self.blend.weights]

    def _encoded(self) -> dict[str, Any]:
        return super()._encoded() if len(self.blend.weights) == 1 else {}


def make_voting(task: str, named: Sequence[tuple[str, Pipeline]], weights: list[int]) -> Pipeline:
    """Make an unfitted model that takes the weighted mean of others' predictions.

    Parameters
    ----------
    task : {"classification", "regression"}
        The mean is taken of probabilities, or of numbers.
    named : sequence of (str, Pipeline)
        The others, preprocessing included.
    weights : list of int
        How much each counts.

    Returns
    -------
    Pipeline
        Steps ``preprocess``, which does nothing, and ``estimator``, as every model of ours has.
    """
    if task == "classification":
        voting: Any = VotingClassifier(list(named), voting="soft", weights=weights)
    else:
        voting = VotingRegressor(list(named), weights=weights)
    return Pipeline([("preprocess", "passthrough"), ("estimator", voting)])


def seconds_on_all(fit_seconds: Sequence[float], n_train: Sequence[int], n_rows: int) -> float:
    """Guess how long a fit on all rows takes from fits on folds."""
    trained = sum(n_train) or 1
    return sum(fit_seconds) / trained * n_rows
