"""How far a fit is, told now and then."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tasks.engine.fit_progress.curves import ByRound, Curve, HeldOut, Rounds, Scores

# The page of a job asks once a second.
EVERY_S = 1.0


@dataclass(frozen=True)
class Step:
    """How far a fit is: so many of so many trees, rounds or passes.

    `may_end_early`: the fit ends before `total` when it has settled, so that `total` is a bound.
    `curve`: its scores so far, where there are some.
    """

    done: int
    total: int
    unit: str
    may_end_early: bool
    curve: Curve | None = None

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1; of the most that may be, where the fit may end early."""
        return min(self.done / self.total, 1.0)

    @property
    def words(self) -> str:
        """The step for people."""
        at_most = "at most " if self.may_end_early else ""
        return f"{self.done:,} of {at_most}{self.total:,} {self.unit}"


Told = Callable[[Step], None]


@dataclass(frozen=True)
class Watch:
    """Who hears how far a fit is, and what may be scored meanwhile.

    `is_scaled`: the target is learned on another scale, so that the estimator's own scores are not
    what they are called.
    """

    told: Told
    held: HeldOut | None = None
    is_scaled: bool = False

    def by_round(self, rounds: Rounds, total: int, unit: str) -> ByRound | None:
        """Return what scores held-out rows; None where there are none."""
        return ByRound(self.held, rounds, total, unit) if self.held else None


class Telling:
    """Tells how far one fit is: only of what is new, and at most once in `EVERY_S`.

    Parameters
    ----------
    told : callable
        Hears each `Step`.
    total : int
        How many trees, rounds or passes there are, or are at most.
    unit : str
        What is counted, in the plural.
    may_end_early : bool, default False
        Whether `total` is a bound.
    scores : Scores, optional
        Who has the scores of the fit.
    """

    def __init__(
        self,
        told: Told,
        total: int,
        unit: str,
        may_end_early: bool = False,
        scores: Scores | None = None,
    ) -> None:
        self.told, self.total, self.unit = told, total, unit
        self.may_end_early, self.scores = may_end_early, scores
        self.done, self.last = 0, time.monotonic()
        self.curve: Curve | None = None

    def tell(self, done: int) -> None:
        """Tell that so much is done, unless something was told a moment ago."""
        moment = time.monotonic()
        if done > self.done and moment - self.last >= EVERY_S:
            self.done, self.last = done, moment
            if self.scores:
                self.curve = self.scores.look(done)
            self.told(Step(done, self.total, self.unit, self.may_end_early, self.curve))
