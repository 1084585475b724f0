"""What must be true of batches that go on by themselves: each is over, and says how."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import Batch, Job
from dashboard.db.states import JobState

# What a batch says where no model was made of a best one.
WHY_NO_MODEL = ("nothing to make a model of", "no best one", "No model was made")
# And where one was made.
MODEL = ("was fitted on all rows", "The model is")


def find_broken_batches(session: Session, known: frozenset[int]) -> Iterator[str]:
    """Yield the rules that batches broke; `known` are those that were asked for."""
    batches = {batch.id: batch for batch in session.scalars(select(Batch)).unique()}
    for number in sorted(known - set(batches)):
        yield f"batch {number} is missing"
    for number in sorted(set(batches) - with_below(session, known)):
        yield f"batch {number} was made by nobody"
    for batch in batches.values():
        jobs = session.scalars(select(Job).where(Job.batch_id == batch.id)).unique().all()
        yield from (f"batch {batch.id}: {words}" for words in judge_batch(batch, jobs))


def with_below(session: Session, known: frozenset[int]) -> frozenset[int]:
    """Return batches with those that they made below them, at any depth."""
    rows = session.execute(select(Batch.id, Batch.parent_id).order_by(Batch.id)).all()
    found = set(known)
    for number, parent in rows:  # a parent is older than what is below it
        found |= {number} if parent in found else set()
    return frozenset(found)


def judge_batch(batch: Batch, jobs: Sequence[Job]) -> Iterator[str]:
    """Yield the rules that one batch broke."""
    if not batch.plan:
        return
    if batch.plan_state != "over":
        yield f"is {batch.plan_state}, not over"
        return
    if not batch.plan_message:
        yield "is over, and does not say how"
    if batch.parent_id is not None:
        yield from _only_scores(batch, jobs)
        return
    yield from _candidates(batch, [job for job in jobs if job.score_only])
    yield from _winner(batch, jobs)


def _only_scores(batch: Batch, jobs: Sequence[Job]) -> Iterator[str]:
    """Yield what is wrong with a batch that scores another one: it makes no model."""
    if any(not job.score_only for job in jobs) or batch.final_job_id is not None:
        yield f"is below batch {batch.parent_id}, and made a model"
    if "outer_fold" in (batch.plan or {}):
        yield from _candidates(batch, jobs)


def _candidates(batch: Batch, candidates: Sequence[Job]) -> Iterator[str]:
    tried = Counter((job.estimator, repr(sorted(job.parameters.items()))) for job in candidates)
    for (estimator, parameters), times in tried.items():
        if times > 1:
            yield f"tried {estimator} with {parameters} {times} times"
    asked = (batch.plan or {}).get("jobs")
    if asked is not None and len(candidates) > asked:
        yield f"tried {len(candidates)} candidates, and was asked for {asked}"


def _winner(batch: Batch, jobs: Sequence[Job]) -> Iterator[str]:
    made = [job for job in jobs if not job.score_only]
    if len(made) > 1:
        yield f"made {len(made)} models of its best one: jobs {[job.id for job in made]}"
    winner = next((job for job in made if job.id == batch.final_job_id), None)
    if winner is not None:
        yield from _told_of(winner, batch)
    elif batch.final_job_id is None:
        yield from _none(batch, jobs)


def _none(batch: Batch, jobs: Sequence[Job]) -> Iterator[str]:
    """Yield what is wrong with a batch that made no job of a best one."""
    is_wanted = ((batch.plan or {}).get("stopped") or {"keep": True})["keep"]
    is_scored = any(
        job.score_only and job.state == JobState.SUCCEEDED and not job.partial for job in jobs
    )
    if is_scored and is_wanted:
        yield f"has scored candidates and no winner: {batch.plan_message}"
    if not any(words in (batch.plan_message or "") for words in WHY_NO_MODEL):
        yield f"has no winner, and does not say why: {batch.plan_message}"


def _told_of(winner: Job, batch: Batch) -> Iterator[str]:
    """Yield what is wrong with a winner, and with what the batch says of it."""
    message = batch.plan_message or ""
    says_so = any(words in message for words in MODEL)
    if winner.state == JobState.SUCCEEDED and not says_so:
        yield f"fitted its winner, and does not say so: {message}"
    if winner.state != JobState.SUCCEEDED and says_so:
        yield f"says that it has a model, and its winner is {winner.state}: {message}"
