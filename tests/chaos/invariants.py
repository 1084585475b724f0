"""What must be true after a chaos run, read from the database and the files themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from dashboard.db import Chore, Job, JobAttempt, JobEvent, JobFold, JobUsage, LogLine, Model
from dashboard.db.states import TERMINAL, TRANSITIONS, JobState
from tests.chaos.batch_rules import find_broken_batches, with_below

ENDS = {"succeeded", "failed", "cancelled", "worker_died", "child_died", "handed_back"}
CHILD_DEATHS, TRIES = 3, 10
# A file's time is the kernel's, which is a tick behind the clock that attempts are stamped with.
TICK = timedelta(milliseconds=50)


@dataclass(frozen=True)
class Submitted:
    """What the load knows: all jobs, those surely deleted, and those whose answer did not come."""

    jobs: frozenset[int] = frozenset()
    deleted: frozenset[int] = frozenset()
    perhaps_deleted: frozenset[int] = frozenset()
    batches: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Story:
    """Everything that the database tells about one job."""

    job: Job
    attempts: Sequence[JobAttempt]
    events: Sequence[JobEvent]
    folds: Sequence[JobFold]
    lines: Sequence[LogLine]
    models: Sequence[Model]
    usage: Sequence[JobUsage]

    @property
    def tries(self) -> Sequence[JobAttempt]:
        """The attempts since a person last asked for the job to run."""
        asked = [e.at for e in self.events if e.from_state in TERMINAL and e.to_state == "queued"]
        return [a for a in self.attempts if not asked or a.started_at >= asked[-1]]


def find_faults(database_url: str, files: Path, submitted: Submitted) -> list[str]:
    """Return every rule that was broken, in words.

    Parameters
    ----------
    database_url : str
        The product's database.
    files : Path
        Its storage folder.
    submitted : Submitted
        The jobs that must be there, and those that may not.
    """
    engine = create_engine(database_url)
    with Session(engine) as session:
        jobs = {job.id: job for job in session.scalars(select(Job)).unique()}
        gone = submitted.deleted | submitted.perhaps_deleted
        found = [f"job {n} is missing" for n in sorted(submitted.jobs - gone - set(jobs))]
        found += [
            f"job {n} was deleted and is there" for n in sorted(submitted.deleted & set(jobs))
        ]
        batches = with_below(session, submitted.batches)
        ours = {n for n, job in jobs.items() if job.batch_id in batches}
        found += [f"job {n} was made by nobody" for n in sorted(set(jobs) - submitted.jobs - ours)]
        for job in jobs.values():
            found += [f"job {job.id}: {words}" for words in judge(_read(session, job), files)]
        found += find_broken_batches(session, submitted.batches)
        found += [*_strangers(session, set(jobs)), *_files(session, files, set(jobs))]
    engine.dispose()
    return found


def _read(session: Session, job: Job) -> Story:
    def rows(record: type, *order: object) -> Sequence:
        return session.scalars(select(record).filter_by(job_id=job.id).order_by(*order)).all()

    models = session.scalars(select(Model).where(Model.job_id == job.id)).unique().all()
    return Story(
        job, rows(JobAttempt, JobAttempt.number), rows(JobEvent, JobEvent.id),
        rows(JobFold, JobFold.fold), rows(LogLine, LogLine.n), models,
        rows(JobUsage, JobUsage.id),
    )  # fmt: skip


def judge(story: Story, files: Path) -> Iterator[str]:
    """Yield the rules that one job broke."""
    yield from _job(story)
    yield from _events(story)
    yield from _attempts(story)
    yield from _model(story)
    yield from _leases(story, files)
    yield from _lines(story)
    yield from _writes(story)


def _job(story: Story) -> Iterator[str]:
    job = story.job
    if job.state not in TERMINAL:
        yield f"is {job.state}, not over"
        return
    if job.finished_at is None:
        yield "is over, but nobody knows since when"
    if job.lease or job.worker:
        yield "still has a lease"
    yield from _end(story)


def _end(story: Story) -> Iterator[str]:
    job, reason = story.job, (story.job.failure or {}).get("message")
    deaths = sum(a.ended_by == "child_died" for a in story.tries)
    if job.state == JobState.LOST and deaths < CHILD_DEATHS and len(story.tries) < TRIES:
        yield f"is lost after {deaths} dead children and {len(story.tries)} attempts"
    if job.state in (JobState.FAILED, JobState.LOST) and not reason:
        yield f"is {job.state} for no reason"
    if job.state == JobState.FAILED and reason:
        yield f"failed, though nothing is wrong with it: {reason}"
    # What a batch does not let start was stopped by nobody, but for a reason.
    if job.state == JobState.CANCELLED and not (job.message and (job.stopped_by or job.batch_id)):
        yield "is cancelled, but by nobody"
    if job.state == JobState.SUCCEEDED and (job.score is None or job.progress != 1):
        yield f"succeeded with score {job.score} at {job.progress:.0%}"


def _events(story: Story) -> Iterator[str]:
    state = None
    for event in story.events:
        if event.from_state != state:
            yield f"event {event.id} comes from {event.from_state}, but it was {state}"
        allowed = TRANSITIONS[JobState(event.from_state)] if event.from_state else {"queued"}
        if event.to_state not in allowed:
            yield f"went from {event.from_state} to {event.to_state}"
        state = event.to_state
    if state != story.job.state:
        yield f"is {story.job.state}, but its last event says {state}"
    starts = sum(event.to_state == JobState.RUNNING for event in story.events)
    if starts != len(story.attempts):
        yield f"started {starts} times in {len(story.attempts)} attempts"


def _attempts(story: Story) -> Iterator[str]:
    numbers = [a.number for a in story.attempts]
    if numbers != list(range(1, story.job.attempt + 1)):
        yield f"has attempts {numbers}, but counts {story.job.attempt}"
    for attempt in story.attempts:
        if attempt.ended_at is None or attempt.ended_by not in ENDS:
            yield f"attempt {attempt.number} ended by {attempt.ended_by}"
    for one, other in zip(story.attempts, story.attempts[1:], strict=False):
        if one.ended_at and other.started_at < one.ended_at:
            yield f"attempt {other.number} began before {one.number} had ended"
    finished = sum(a.ended_by == "succeeded" for a in story.attempts)
    if finished != (story.job.state == JobState.SUCCEEDED):
        yield f"is {story.job.state} and finished {finished} times"


def _model(story: Story) -> Iterator[str]:
    is_fitted = story.job.state == JobState.SUCCEEDED and not story.job.score_only
    if len(story.models) != is_fitted:
        yield f"is {story.job.state} and has {len(story.models)} models"
    for model in story.models:
        if model.state != "ready":
            yield f"its model is {model.state}: {(model.failure or {}).get('message')}"
    asked = story.job.validation
    # What was found in an outer fold is scored on the rows of that fold alone.
    splits = 1 if asked.get("scores_outer") else asked.get("folds", 0) * asked.get("repeats", 1)
    whole = story.job.state == JobState.SUCCEEDED and not story.job.partial
    if whole and len(story.folds) != splits:
        yield f"succeeded with {len(story.folds)} of {splits} folds"


def _leases(story: Story, files: Path) -> Iterator[str]:
    """Hold every file that the job names against the attempt that it says wrote it."""
    by_number = {a.number: a for a in story.attempts}
    # Folds of attempt 0 were trained by the candidate that this job is the winner of.
    own = [f for f in story.folds if f.key and (f.attempt or not story.job.batch_id)]
    named = [(f"fold {f.fold}", f.key, by_number.get(f.attempt)) for f in own]
    last = story.attempts[-1] if story.attempts else None
    job = story.job
    named += [("its results", key, last) for key in (job.results_key, job.out_of_fold_key) if key]
    for model in story.models:
        # A chore writes the ONNX later, where it writes any.
        files_of = {kind: file for kind, file in model.files.items() if kind != "onnx"}
        named += [(f"its {kind}", file["key"], last) for kind, file in files_of.items()]
    for what, key, attempt in named:
        if attempt is None or key.split("/")[2] != attempt.lease:
            yield f"{what} was written under another lease than its attempt's"
            continue
        path = files / key
        written = path.exists() and datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if written and attempt.ended_at and written > attempt.ended_at + TICK:
            yield f"{what} was written after attempt {attempt.number} had ended"
        if written and written < attempt.started_at - TICK:
            yield f"{what} was written before attempt {attempt.number} began"


def _lines(story: Story) -> Iterator[str]:
    numbers = [line.n for line in story.lines]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "its log has gaps"
    for one, other in zip(story.lines, story.lines[1:], strict=False):
        if other.at < one.at:
            yield f"line {other.n} of its log is older than the one before it"
    for line in story.lines:
        spans = (
            a for a in story.attempts
            if a.started_at <= line.at and (a.ended_at is None or line.at <= a.ended_at + TICK)
        )  # fmt: skip
        if not any(spans):
            yield f"line {line.n} of its log was written when no attempt held the lease"


def _writes(story: Story) -> Iterator[str]:
    """Find what a worker wrote after another had taken its job over: ids grow with each write.

    Times do not tell: a worker stamps a line when it hears it, and writes it later. The samples of
    usage are written together with the lines, and say of which attempt they are.
    """
    folds = sorted(story.folds, key=lambda fold: fold.id)
    for what, rows in (("fold", folds), ("usage", story.usage)):
        yield from _late(what, [(row.attempt, row.id) for row in rows])
    lines = [(_attempt_at(story, line.at), line.n) for line in story.lines]
    yield from _late("log line", lines)
    if any(other.id < one.id for one, other in pairwise(story.lines)):
        yield "its log was not written in the order of its numbers"
    ends = {a.number: a.ended_at for a in story.attempts}
    for row in story.usage:
        end = ends.get(row.attempt)
        if end and row.at > end + TICK:
            yield f"usage {row.id} of attempt {row.attempt} was measured after its end"


def _attempt_at(story: Story, at: datetime) -> int:
    """Return the number of the last attempt that had begun at a moment; 0 for none."""
    return max((a.number for a in story.attempts if a.started_at <= at), default=0)


def _late(what: str, written: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield what is of an older attempt than something written before it."""
    newest = 0
    for attempt, number in written:
        if attempt < newest:
            yield f"{what} {number} of attempt {attempt} was written after attempt {newest} wrote"
        newest = max(newest, attempt)


