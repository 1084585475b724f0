"""The axis of scores in the figures of a job's page."""

from collections.abc import Collection
from typing import Any

from tasks.engine.estimators.catalogue import METRICS

# Metrics that cannot be more than 1: an axis that goes beyond it would say that they can.
AT_MOST_1 = frozenset(m.name for m in METRICS["classification"]) - {"log_loss"} | {"r2"}


def score_axis(scores: Collection[float], metric: str) -> dict[str, Any]:
    """Return the range of an axis on which all points are at one height; else nothing is said.

    By itself the axis would go from 0 to 2 for an AUC of 0.98.
    """
    if not scores or min(scores) != max(scores):
        return {}
    (score, *_) = scores
    room = abs(score) / 20 or 1.0
    high = score + room
    if metric in AT_MOST_1:
        high = min(high, 1 + room / 10)  # so that a point at 1 is seen whole
    return {"range": [score - room, high]}
