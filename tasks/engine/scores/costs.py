"""What right and wrong predictions of two classes cost, and which threshold is the cheapest.

Imports neither scikit-learn nor numpy, so that the web process can work it out for a page.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Costs:
    """The cost of one row in each cell of the confusion; a gain is a negative cost."""

    false_positive: float = 1.0
    false_negative: float = 1.0
    true_positive: float = 0.0
    true_negative: float = 0.0

    def as_dict(self) -> dict[str, float]:
        """Return the costs as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Cut:
    """A threshold, and what becomes of the out-of-fold rows with it."""

    threshold: float
    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    @property
    def n(self) -> int:
        """How many predictions there are."""
        right = self.true_positive + self.true_negative
        return right + self.false_positive + self.false_negative

    @property
    def precision(self) -> float | None:
        """How many of those told to be positive are; None where none is told so."""
        told = self.true_positive + self.false_positive
        return self.true_positive / told if told else None

    @property
    def recall(self) -> float:
        """How many of the positive rows are found."""
        return self.true_positive / (self.true_positive + self.false_negative)

    def cost(self, costs: Costs) -> float:
        """Return what all predictions cost together."""
        return math.fsum(getattr(self, cell) * each for cell, each in costs.as_dict().items())


def read_cuts(found: Mapping[str, Any]) -> Iterator[Cut]:
    """Give the cuts that `thresholds.find_cuts` found, the highest threshold first."""
    rows = zip(found["threshold"], found["tp"], found["fp"], strict=True)
    for threshold, tp, fp in rows:
        yield Cut(threshold, tp, fp, found["positives"] - tp, found["negatives"] - fp)


def find_cheapest(cuts: Sequence[Cut], costs: Costs, default: float) -> Cut:
    """Return the cut that costs least; of several that are as cheap the one nearest the default.

    Parameters
    ----------
    cuts : sequence of Cut
        At least one.
    costs : Costs
        What each cell costs.
    default : float
        The threshold that is used when none is chosen.

    Examples
    --------
    >>> cuts = [Cut(0.9, 5, 0, 5, 90), Cut(0.5, 8, 6, 2, 84), Cut(0.2, 10, 40, 0, 50)]
    >>> find_cheapest(cuts, Costs(false_positive=1, false_negative=10), default=0.5).threshold
    0.5
    >>> find_cheapest(cuts, Costs(false_positive=1, false_negative=100), default=0.5).threshold
    0.2
    """
    return min(cuts, key=lambda cut: (cut.cost(costs), abs(cut.threshold - default)))
