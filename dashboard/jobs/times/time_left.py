"""What is left of a running job: by its own fits, and before those by what others took."""

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
# From how much of a fit on, and after which time, its own pace says how long it takes.
LEAST_PART, LEAST_PART_S = 0.05, 2.0


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
    """Return the seconds left by a job's own fits, and whether its present one is late."""
    if job.stage == "save":
        return SAVE_S, False
    stages = {s["stage"]: s for s in job.stages if _moment(s["started_at"]) >= began}
    stage = stages.get("final" if job.stage == "final" else "fit")
    present_s = _by_part(stage)
    fit_s = sum(fold.fit_seconds for fold in folds) / len(folds) if folds else present_s
    if fit_s is None:
        return None, False
    final_s = 0.0 if job.score_only else fit_s * _more_rows(job, folds)
    if job.stage == "final":
        since, _ = _pace(stage, final_s)
        present_s = present_s or final_s
        return present_s - since + SAVE_S, since > present_s * OVERDUE + OVERDUE_S
    since, fold_s = _pace(stage, fit_s * SCORING if folds else fit_s)
    ahead = max(Validation(**job.validation).n_splits - len(folds), 0)
    if job.stop_request == "keep" or not ahead:
        return final_s + SAVE_S, False
    present_s = present_s or fold_s
    is_late = since > present_s * OVERDUE + OVERDUE_S
    left = (ahead - 1) * fold_s + max(present_s - since, 0.0) + final_s + SAVE_S
    return (None if is_late else left), is_late


def _more_rows(job: Job, folds: Sequence[JobFold]) -> float:
    """Return how many times a fold's training rows the last fit learns from."""
    grow = [max(f.n_train + f.n_test, job.n_rows or 0) / f.n_train for f in folds if f.n_train]
    if grow:
        return sum(grow) / len(grow)
    split = Validation(**job.validation)
    return 1 / (1 - (split.test_size if split.scheme == "holdout" else 1 / split.folds))


def _by_part(stage: Mapping[str, Any] | None) -> float | None:
    """Return the seconds that the present fit takes, by its own pace; None: no telling."""
    part = stage.get("part", 0.0) if stage else 0.0
    if stage is None or part < LEAST_PART:
        return None
    took = (_moment(stage["part_at"]) - _last_step(stage)).total_seconds()
    return took / part if took >= LEAST_PART_S else None


def _pace(stage: Mapping[str, Any] | None, step_s: float) -> tuple[float, float]:
    """Return the seconds since a stage's last step ended, and those that a step takes."""
    if stage is None:
        return 0.0, step_s
    last = _last_step(stage)
    if stage.get("steps"):
        step_s = (last - _moment(stage["started_at"])).total_seconds() / stage["steps"]
    return max((now() - last).total_seconds(), 0.0), step_s


def _last_step(stage: Mapping[str, Any]) -> datetime:
    """Return when a stage's last step ended, or when the stage began."""
    return _moment(stage["step_at"] if stage.get("steps") else stage["started_at"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
