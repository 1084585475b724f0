"""What must be true after a chaos run, read from the database and the files themselves."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from dashboard.db import Job, JobAttempt, JobEvent, JobFold, Model
from dashboard.db.states import TERMINAL, TRANSITIONS, JobState

ENDS = {"succeeded", "failed", "cancelled", "worker_died", "child_died", "handed_back"}
CHILD_DEATHS, TRIES = 3, 10


def find_faults(database_url: str, files: Path, expected: set[int], gone: set[int]) -> list[str]:
    """Return every rule that was broken, in words.

    Parameters
    ----------
    database_url : str
        The product's database.
    files : Path
        Its storage folder.
    expected, gone : set of int
        The jobs that were submitted, and those that somebody asked to delete.
    """
    engine = create_engine(database_url)
    with Session(engine) as session:
        jobs = {job.id: job for job in session.scalars(select(Job)).unique()}
        found = [f"job {n} is missing" for n in sorted(expected - gone - set(jobs))]
        for job in jobs.values():
            attempts = session.scalars(
                select(JobAttempt).where(JobAttempt.job_id == job.id).order_by(JobAttempt.number)
            ).all()
            events = session.scalars(
                select(JobEvent).where(JobEvent.job_id == job.id).order_by(JobEvent.id)
            ).all()
            broken = [*_job(job), *_events(job, events), *_attempts(job, attempts)]
            broken += _model(session, job, attempts)
            found += [f"job {job.id}: {words}" for words in broken]
        found += _files(session, files, set(jobs))
    engine.dispose()
    return found


def _job(job: Job) -> Iterator[str]:
    if job.state not in TERMINAL:
        yield f"is {job.state}, not over"
    if job.state == JobState.LOST and job.child_deaths < CHILD_DEATHS and job.tries < TRIES:
        yield f"is lost after {job.child_deaths} dead children and {job.tries} tries"
    if job.state in (JobState.FAILED, JobState.LOST) and not (job.failure or {}).get("message"):
        yield "has no reason"
    if job.state == JobState.FAILED:
        yield f"failed: {(job.failure or {}).get('message')}"
    if job.lease or job.worker:
        yield "still has a lease"


def _events(job: Job, events: Sequence[JobEvent]) -> Iterator[str]:
    state = None
    for event in events:
        if event.from_state != state:
            yield f"event {event.id} comes from {event.from_state}, but it was {state}"
        allowed = TRANSITIONS[JobState(event.from_state)] if event.from_state else {"queued"}
        if event.to_state not in allowed:
            yield f"went from {event.from_state} to {event.to_state}"
        state = event.to_state
    if state != job.state:
        yield f"is {job.state}, but its last event says {state}"
    ends = Counter(e.to_state for e in events)
    if ends["succeeded"] > 1:
        yield "finished twice"


def _attempts(job: Job, attempts: Sequence[JobAttempt]) -> Iterator[str]:
    if [a.number for a in attempts] != list(range(1, job.attempt + 1)):
        yield f"has attempts {[a.number for a in attempts]}, but counts {job.attempt}"
    for attempt in attempts:
        if attempt.ended_at is None or attempt.ended_by not in ENDS:
            yield f"attempt {attempt.number} ended by {attempt.ended_by}"
    for one, other in zip(attempts, attempts[1:], strict=False):
        if one.ended_at and other.started_at < one.ended_at:
            yield f"attempt {other.number} began before {one.number} had ended"


def _model(session: Session, job: Job, attempts: Sequence[JobAttempt]) -> Iterator[str]:
    models = session.scalars(select(Model).where(Model.job_id == job.id)).unique().all()
    if len(models) != (job.state == JobState.SUCCEEDED):
        yield f"is {job.state} and has {len(models)} models"
    for model in models:
        if model.state != "ready":
            yield f"its model is {model.state}"
        leases = {stored["key"].split("/")[2] for stored in model.files.values()}
        if leases != {attempts[-1].lease}:
            yield "its model was written by an attempt that had not the lease"
    folds = session.scalars(select(JobFold).where(JobFold.job_id == job.id)).all()
    for fold in folds:
        lease = attempts[fold.attempt - 1].lease if fold.attempt <= len(attempts) else None
        if fold.key and fold.key.split("/")[2] != lease:
            yield f"fold {fold.fold} was written under another lease than its attempt's"


def _files(session: Session, files: Path, jobs: set[int]) -> Iterator[str]:
    known = {key for key in session.scalars(select(JobFold.key)) if key}
    known |= {key for key in session.scalars(select(Job.results_key)) if key}
    known |= {key for key in session.scalars(select(Job.out_of_fold_key)) if key}
    for stored in session.scalars(select(Model.files)):
        known |= {file["key"] for file in stored.values()}
    present = {p.relative_to(files).as_posix() for p in (files / "jobs").rglob("*") if p.is_file()}
    for key in sorted(known - present):
        yield f"the file {key} is missing"
    for key in sorted(present - known):
        whose = "of a deleted job" if int(key.split("/")[1]) not in jobs else "of no attempt"
        yield f"the file {key} is an orphan, {whose}"
