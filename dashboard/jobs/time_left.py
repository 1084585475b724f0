"""What is left of a running job: by its own folds, and before the first by what others took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.clock import now
from dashboard.db import Job, JobFold
from dashboard.filters import about, eta
from tasks.engine.spec import Validation

SAVE_S = 1.0  # from the last fit to the end
SCORING = 1.1  # a fold's wall time by its fit's, until the folds of this attempt say better
# So much longer than expected is said to be longer; the seconds are for small jobs.
OVERDUE, OVERDUE_S = 1.3, 5.0


@dataclass(frozen=True)
class TimeLeft:
    """What is left of a running job: its seconds, and what jobs like it took; None: unknown."""

    seconds: float | None = None
    usual_s: float | None = None
    is_overdue: bool = False

    @property
    def words(self) -> str:
        """The time left for people."""
        if not self.is_overdue:
            return eta(self.seconds)
        than = "expected"
        if self.usual_s is not None:
            than = f"usual (usually {about(self.usual_s)})"
        left = f", {eta(self.seconds)}" if self.seconds is not None else ""
        return f"Taking longer than {than}{left}"


def estimate_left(
    job: Job, folds: Sequence[JobFold], began: datetime | None, usual_s: float | None
) -> TimeLeft:
    """Estimate what is left of a running job.

    Parameters
    ----------
    job : Job
        In state running or cancelling.
    folds : sequence of JobFold
        Those that are scored, by whichever attempt.
    began : datetime or None
        When the present attempt began.
    usual_s : float or None
        Seconds that jobs like it took.
    """
    if began is None:
        return TimeLeft()
    elapsed = (now() - began).total_seconds()
    seconds, is_late = _seconds_left(job, folds, began)
    resumed = any(fold.attempt != job.attempt for fold in folds)
    if seconds is None and not is_late and usual_s is not None:
        seconds = usual_s - elapsed
    if usual_s is not None and not resumed:  # what was resumed has no usual time
        is_late = is_late or elapsed > usual_s * OVERDUE + OVERDUE_S
    if seconds is not None:
        seconds = None if is_late and seconds <= 0 else max(seconds, 0.0)
    return TimeLeft(seconds, None if resumed else usual_s, is_late)


def _seconds_left(
    job: Job, folds: Sequence[JobFold], began: datetime
) -> tuple[float | None, bool]:
    """Return the seconds left by a job's own folds, and whether its present step is late."""
    if job.stage == "save":
        return SAVE_S, False
    if not folds:
        return None, False
    fit_s = sum(fold.fit_seconds for fold in folds) / len(folds)
    grow = [max(f.n_train + f.n_test, job.n_rows or 0) / f.n_train for f in folds if f.n_train]
    final_s = fit_s * (sum(grow) / len(grow) if grow else 1.0)
    stages = {s["stage"]: s for s in job.stages if _moment(s["started_at"]) >= began}
    if job.stage == "final":
        since, _ = _pace(stages.get("final"), final_s)
        return final_s - since + SAVE_S, since > final_s * OVERDUE + OVERDUE_S
    since, fold_s = _pace(stages.get("fit"), fit_s * SCORING)
    ahead = max(Validation(**job.validation).n_splits - len(folds), 0)
    if job.stop_request == "keep":
        ahead = 0
    is_late = ahead > 0 and since > fold_s * OVERDUE + OVERDUE_S
    left = ahead * fold_s - (min(since, fold_s) if ahead else 0) + final_s + SAVE_S
    return (None if is_late else left), is_late


def _pace(stage: Mapping[str, Any] | None, step_s: float) -> tuple[float, float]:
    """Return the seconds since a stage's last step ended, and those that a step takes."""
    if stage is None:
        return 0.0, step_s
    started = _moment(stage["started_at"])
    last = _moment(stage["step_at"]) if stage.get("steps") else started
    if stage.get("steps"):
        step_s = (last - started).total_seconds() / stage["steps"]
    return max((now() - last).total_seconds(), 0.0), step_s


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
