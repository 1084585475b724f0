"""The fold of a job that is being fitted: which it is, since when, and how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.clock import now
from dashboard.db import Job, JobFold
from dashboard.db.states import HELD, JobState


@dataclass(frozen=True)
class RunningFold:
    """A fold that has no score yet.

    `share`: how much of its fit is done, 0 to 1; None where that is not known for sure.
    """

    number: int
    seconds: float
    share: float | None


def find_running_fold(job: Job, folds: Sequence[JobFold]) -> RunningFold | None:
    """Return the fold that is being fitted, of a job whose scored folds are given."""
    stage = _fit_stage(job)
    number = stage.get("fold")
    if job.state != JobState.RUNNING or job.stage != "fit" or number is None:
        return None
    if any(fold.fold == number for fold in folds):
        return None
    seconds = (now() - datetime.fromisoformat(stage["fold_at"])).total_seconds()
    return RunningFold(number, max(seconds, 0.0), stage.get("part"))


def read_curves(job: Job, folds: Sequence[JobFold]) -> dict[int, dict[str, Any]]:
    """Return the scores by round of each fold that has some, also while it is fitted."""
    found: dict[int, dict[str, Any]] = {}
    if job.state in HELD:
        told = _fit_stage(job).get("curves", {})
        found = {int(number): curve for number, curve in told.items()}
    found |= {fold.fold: fold.curve for fold in folds if fold.curve}
    return dict(sorted(found.items()))


def _fit_stage(job: Job) -> dict[str, Any]:
    """Return what the present attempt tells of its fits; empty before the first one."""
    return next((stage for stage in reversed(job.stages) if stage["stage"] == "fit"), {})
