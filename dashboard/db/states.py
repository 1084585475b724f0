"""The job's states and the only function that changes one.

::

    queued -> running -> succeeded | failed | cancelled | lost
              running -> cancelling -> cancelled
              running -> queued          another attempt
    queued -> cancelled
    failed | cancelled | lost -> queued  run again
"""

from enum import StrEnum

from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.db.job import Job, JobEvent


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


S = JobState
TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    S.QUEUED: frozenset({S.RUNNING, S.CANCELLED}),
    S.RUNNING: frozenset({S.SUCCEEDED, S.FAILED, S.CANCELLED, S.CANCELLING, S.LOST, S.QUEUED}),
    # A stop may lose the race: "stop and keep" ends as succeeded, and a fit that was already
    # over when the flag was read keeps its result.
    # A "stop and keep" whose worker died goes back to the queue, still to be kept.
    S.CANCELLING: frozenset({S.CANCELLED, S.SUCCEEDED, S.FAILED, S.QUEUED}),
    S.SUCCEEDED: frozenset(),
    S.FAILED: frozenset({S.QUEUED}),
    S.CANCELLED: frozenset({S.QUEUED}),
    S.LOST: frozenset({S.QUEUED}),
}
ACTIVE = frozenset({S.QUEUED, S.RUNNING, S.CANCELLING})
HELD = frozenset({S.RUNNING, S.CANCELLING})  # a worker holds a lease
TERMINAL = frozenset({S.SUCCEEDED, S.FAILED, S.CANCELLED, S.LOST})


class IllegalTransition(Exception):
    """A change of state that the table does not allow: a programming error, never a person's."""


def move(session: Session, job: Job, to: JobState, *, by: str | None = None) -> None:
    """Change a job's state and write the event, inside the caller's writing transaction.

    Parameters
    ----------
    session : Session
        The writing transaction's session.
    job : Job
        The job, loaded or claimed within the same transaction.
    to : JobState
        The new state.
    by : str, optional
        Who or what caused it: a person's name, a worker's, ``dispatcher``.

    Raises
    ------
    IllegalTransition
        When `TRANSITIONS` does not allow it.
    """
    came_from = JobState(job.state)
    if to not in TRANSITIONS[came_from]:
        raise IllegalTransition(f"job {job.id} cannot go from {came_from} to {to}")
    job.state = to
    if to in TERMINAL:
        job.finished_at = now()
    session.add(JobEvent(job_id=job.id, from_state=came_from, to_state=to, by=by))
