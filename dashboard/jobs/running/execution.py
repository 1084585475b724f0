"""What workers write about the jobs they hold: progress and end. All of it needs the lease."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, lazyload

from dashboard.clock import now
from dashboard.db import Chore, Job, JobAttempt, JobFold, JobUsage, LogLine, Model
from dashboard.db.states import HELD, JobState, move
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.changing.undoing import end_as_cancelled
from dashboard.jobs.page.blends import name_blend
from dashboard.jobs.running.claiming import Claim
from dashboard.jobs.running.failing import say_for_log, with_reference
from dashboard.jobs.running.usage import UsageSample, add_usage
from dashboard.jobs.service import AGAIN
from dashboard.leaderboards.scores import add_scores
from dashboard.models.repeated import repeat_job
from dashboard.searches.hopeless import find_hopeless, tell_stop

MAX_LINE = 2000
# What a terminal would take for colours and moves.
ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-Z\\-_]")
Told = TypeVar("Told")


@dataclass(frozen=True)
class Signal:
    """What a worker hears when it writes: whether the job is still its own, and who wants what.

    `stop` is None, ``cancel``, ``keep``, or ``enough`` of a candidate that cannot become the best
    any more; `thinned` says that there were too many samples of
    what the job uses, so that further ones are wanted half as often.
    """

    held: bool
    stop: str | None = None
    thinned: bool = False


@dataclass
class Progress:
    """What is new about a job since the last write; times are when it happened.

    `again` says that it was sent before and no answer came: some of it may be there already.
    """

    stage: str | None = None
    fraction: float = 0.0
    message: str | None = None
    stages: list[dict[str, Any]] | None = None
    lines: list[tuple[datetime, str, str]] = field(default_factory=list)
    folds: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] | None = None
    peak_memory_bytes: int | None = None
    usage: list[UsageSample] = field(default_factory=list)
    again: bool = False


def held_job(session: Session, claim: Claim) -> Job | None:
    """Return the job if the lease still holds, locked for the rest of the transaction.

    The job alone: each heartbeat asks, and a dataset's row may be long.
    """
    return session.scalar(
        select(Job)
        .options(lazyload(Job.owner), lazyload(Job.dataset))
        .where(Job.id == claim.job_id, Job.lease == claim.lease, Job.state.in_(HELD))
        .with_for_update(of=Job)
    )


def record_progress(*, claim: Claim, progress: Progress) -> Signal:
    """Write what is new and a heartbeat, and hear what is wanted.

    Returns
    -------
    Signal
        `held` is False when the job is no longer ours: then nothing was written, and nothing
        more may be.
    """
    with writing() as session:
        job = held_job(session, claim)
        if job is None:
            return Signal(held=False)
        job.heartbeat_at = now()
        job.progress = max(job.progress, min(progress.fraction, 0.99))
        job.stage = progress.stage or job.stage
        if job.state == JobState.RUNNING:  # a job that is being stopped says who stops it
            job.message = progress.message or job.message
        if progress.stages is not None:
            job.stages = progress.stages
        if progress.warnings is not None:
            job.warnings = progress.warnings
        if progress.peak_memory_bytes:
            job.peak_memory_bytes = max(job.peak_memory_bytes or 0, progress.peak_memory_bytes)
        lines, usage = progress.lines, progress.usage
        if progress.again:
            lines = _without_known(session, LogLine, job.id, lines, lambda line: line[0])
            usage = _without_known(session, JobUsage, job.id, usage, lambda sample: sample.at)
        add_lines(session, job.id, lines)
        _add_folds(session, claim, progress.folds)
        if progress.folds and job.score_only and job.state == JobState.RUNNING:
            _stop_if_hopeless(session, job)
        thinned = add_usage(session, claim.job_id, claim.attempt, usage)
        stop = _find_stop(job.stop_request, job.stopped_because)
        return Signal(held=True, stop=stop, thinned=thinned)


def _find_stop(request: str | None, because: str | None) -> str | None:
    if request == AGAIN:
        return "cancel"
    return request or ("enough" if because else None)


def _stop_if_hopeless(session: Session, job: Job) -> None:
    """End a candidate of a search with the folds that it has, if it cannot become the best."""
    session.flush()
    job.stopped_because = job.stopped_because or find_hopeless(session, job)
    if job.stopped_because:
        add_lines(session, job.id, [(now(), "info", job.stopped_because)])


def hear(*, claim: Claim) -> Signal:
    """Read, without writing, whether the job is still ours and who wants it to stop."""
    db.session.rollback()
    found = db.session.execute(
        select(Job.stop_request, Job.stopped_because).where(
            Job.id == claim.job_id, Job.lease == claim.lease, Job.state.in_(HELD)
        )
    ).one_or_none()
    db.session.rollback()
    if found is None:
        return Signal(held=False)
    return Signal(held=True, stop=_find_stop(*found))


def add_lines(session: Session, job_id: int, lines: Sequence[tuple[datetime, str, str]]) -> None:
    """Append lines to a job's log; each is (when, level, text)."""
    if not lines:
        return
    last = session.scalar(select(func.max(LogLine.n)).where(LogLine.job_id == job_id)) or 0
    for n, (at, level, text) in enumerate(lines, start=last + 1):
        plain = ANSI.sub("", text).replace("\0", "")
        cut = plain if len(plain) <= MAX_LINE else plain[:MAX_LINE] + " ..."
        session.add(LogLine(job_id=job_id, n=n, at=at, level=level, text=cut))


