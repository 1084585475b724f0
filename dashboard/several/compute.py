"""How much a batch that tries several had of the machine: a busy one gives far less."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dashboard.db import Batch, Job, JobAttempt, JobUsage
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.plans.step import find_beginning
from dashboard.several.preset import Several

# Less than this share of what was possible is told as a busy machine.
MUCH = 0.6


@dataclass(frozen=True)
class Compute:
    """CPU seconds that training used, and those that were possible: slots times the time.

    The time is the limit, or less where somebody stopped the batch. `took_s`: how long all of it
    took, the model included; None while that is not there.
    """

    used_s: float
    possible_s: float
    took_s: float | None = None

    @property
    def share(self) -> float:
        """What was used of what was possible, from 0 to 1."""
        return min(self.used_s / self.possible_s, 1.0) if self.possible_s else 0.0

    @property
    def is_little(self) -> bool:
        """Whether it is far from what was possible."""
        return self.share < MUCH


def measure(batch: Batch) -> Compute:
    """Measure what the jobs of a batch used so far.

    A job that succeeded says it itself; of the others the samples of their use are added up.
    """
    several = Several.from_plan(batch.plan or {})
    found = db.session.execute(
        select(Job.id, Job.state, Job.details).where(
            Job.batch_id == batch.id, Job.started_at.is_not(None)
        )
    ).all()
    told = {
        job_id: float(details["cpu_seconds"])
        for job_id, state, details in found
        if state == JobState.SUCCEEDED and (details or {}).get("cpu_seconds")
    }
    others = [job_id for job_id, _, _ in found if job_id not in told]
    used = sum(told.values()) + _sampled(others)
    possible = several.slots * _seconds_possible(batch, several)
    return Compute(used, possible, _seconds_taken(batch))


def _seconds_taken(batch: Batch) -> float | None:
    """Return how long it was from the first start to the end of the last job."""
    final = db.session.get(Job, batch.final_job_id) if batch.final_job_id else None
    began = find_beginning(batch.id, batch.plan or {})
    if final is None or final.finished_at is None or began is None or final.finished_at < began:
        return None  # of jobs that run again the time began anew
    return (final.finished_at - began).total_seconds()


def _seconds_possible(batch: Batch, several: Several) -> float:
    """Return how long jobs could train: the time limit, or until somebody stopped the batch."""
    limit, plan = float(several.time_limit_s), batch.plan or {}
    told = (plan.get("stopped") or {}).get("at")
    if told is None:
        return limit
    began, stopped = find_beginning(batch.id, plan), datetime.fromisoformat(told)
    if began is None:
        return 0.0
    # Jobs that run again begin a time anew.
    return limit if stopped < began else min(limit, (stopped - began).total_seconds())


def _sampled(job_ids: list[int]) -> float:
    """Add up samples: each says how many cores were busy since the one before it."""
    if not job_ids:
        return 0.0
    last: dict[tuple[int, int], datetime] = {
        (job_id, number): started
        for job_id, number, started in db.session.execute(
            select(JobAttempt.job_id, JobAttempt.number, JobAttempt.started_at).where(
                JobAttempt.job_id.in_(job_ids)
            )
        )
    }
    samples = select(JobUsage.job_id, JobUsage.attempt, JobUsage.at, JobUsage.cpu_cores)
    total = 0.0
    for job_id, attempt, at, cores in db.session.execute(
        samples.where(JobUsage.job_id.in_(job_ids)).order_by(JobUsage.id)
    ):
        before = last.get((job_id, attempt), at)
        total += cores * max((at - before).total_seconds(), 0.0)
        last[job_id, attempt] = at
    return total
