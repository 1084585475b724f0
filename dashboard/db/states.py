"""The job's states and the only functions that change them: `move`, and `move_all` for many.

::

    queued -> running -> succeeded | failed | cancelled | lost
              running -> cancelling -> cancelled
              running -> queued          another attempt
    queued -> cancelled
    failed | cancelled | lost -> queued  run again
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, insert, literal, select, update
from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.db.job import Job, JobEvent
from dashboard.db.job_index import AT_ONCE, MADE_FROM, index_jobs


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
# What ends its workers again and again is given up, job or chore, whoever is to blame.
ATTEMPTS_OF_ANY_KIND = 10


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
    _check(came_from, to, f"job {job.id}")
    job.state = to
    if to in TERMINAL:
        job.finished_at = now()
    session.add(JobEvent(job_id=job.id, from_state=came_from, to_state=to, by=by))


def move_all(
    session: Session,
    which: ColumnElement[bool],
    came_from: JobState,
    to: JobState,
    *,
    by: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> int:
    """Change the state of all jobs that match and are in one state, and write their events.

    A statement is for up to `AT_ONCE` jobs. Jobs that the session has loaded keep
    their old values until they are read again.

    Parameters
    ----------
    session : Session
        The writing transaction's session.
    which : ColumnElement
        Which jobs, such as ``Job.batch_id == 7``.
    came_from, to : JobState
        The state that they are in, and the new one.
    by : str, optional
        Who or what caused it.
    values : Mapping, optional
        Further columns that change.

    Returns
    -------
    int
        How many there were.

    Raises
    ------
    IllegalTransition
        When `TRANSITIONS` does not allow it.
    """
    _check(came_from, to, "jobs")
    changes = {**(values or {}), "state": to}
    if to in TERMINAL:
        changes["finished_at"] = now()
    # PostgreSQL looks anew in each statement, and might find more jobs by then: what was locked
    # is what changes.
    ids = lock_all(session, which, Job.state == came_from)
    for start in range(0, len(ids), AT_ONCE):
        chosen = Job.id.in_(ids[start : start + AT_ONCE])
        write_events(session, chosen, came_from, to, by=by)
        changing = update(Job).where(chosen).values(changes)
        session.execute(changing.execution_options(synchronize_session=False))
    if MADE_FROM & changes.keys():
        index_jobs(session, ids)
    return len(ids)


def lock_all(session: Session, *which: ColumnElement[bool]) -> Sequence[int]:
    """Lock all jobs that match for the rest of the transaction, and return their ids.

    They are locked in the order of their ids by everybody, so that nobody waits for each other.
    """
    return session.scalars(select(Job.id).where(*which).order_by(Job.id).with_for_update()).all()


def write_events(
    session: Session,
    which: ColumnElement[bool],
    came_from: JobState | None,
    to: JobState,
    *,
    by: str | None,
) -> None:
    """Write the event of a change for all jobs that match; `came_from` is None for new ones."""
    said = {"at": now(), "from_state": came_from, "to_state": to, "by": by}
    columns = JobEvent.__table__.c
    events = select(Job.id, *(literal(value, columns[name].type) for name, value in said.items()))
    session.execute(
        insert(JobEvent).from_select(
            ["job_id", *said], events.where(which).order_by(Job.id), include_defaults=False
        )
    )


def _check(came_from: JobState, to: JobState, what: str) -> None:
    if to not in TRANSITIONS[came_from]:
        raise IllegalTransition(f"{what} cannot go from {came_from} to {to}")