def _without_known(
    session: Session,
    record: type[LogLine] | type[JobUsage],
    job_id: int,
    told: list[Told],
    moment_of: Callable[[Told], datetime],
) -> list[Told]:
    """Leave out what is there: no two things of a job happen in the same microsecond."""
    if not told:
        return told
    since = (record.job_id == job_id, record.at >= moment_of(told[0]))
    known = set(session.scalars(select(record.at).where(*since)))
    return [one for one in told if moment_of(one) not in known]


def _add_folds(session: Session, claim: Claim, folds: Sequence[Mapping[str, Any]]) -> None:
    """Keep scored folds, each in place of one of an earlier attempt.

    There is one when its file was gone or damaged and it was trained again. One of this attempt
    was written before, and the answer of the database got lost: it stays.
    """
    if not folds:
        return
    known = select(JobFold.fold, JobFold.attempt).where(JobFold.job_id == claim.job_id)
    attempts = dict(session.execute(known).all())
    for fold in folds:
        if attempts.get(fold["fold"]) == claim.attempt:
            continue
        former = (JobFold.job_id == claim.job_id, JobFold.fold == fold["fold"])
        session.execute(delete(JobFold).where(*former))
        attempts[fold["fold"]] = claim.attempt
        session.add(JobFold(job_id=claim.job_id, attempt=claim.attempt, **fold))


def end_attempt(session: Session, job: Job, ended_by: str) -> None:
    """Write how the attempt that held the lease ended, and let the lease go.

    It is done before the job is over: how long a job took is read from its attempts then.
    """
    mine = (JobAttempt.job_id == job.id, JobAttempt.lease == job.lease)
    attempt = session.scalar(select(JobAttempt).where(*mine))
    if attempt is not None:
        attempt.ended_at, attempt.ended_by = now(), ended_by
        # A dead worker may be found out long after, when the server was off meanwhile.
        last = job.heartbeat_at if ended_by == "worker_died" else attempt.ended_at
        worked = (last or attempt.ended_at) - attempt.started_at
        attempt.seconds = max(worked.total_seconds(), 0.0)
    job.lease = job.worker = job.heartbeat_at = None


def finish_job(
    *, claim: Claim, result: Mapping[str, Any], files: Mapping[str, Any], schema: Mapping[str, Any]
) -> bool:
    """End a job as succeeded: its result, its model and the chore that checks the bundle.

    A job that is scored only has no model.

    Parameters
    ----------
    claim : Claim
        The lease.
    result : Mapping
        Columns of the job: score, metrics, hashes and so on.
    files : Mapping
        The model's files by format.
    schema : Mapping
        What the model reads rows by.

    Returns
    -------
    bool
        False when the job is no longer ours; then nothing was written.
    """
    with writing() as session:
        job = held_job(session, claim)
        if job is None:
            return False
        classes = result.get("classes")
        for name, value in result.items():
            if name != "classes":
                setattr(job, name, value)
        name_blend(job)
        job.progress, job.message = 1.0, None
        if job.stopped_because:  # its last fold may be there, or one more, since it was to stop
            job.stopped_because = tell_stop(session, job) if job.partial else None
        job.run_seconds = _measure_run(session, job)
        if not job.score_only:
            model = Model(
                job_id=job.id, name=job.name, files=dict(files), schema=dict(schema),
                classes=classes, **repeat_job(job, files),
            )  # fmt: skip
            session.add(model)
            session.flush()
            session.add(Chore(kind="verify_model", subject_id=model.id))
        end_attempt(session, job, "succeeded")
        move(session, job, JobState.SUCCEEDED, by=claim.worker)
        add_scores(session, job)
        return True


def _measure_run(session: Session, job: Job) -> float | None:
    """Return how long a job took; None unless this attempt did all of it."""
    mine = JobFold.attempt == job.attempt
    others = select(JobFold.id).where(JobFold.job_id == job.id, ~mine).limit(1)
    if job.partial or session.scalar(others) is not None:
        return None
    started = session.scalar(
        select(JobAttempt.started_at).where(
            JobAttempt.job_id == job.id, JobAttempt.lease == job.lease
        )
    )
    return (now() - started).total_seconds() if started else None


def fail_job(*, claim: Claim, failure: Mapping[str, Any]) -> bool:
    """End a job as failed, with the reason: code, message, hint and, perhaps, a traceback."""
    with writing() as session:
        job = held_job(session, claim)
        if job is None:
            return False
        job.failure, job.message = with_reference(failure, job), failure["message"][:500]
        add_lines(session, job.id, [(now(), "error", say_for_log(job.failure))])
        end_attempt(session, job, "failed")
        move(session, job, JobState.FAILED, by=claim.worker)
        return True


def finish_cancel(*, claim: Claim) -> bool:
    """End a job as cancelled, after its child was stopped."""
    with writing() as session:
        job = held_job(session, claim)
        if job is None:
            return False
        end_attempt(session, job, "cancelled")
        if job.state == JobState.RUNNING:
            move(session, job, JobState.CANCELLING, by=job.stopped_by)
        end_as_cancelled(session, job)
        return True
