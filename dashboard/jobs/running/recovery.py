"""Jobs whose worker or child died: another attempt, or given up."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.db import Job
from dashboard.db.one_by_one import one_by_one
from dashboard.db.states import ATTEMPTS_OF_ANY_KIND, HELD, JobState, move
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.filters import size
from dashboard.jobs.changing.undoing import end_as_cancelled
from dashboard.jobs.running.claiming import Claim
from dashboard.jobs.running.execution import add_lines, end_attempt, held_job
from dashboard.jobs.running.usage import find_peaks

# A process that had less of the memory it may have died hardly for want of it. Not more than a
# quarter: others have memory too, and what is taken in the last moment is not measured.
MUCH = 0.25
log = logging.getLogger(__name__)


def hand_back(*, claim: Claim) -> bool:
    """Put a job back into the queue because its worker was asked to stop."""
    return _try_again(claim=claim, ended_by="handed_back", max_child_deaths=None)


def record_child_death(*, claim: Claim, max_child_deaths: int, memory_bytes: int) -> bool:
    """Write that the training process died by itself: another attempt, or given up.

    Parameters
    ----------
    claim : Claim
        The lease.
    max_child_deaths : int
        As for `recover_stale_jobs`.
    memory_bytes : int
        What it could have had: the job's limit, or the machine's memory where that is less.
    """
    return _try_again(
        claim=claim,
        ended_by="child_died",
        max_child_deaths=max_child_deaths,
        memory_bytes=memory_bytes,
    )


def _try_again(
    *, claim: Claim, ended_by: str, max_child_deaths: int | None, memory_bytes: int = 0
) -> bool:
    with writing() as session:
        job = held_job(session, claim)
        if job is None:
            return False
        memory = None
        if ended_by == "child_died":
            job.child_deaths += 1
            memory = Memory(find_peaks(session, job.id).get(job.attempt), memory_bytes)
        _requeue(session, job, ended_by, max_child_deaths, by=claim.worker, memory=memory)
        return True


def recover_stale_jobs(*, before: datetime, max_child_deaths: int) -> int:
    """Take back the jobs whose worker has not been heard of.

    Parameters
    ----------
    before : datetime
        Jobs with an older heartbeat are taken back.
    max_child_deaths : int
        Attempts in which the child died by itself before a job is given up.

    Returns
    -------
    int
        How many jobs were taken back. Safe to run in several processes at once.
    """
    stale = (Job.state.in_(HELD), Job.heartbeat_at < before)
    return _take_back(stale, max_child_deaths, by="dispatcher")


def recover_jobs_of(*, worker: str, before: datetime, max_child_deaths: int) -> int:
    """Take back the jobs of a worker whose process is known to be gone; return how many.

    Parameters
    ----------
    worker : str
        Its name, which another process may have by now.
    before : datetime
        Jobs with an older heartbeat are meant: when that other process began.
    max_child_deaths : int
        As for `recover_stale_jobs`.
    """
    held = (Job.state.in_(HELD), Job.worker == worker, Job.heartbeat_at < before)
    return _take_back(held, max_child_deaths, by=worker)


# What the attempt left in the storage goes later: that may hang, and other jobs wait to be taken
# back. See `jobs.leftovers`.
def _take_back(which: tuple[ColumnElement[bool], ...], max_child_deaths: int, *, by: str) -> int:
    db.session.rollback()
    job_ids: Sequence[int] = db.session.scalars(select(Job.id).where(*which)).all()
    taken = one_by_one(
        job_ids,
        lambda job_id: _take_one_back(job_id, which, max_child_deaths, by=by),
        failed="job %s could not be taken back",
    )
    return sum(taken)


def _take_one_back(
    job_id: int, which: tuple[ColumnElement[bool], ...], max_child_deaths: int, *, by: str
) -> bool:
    with writing() as session:
        job = session.scalar(select(Job).where(Job.id == job_id, *which).with_for_update(of=Job))
        if job is None:
            return False
        _requeue(session, job, "worker_died", max_child_deaths, by=by)
        return True


@dataclass(frozen=True)
class Memory:
    """The most memory that a training process had, None if not measured, and what it may have."""

    peak_bytes: int | None
    most_bytes: int

    @property
    def may_be_why(self) -> bool:
        """Whether the process may have died for want of memory, as far as is known."""
        return not self.peak_bytes or self.peak_bytes >= MUCH * self.most_bytes

    @property
    def fact(self) -> str:
        """The peak, to stand behind a sentence; nothing where it is not known."""
        return f". Its memory peaked at about {size(self.peak_bytes)}" if self.peak_bytes else ""


UNKNOWN = Memory(None, 0)


def why_again(ended_by: str, worker: str | None, memory: Memory | None = None) -> str:
    """Say why an attempt was not the last one; of a process that died also what it used."""
    memory = memory or UNKNOWN
    died = f"The training process on {worker} died{memory.fact}"
    return {
        "worker_died": f"{worker} stopped answering. This is not about your data",
        "child_died": f"{died}. This may be about memory" if memory.may_be_why else died,
        "handed_back": f"{worker} was stopped and handed the job back",
    }.get(ended_by, f"The attempt on {worker} ended: {ended_by}")


def _requeue(
    session: Session,
    job: Job,
    ended_by: str,
    max_child_deaths: int | None,
    *,
    by: str,
    memory: Memory | None = None,
) -> None:
    worker, attempt, tries = job.worker, job.attempt, job.tries
    deaths = max_child_deaths is not None and job.child_deaths >= max_child_deaths
    moment = now()  # what is said of the attempt belongs to it, so it is not later than its end
    end_attempt(session, job, ended_by)
    if job.state == JobState.CANCELLING and job.stop_request != "keep":
        end_as_cancelled(session, job)
        return
    if deaths or tries >= ATTEMPTS_OF_ANY_KIND:
        why = _why_given_up(job, ended_by, worker, memory or UNKNOWN)
        _give_up(session, job, why, moment=moment, by=by)
        return
    job.message = f"{why_again(ended_by, worker, memory)}. Started again as attempt {attempt + 1}"
    job.hinted_at = None  # its progress stays: the folds that were scored are not lost
    add_lines(session, job.id, [(moment, "warning", job.message)])
    move(session, job, JobState.QUEUED, by=by)


def _give_up(
    session: Session, job: Job, why: tuple[str, str], *, moment: datetime, by: str
) -> None:
    message, hint = why
    job.failure = {"code": "LOST", "message": message, "hint": hint}
    job.message = message
    add_lines(session, job.id, [(moment, "error", message)])
    if job.state == JobState.CANCELLING:
        move(session, job, JobState.CANCELLED, by=job.stopped_by)
    else:
        move(session, job, JobState.LOST, by=by)


def _why_given_up(job: Job, ended_by: str, worker: str | None, memory: Memory) -> tuple[str, str]:
    """Return what ended the last attempt of a job that is given up, and what may be done."""
    if ended_by == "child_died":
        times = f"{job.child_deaths} time{'' if job.child_deaths == 1 else 's'}"
        message = f"The training process died by itself {times}, last on {worker}{memory.fact}"
        if not memory.may_be_why:
            far = f"That is far from the {size(memory.most_bytes)} that it may use"
            return message, f"{far}. Look at the log, then try a simpler estimator"
        return message, (
            "It may need more memory than there is. Try fewer columns or a simpler estimator"
        )
    did = {"handed_back": "was stopped and handed the job back"}.get(ended_by, "stopped answering")
    return (
        f"{worker} {did}, attempt {job.attempt} of this job",
        "This is not about your data. Run it again",
    )
