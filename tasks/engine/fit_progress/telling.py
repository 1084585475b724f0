"""How far a fit is, told now and then."""

import time
from collections.abc import Callable
from dataclasses import dataclass

# The page of a job asks once a second.
EVERY_S = 1.0


@dataclass(frozen=True)
class Step:
    """How far a fit is: so many of so many trees, rounds or passes.

    `may_end_early`: the fit ends before `total` when it has settled, so that `total` is a bound.
    """

    done: int
    total: int
    unit: str
    may_end_early: bool

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
    """

    def __init__(self, told: Told, total: int, unit: str, may_end_early: bool = False) -> None:
        self.told, self.total, self.unit = told, total, unit
        self.may_end_early = may_end_early
        self.done, self.last = 0, time.monotonic()

    def tell(self, done: int) -> None:
        """Tell that so much is done, unless something was told a moment ago."""
        moment = time.monotonic()
        if done > self.done and moment - self.last >= EVERY_S:
            self.done, self.last = done, moment
            self.told(Step(done, self.total, self.unit, self.may_end_early))
