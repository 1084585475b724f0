"""What a comparison takes of the jobs' stored results: curves of classes, scores of draws.

A file of results is never changed: what is added to it makes another file. So what was read of one
holds for ever, and the last ones are kept.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, cast

from dashboard.compare.drawn import Draws, read_draws
from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.errors import DomainError
from dashboard.jobs.page.results import read_key, read_results
from dashboard.storage import get_storage

KEPT = 64


class Curve(NamedTuple):
    """A curve of one class: its points from left to right, and the area under it."""

    xs: Sequence[float]
    ys: Sequence[float]
    area: float | None


@dataclass(frozen=True)
class Stored:
    """What was taken of one file; curves by class."""

    roc: Mapping[str, Curve] = field(default_factory=dict)
    precision_recall: Mapping[str, Curve] = field(default_factory=dict)
    draws: Draws = field(default_factory=Draws)


NOTHING = Stored()


def read_stored(job: Job) -> Stored:
    """Return what is taken of a job's results; nothing where it has none, or they are missing."""
    if job.state != JobState.SUCCEEDED or job.results_key is None:
        return NOTHING
    try:
        return _read(cast(Hashable, get_storage()), job.results_key)
    except DomainError:
        pass
    try:
        return _pick(read_results(job))  # something was added to them at this very moment
    except DomainError:
        return NOTHING


@lru_cache(maxsize=KEPT)
def _read(storage: Any, key: str) -> Stored:
    return _pick(read_key(storage, key))


def _pick(results: Mapping[str, Any]) -> Stored:
    roc = {c["class"]: _curve(c["fpr"], c["tpr"], c["auc"]) for c in results.get("roc") or []}
    precision_recall = {
        c["class"]: _curve(c["recall"], c["precision"], c["average_precision"])
        for c in results.get("precision_recall") or []
    }
    return Stored(roc, precision_recall, read_draws(results))


def _curve(xs: Sequence[float], ys: Sequence[float], area: float | None) -> Curve:
    points = list(zip(xs, ys, strict=True))
    if points and points[0][0] > points[-1][0]:
        points.reverse()
    return Curve([x for x, _ in points], [y for _, y in points], area)
