"""How much of a training is to be done, and what another job has done of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sklearn.pipeline import Pipeline

from tasks.engine.progress import FoldOutcome


@dataclass(frozen=True)
class Borrowed:
    """What another job fitted: folds by their number, and the model of all rows."""

    folds: Mapping[int, FoldOutcome] = field(default_factory=dict)
    model: Pipeline | None = None


@dataclass(frozen=True)
class How:
    """How much of a training is to be done; see `training.train`."""

    resume: Mapping[int, FoldOutcome] = field(default_factory=dict)
    borrowed: Borrowed = field(default_factory=Borrowed)
    enough: Callable[[], bool] = lambda: False
    score_only: bool = False
    with_look: bool = False
