"""Batches as pages and the API read them. What is counted are the jobs that are there now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import case, exists, func, select

from dashboard.db import Batch, Job
from dashboard.db.lookup import get_by_id
from dashboard.db.states import ACTIVE, TERMINAL, JobState
from dashboard.extensions import db
from dashboard.jobs.listing.counting import MANY
from dashboard.jobs.page.time_up import TIME_WAS_UP
from dashboard.kept import find_kept, keep
from tasks.engine.estimators.catalogue import METRICS

KEPT_S = 5.0  # the two live parts of an open page ask within it
LOWER_IS_BETTER = [m.name for every in METRICS.values() for m in every if not m.greater_is_better]


@dataclass(frozen=True)
class Best:
    """The job of a batch with the best score."""

    id: int
    name: str
    score: float
    score_std: float | None
    metric: str
    validation: Mapping[str, Any]


@dataclass(frozen=True)
class BatchSummary:
    """A batch with what became of its jobs; `counts` has every state.

    `n_scored` is how many candidates have a score, `n_stopped_early` how many of them of some
    folds only. Of those that count as cancelled nobody cancelled `n_skipped`: their time was up.
    """

    batch: Batch
    counts: Mapping[str, int] = field(default_factory=dict)
    best: Best | None = None
    n_stopped_early: int = 0
    n_scored: int = 0
    n_skipped: int = 0

    @property
    def n_left(self) -> int:
        """How many jobs there are; fewer than were submitted when some were deleted."""
        return sum(self.counts.values())

    @property
    def n_deleted(self) -> int:
        """How many jobs were deleted."""
        return max(0, self.batch.n_jobs - self.n_left)

    @property
    def n_done(self) -> int:
        """How many jobs are over."""
        return sum(self.counts[state] for state in TERMINAL)

    @property
    def n_active(self) -> int:
        """How many jobs run or wait."""
        return sum(self.counts[state] for state in ACTIVE)

    @property
    def goes_on(self) -> bool:
        """Whether anything of it will change by itself."""
        return self.n_active > 0 or self.batch.plan_state == "going"

    @property
    def n_failed(self) -> int:
        """How many jobs failed or were lost."""
        return self.counts[JobState.FAILED] + self.counts[JobState.LOST]


def get_batch(batch_id: int) -> Batch:
    """Return a batch.

    Raises
    ------
    NotFound
        When there is none.
    """
    return get_by_id(Batch, batch_id, f"There is no batch #{batch_id}. Look through the jobs")


def summarise(batch: Batch) -> BatchSummary:
    """Return a batch with its counts and its best job.

    Every open page asks for them, and those of a large batch take a while: they are kept for a
    moment, unless the plan took a step, or what was over goes on or what went on is over.
    """
    if batch.n_jobs < MANY:
        return summarise_all([batch])[0]
    goes_on = db.session.scalar(
        select(exists().where(Job.batch_id == batch.id, Job.state.in_(ACTIVE)))
    )
    plan = (batch.plan_state, batch.plan_step, batch.final_job_id)
    key = (batch.id, batch.n_jobs, goes_on, *plan)
    known: BatchSummary | None = find_kept("batch_summaries", key)
    if known is not None:
        return replace(known, batch=batch)
    summary = summarise_all([batch])[0]
    keep(summary, KEPT_S, "batch_summaries", key)
    return summary


def summarise_all(batches: Sequence[Batch]) -> list[BatchSummary]:
    """Return batches with their counts and best jobs, by two queries."""
    ids = [batch.id for batch in batches]
    counts = {batch_id: dict.fromkeys(map(str, JobState), 0) for batch_id in ids}
    early, scored, skipped = (dict.fromkeys(ids, 0) for _ in range(3))
    kinds = (Job.batch_id, Job.state, Job.score_only)
    time_up = func.sum(case((TIME_WAS_UP, 1), else_=0))
    found = (
        select(*kinds, func.count(), func.count(Job.stopped_because), time_up)
        .where(Job.batch_id.in_(ids))
        .group_by(*kinds)
    )
    for batch_id, state, is_candidate, amount, n_early, n_skipped in db.session.execute(found):
        if batch_id is not None:
            counts[batch_id][state] += amount
            early[batch_id] += n_early
            skipped[batch_id] += n_skipped
            if is_candidate and state == JobState.SUCCEEDED:
                scored[batch_id] += amount
    best, every = _find_best(ids), (early, scored, skipped)
    return [
        BatchSummary(b, counts[b.id], best.get(b.id), *(of[b.id] for of in every)) for b in batches
    ]


def _find_best(batch_ids: Sequence[int]) -> dict[int, Best]:
    goodness = case((Job.metric.in_(LOWER_IS_BETTER), -Job.score), else_=Job.score)
    # Of a search that which has a model, before the candidate that it was made of.
    order = (goodness.desc(), Job.score_only, Job.id)
    place = func.row_number().over(partition_by=Job.batch_id, order_by=order)
    scored = (
        select(Job.batch_id, Job.id, Job.name, Job.score, Job.score_std, Job.metric,
               Job.validation, place.label("place"))
        .join(Batch, Batch.id == Job.batch_id)
        .where(Job.batch_id.in_(batch_ids), Job.state == JobState.SUCCEEDED,
               Job.score.is_not(None), Job.stopped_because.is_(None),
               # A plan makes no model of one that lacks a fold, so it is not the best.
               Batch.plan_state.is_(None) | ~Job.partial)
        .subquery()
    )  # fmt: skip
    found = db.session.execute(select(scored).where(scored.c.place == 1))
    return {batch_id: Best(*best) for batch_id, *best, _place in found}


def list_batches_before(*, before: int | None, limit: int) -> Sequence[Batch]:
    """List batches, the newest first, from one id on; for the API's cursor."""
    found = select(Batch).order_by(Batch.id.desc()).limit(limit)
    if before is not None:
        found = found.where(Batch.id < before)
    return db.session.scalars(found).all()
