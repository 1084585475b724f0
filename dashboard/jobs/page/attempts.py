"""The attempts of a job as its page shows them: who tried, how long, and why it ended."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.db import Job, JobAttempt, JobFold
from dashboard.extensions import db
from dashboard.jobs.page.time_up import word_of_end
from dashboard.jobs.running.recovery import Memory, why_again
from dashboard.jobs.running.usage import find_peaks
from dashboard.jobs.times.durations import seconds_of


@dataclass(frozen=True)
class AttemptView:
    """One try of a job: it worked for `seconds`, and `folds` were scored in it."""

    number: int
    worker: str
    started_at: datetime
    ended_at: datetime | None
    seconds: float | None
    why: str
    folds: int


@dataclass(frozen=True)
class Attempts:
    """The attempts of a job, the first one first, and why it was started again by itself."""

    views: list[AttemptView]
    again: str | None


def view_attempts(
    job: Job,
    attempts: Sequence[JobAttempt],
    folds: Sequence[JobFold],
    memory_limit_bytes: int,
) -> Attempts:
    """Return the attempts of a job; the limit is the server's, for jobs that name none."""
    scored = Counter(fold.attempt for fold in folds)
    died = any(attempt.ended_by == "child_died" for attempt in attempts)
    peaks = find_peaks(db.session(), job.id) if died else {}
    limit = job.memory_limit_bytes or memory_limit_bytes
    memory = {a.number: Memory(peaks.get(a.number), limit) for a in attempts}
    views = [
        AttemptView(a.number, a.worker, a.started_at, a.ended_at, seconds_of(a),
                    _why(job, a, memory[a.number]), scored[a.number])
        for a in attempts
    ]  # fmt: skip
    return Attempts(views, _say_again(attempts, memory))


def _why(job: Job, attempt: JobAttempt, memory: Memory) -> str:
    """Say why an attempt ended; what the job itself came to is told above the table."""
    by = f" by {job.stopped_by}" if job.stopped_by and attempt.number == job.attempt else ""
    return {
        None: "Running now",
        "succeeded": "Stopped early and kept" if job.partial else "Finished",
        "failed": "Failed; the reason is above" if attempt.number == job.attempt else "Failed",
        "cancelled": word_of_end(job) or f"Cancelled{by}",
    }.get(attempt.ended_by) or why_again(attempt.ended_by or "", attempt.worker, memory)


def _say_again(attempts: Sequence[JobAttempt], memory: Mapping[int, Memory]) -> str | None:
    """Say that a job was started again by itself and why; None when it was not.

    Only the attempt before this one counts: what came earlier is told in the table of attempts.
    """
    last = next((a for a in reversed(attempts) if a.ended_by is not None), None)
    if last is None or last.ended_by not in {"worker_died", "child_died", "handed_back"}:
        return None
    why = why_again(last.ended_by, last.worker, memory[last.number])
    waits = last is attempts[-1]
    begun = "Waits to start again" if waits else "Started again"
    where = "" if waits else f" on {attempts[-1].worker}"
    return f"{why}. {begun} as attempt {last.number + 1}{where}; folds already scored are kept"
