"""How training tells what it is doing, to whoever listens."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import pandas as pd

from tasks.engine.errors import EngineError
from tasks.engine.fit_progress.curves import Curve

STAGES = ("load", "prepare", "fit", "final", "save")


@dataclass(frozen=True)
class FoldScore:
    """The scores of one fold; `fold` counts from 1, `fit_seconds` is the wall time of the fit."""

    fold: int
    scores: dict[str, float | None]
    fit_seconds: float
    n_train: int
    n_test: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fold as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class FoldOutcome:
    """A fold's scores, and its out-of-fold predictions: one row for each test row.

    `predict_seconds` is how long they took; None of a fold that was scored by a former attempt.
    `curve`: its scores by round, where they were seen.
    """

    score: FoldScore
    out_of_fold: pd.DataFrame
    predict_seconds: float | None = None
    curve: Curve | None = None


class Reporter(Protocol):
    """Who listens to training."""

    def stage(self, stage: str, fraction: float, message: str, part: float | None = None) -> None:
        """Hear that training is at a stage; `fraction`, 0 to 1 of the whole, never falls.

        `part`: how much of the present fit is done, where that is known and no guess. It may come
        from another thread, while the one that trains is inside that fit.
        """

    def log(self, text: str, level: str = "info") -> None:
        """Hear a line for the log; level is info, warning or error."""

    def fitting(self, fold: int, curve: Curve | None = None) -> None:
        """Hear which fold is being fitted, and its scores by round; from any thread, as above."""

    def fold_done(self, outcome: FoldOutcome) -> None:
        """Hear that a fold was scored."""

    def warn(self, code: str, message: str, change: Mapping[str, Any] | None = None) -> None:
        """Hear of something worth knowing about the result, and what would remove its cause."""

    def failing(self, failed: EngineError) -> None:
        """Hear why training will fail, before the change that it proposes is tried.

        A fit of that trial may last: who can end the process need not wait for it.
        """


class NullReporter:
    """Listens to nothing."""

    def stage(self, stage: str, fraction: float, message: str, part: float | None = None) -> None:
        """Ignore it."""

    def log(self, text: str, level: str = "info") -> None:
        """Ignore it."""

    def fitting(self, fold: int, curve: Curve | None = None) -> None:
        """Ignore it."""

    def fold_done(self, outcome: FoldOutcome) -> None:
        """Ignore it."""

    def warn(self, code: str, message: str, change: Mapping[str, Any] | None = None) -> None:
        """Ignore it."""

    def failing(self, failed: EngineError) -> None:
        """Ignore it."""
