"""What jobs of this installation took, and what that says about another one.

A job's time is taken to be a fixed part (starting, loading, saving) and a part that grows with its
fits, rows and columns. Only finished jobs that one attempt did from end to end are learned from.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import select, union_all

from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from tasks.engine.estimators.catalogue import find_estimator
from tasks.engine.spec import Validation

LAST = 50  # finished jobs of an estimator that are looked at
NEAREST = 7  # of them, those most alike, whose median is taken
# Seconds that a job takes however small it is.
FIXED_S = 0.6
# More than so many times the work of what was run, or less, is not guessed at.
FURTHEST = 12.0
MOST_ROUNDS = 10**9  # whatever is typed
# Work that grows with the square of the rows, until the installation's own jobs say otherwise.
QUADRATIC = frozenset({"SVC", "SVR", "KNeighborsClassifier", "KNeighborsRegressor"})
EXPONENTS = (0.5, 3.0)  # of the rows; what is learned is kept within
# Parameters that change nothing about the time.
IDLE = frozenset({"random_state", "verbose"})
ROUNDS = {
    **dict.fromkeys(
        ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"), "max_iter"
    ),
    **dict.fromkeys(("CatBoostClassifier", "CatBoostRegressor"), "iterations"),
}  # for all others it is n_estimators


@dataclass(frozen=True)
class Work:
    """How much a job asks for: rows, columns, fits (of all rows) and rounds of an ensemble."""

    estimator: str
    parameters: Mapping[str, Any]
    rows: int
    columns: int
    fits: float
    rounds: float

    @classmethod
    def of(
        cls,
        *,
        estimator: str,
        parameters: Mapping[str, Any],
        n_rows: int | None,
        n_columns: int | None,
        validation: Mapping[str, Any],
    ) -> Self | None:
        """Return the work that a request asks for; None while its size is not known."""
        entry = find_estimator(estimator)
        if entry is None or not n_rows or not n_columns:
            return None
        full = {p.name: parameters.get(p.name, p.default) for p in entry.parameters}
        rounds = full.get(ROUNDS.get(estimator, "n_estimators"))
        return cls(
            estimator=estimator,
            parameters={name: value for name, value in full.items() if name not in IDLE},
            rows=n_rows,
            columns=n_columns,
            fits=count_fits(Validation(**validation)),
            rounds=count_rounds(rounds),
        )

    @property
    def but_rows(self) -> float:
        """What the time is proportional to, the rows left out."""
        return self.columns * self.fits * self.rounds

    def distance(self, other: "Work") -> float:
        """Return how far apart two amounts of work are, as the logarithm of their ratio."""
        apart = math.log(self.but_rows / other.but_rows) + math.log(self.rows / other.rows)
        # Twice the rows and half the columns is the same work, and yet not the same job.
        return max(abs(apart), abs(math.log(self.rows / other.rows)))


@dataclass(frozen=True)
class Run:
    """A finished job: its work, and the seconds it took."""

    work: Work
    seconds: float


History = Mapping[str, Sequence[Run]]


def count_rounds(value: Any) -> float:
    """Return a parameter's value as a number of rounds; 1 where it is none."""
    if not isinstance(value, int | float) or not value >= 1:
        return 1.0
    return float(min(value, MOST_ROUNDS))


def count_fits(validation: Validation) -> float:
    """Return how many fits on all rows a job's fits amount to, the last one included."""
    if validation.scheme == "holdout":
        return 2 - validation.test_size
    if validation.scheme == "time":  # the parts grow from one fold's rows to nearly all
        return validation.n_splits / 2 + 1
    return validation.n_splits * (validation.folds - 1) / validation.folds + 1


def work_of(job: Job) -> Work | None:
    """Return the work that a job asks for; None when its size is not known."""
    return Work.of(
        estimator=job.estimator,
        parameters=job.parameters,
        n_rows=job.n_rows,
        n_columns=job.n_columns,
        validation=job.validation,
    )


def read_history(estimators: Iterable[str]) -> History:
    """Read the last finished jobs of some estimators, in one query over an index."""
    names = sorted(set(estimators))
    if not names:
        return {}
    columns = (Job.estimator, Job.parameters, Job.n_rows, Job.n_columns, Job.validation)
    parts = [
        select(*columns, Job.run_seconds)
        .where(Job.estimator == name, Job.state == JobState.SUCCEEDED)
        .order_by(Job.finished_at.desc())
        .limit(LAST)
        .subquery()
        for name in names
    ]
    found: dict[str, list[Run]] = {name: [] for name in names}
    for *given, seconds in db.session.execute(union_all(*[select(part) for part in parts])):
        keys = ("estimator", "parameters", "n_rows", "n_columns", "validation")
        work = Work.of(**dict(zip(keys, given, strict=True))) if seconds else None
        if work is not None:
            found[work.estimator].append(Run(work, seconds))
    return found


def estimate_total(work: Work | None, history: History) -> float | None:
    """Estimate the seconds that a job takes from its claim to its end.

    Parameters
    ----------
    work : Work or None
        What it asks for.
    history : History
        Finished jobs by estimator.

    Returns
    -------
    float or None
        None when nothing like it was run: no job of this estimator, or only far smaller or
        larger ones. Jobs with the same parameters count before all others.
    """
    runs = history.get(work.estimator, ()) if work else ()
    if work is None or not runs:
        return None
    same = [run for run in runs if run.work.parameters == work.parameters]
    exponent = _learn_exponent(work.estimator, same or runs)
    for candidates in (same, runs):
        near = [run for run in candidates if work.distance(run.work) <= math.log(FURTHEST)]
        if near:
            near.sort(key=lambda run: work.distance(run.work))  # stable: the newest first
            return statistics.median(_scale(run, work, exponent) for run in near[:NEAREST])
    return None


def _scale(run: Run, work: Work, exponent: float) -> float:
    ratio = work.but_rows / run.work.but_rows * (work.rows / run.work.rows) ** exponent
    fixed = min(FIXED_S, run.seconds / 2)
    return fixed + (run.seconds - fixed) * ratio


def _learn_exponent(estimator: str, runs: Sequence[Run]) -> float:
    """Return the power of the rows with which the time grows: the slope between two sizes."""
    points = [
        (math.log(run.work.rows), math.log((run.seconds - FIXED_S) / run.work.but_rows))
        for run in runs
        if run.seconds > 2 * FIXED_S
    ]
    usual = 2.0 if estimator in QUADRATIC else 1.0
    sizes = [x for x, _ in points]
    if len(points) < 3 or max(sizes) - min(sizes) < math.log(2):
        return usual
    slope = statistics.linear_regression(sizes, [y for _, y in points]).slope
    return min(max(slope, EXPONENTS[0]), EXPONENTS[1])
