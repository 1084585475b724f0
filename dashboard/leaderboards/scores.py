"""What a job leaves for the leaderboards when it succeeds."""

from contextlib import suppress

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.db import Job, JobScore, ScoreGroup
from dashboard.db.states import JobState
from tasks.engine.estimators.catalogue import find_metric

# A candidate that a winner was made of is not counted twice.
ON_BOARD = JobScore.winner_id.is_(None)


def add_scores(session: Session, job: Job) -> None:
    """Add the scores of a job that just succeeded, within the caller's transaction.

    A job that was stopped after some of its folds has none: it may not be held against others.
    Nor has one that saw the rows of an outer fold alone.
    """
    is_whole = not job.partial and not job.validation.get("outer_fold")
    if job.state != JobState.SUCCEEDED or not is_whole or not job.split_hash:
        return
    session.execute(delete(JobScore).where(JobScore.job_id == job.id))  # of a former success
    group_id = _find_group(session, job)
    known = {name: found.get("mean") for name, found in job.metrics.items()}
    positive = (job.details or {}).get("positive_class")
    session.add_all(
        JobScore(
            job_id=job.id, group_id=group_id, metric=name, score=mean,
            positive=positive if is_of_positive(name) else None,
            finished_at=job.finished_at, estimator=job.estimator, owner_id=job.owner_id,
        )
        for name, mean in known.items()
        if mean is not None
    )  # fmt: skip
    if job.batch_id and not job.score_only:
        _stand_in_for_candidate(session, job)


def _stand_in_for_candidate(session: Session, winner: Job) -> None:
    """Let a winner stand on leaderboards in place of the candidate that it was made of."""
    found = session.execute(
        select(Job.id, Job.parameters, Job.preprocessing).where(
            Job.batch_id == winner.batch_id, Job.score_only, Job.estimator == winner.estimator
        )
    )
    settings = (winner.parameters, winner.preprocessing)
    same = [job_id for job_id, *asked in found if tuple(asked) == settings]
    session.execute(update(JobScore).where(JobScore.job_id.in_(same)).values(winner_id=winner.id))


def is_of_positive(name: str) -> bool:
    """Whether a metric is about one class of two: those of another are not held against it."""
    found = find_metric("classification", name)
    return found is not None and found.of_positive


def _find_group(session: Session, job: Job) -> int:
    """Return the number of a job's group, which is made by the first job that needs it."""
    named = {"dataset_id": job.dataset_id, "target": job.target, "split_hash": job.split_hash}
    wanted = select(ScoreGroup.id).filter_by(**named)
    found = session.scalar(wanted)
    if found is None:
        # Of two jobs that end at the same moment one waits here, and finds the other's.
        with suppress(IntegrityError), session.begin_nested():
            session.add(ScoreGroup(**named))
        found = session.scalars(wanted).one()
    return found