def _strangers(session: Session, jobs: set[int]) -> Iterator[str]:
    for record in (JobAttempt, JobEvent, JobFold, JobUsage, LogLine, Model):
        for job_id in sorted(set(session.scalars(select(record.job_id))) - jobs):
            yield f"{record.__tablename__} of a job {job_id} that is not there"
    for chore in session.scalars(select(Chore).where(Chore.state.in_(["queued", "running"]))):
        yield f"chore {chore.id} ({chore.kind}) is {chore.state}, not over"


def _files(session: Session, files: Path, jobs: set[int]) -> Iterator[str]:
    known = {key for key in session.scalars(select(JobFold.key)) if key}
    known |= {key for key in session.scalars(select(Job.results_key)) if key}
    known |= {key for key in session.scalars(select(Job.out_of_fold_key)) if key}
    for stored in session.scalars(select(Model.files)):
        known |= {file["key"] for file in stored.values() if "key" in file}
    present = {p.relative_to(files).as_posix() for p in (files / "jobs").rglob("*") if p.is_file()}
    for key in sorted(known - present):
        yield f"the file {key} is missing"
    for key in sorted(present - known):
        whose = "of a deleted job" if int(key.split("/")[1]) not in jobs else "of no attempt"
        yield f"the file {key} is an orphan, {whose}"
