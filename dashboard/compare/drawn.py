"""How far a difference of two jobs may be off by which rows were scored.

Both jobs' scores are known for the same draws of the same rows (`tasks.engine.scores.bootstrap`),
so the difference is known for each draw: between its 2.5th and 97.5th percentile lies the 95%
interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SHARES = (0.025, 0.975)


@dataclass(frozen=True)
class Draws:
    """The scores of a job for each draw, by metric; `of` says what was drawn."""

    of: tuple[Any, ...] = ()
    middle: Mapping[str, float | None] = field(default_factory=dict)
    scores: Mapping[str, Sequence[float | None]] = field(default_factory=dict)


def read_draws(results: Mapping[str, Any]) -> Draws:
    """Return the draws that are kept with a job's results; none of older jobs."""
    found = results.get("draws")
    if not found:
        return Draws()
    of = tuple(found[name] for name in ("seed", "draws", "unit", "units", "of"))
    return Draws(of, found["middle"], found["scores"])


def difference_interval(
    one: Draws, other: Draws, metric: str, difference: float
) -> tuple[float, float] | None:
    """Return the 95% interval of a difference; None where not the same was drawn.

    Parameters
    ----------
    one, other : Draws
        Of two jobs that were scored on the same rows and folds: whoever calls has made sure.
    metric : str
        Of which score.
    difference : float
        What it is over all rows; draws of a part of them lie around that part's.
    """
    ours, theirs = one.scores.get(metric), other.scores.get(metric)
    if not ours or not theirs or one.of != other.of:
        return None
    pairs = zip(ours, theirs, strict=True)
    known = sorted(a - b for a, b in pairs if a is not None and b is not None)
    middles = one.middle.get(metric), other.middle.get(metric)
    if len(known) < len(ours) / 2 or middles[0] is None or middles[1] is None:
        return None
    shift = difference - (middles[0] - middles[1])
    low, high = (_percentile(known, share) + shift for share in SHARES)
    return low, high


def _percentile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])
