"""The attempts of a job as its page shows them: who tried, how long, and why it ended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.clock import now
from dashboard.db import Job, JobAttempt, JobFold
from dashboard.jobs.recovery import why_again


@dataclass(frozen=True)
class AttemptView:
    """One try of a job; `folds` counts those that were scored in it."""

    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    why: str
    folds: int

    @property
    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        return max(0.0, ((self.ended_at or now()) - self.started_at).total_seconds())


def view_attempts(
    job: Job, attempts: Sequence[JobAttempt], folds: Sequence[JobFold]
) -> list[AttemptView]:
    """Return the attempts of a job, the first one first."""
    scored = Counter(fold.attempt for fold in folds)
    return [
        AttemptView(a.number, a.worker, a.started_at, a.ended_at, _why(job, a), scored[a.number])
        for a in attempts
    ]


def _why(job: Job, attempt: JobAttempt) -> str:
    """Say why an attempt ended; what the job itself came to is told above the table."""
    by = f" by {job.stopped_by}" if job.stopped_by and attempt.number == job.attempt else ""
    return {
        None: "Running now",
        "succeeded": "Stopped early and kept" if job.partial else "Finished",
        "failed": "Failed; the reason is above" if attempt.number == job.attempt else "Failed",
        "cancelled": f"Cancelled{by}",
    }.get(attempt.ended_by) or why_again(attempt.ended_by or "", attempt.worker)


def say_again(attempts: Sequence[JobAttempt]) -> str | None:
    """Say that a job was started again by itself and why; None when it was not.

    Only the attempt before this one counts: what came earlier is told in the table of attempts.
    """
    last = next((a for a in reversed(attempts) if a.ended_by is not None), None)
    if last is None or last.ended_by not in {"worker_died", "child_died", "handed_back"}:
        return None
    why = why_again(last.ended_by, last.worker)
    begun = "Waits to start again" if last is attempts[-1] else "Started again"
    return f"{why}. {begun} as attempt {last.number + 1}; folds already scored are kept"
