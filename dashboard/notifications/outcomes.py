"""How batches ended: with their job that is made of the best, where they have one."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from dashboard.batches.queries import BatchSummary, Best, summarise_all
from dashboard.db import Batch, Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.honest import NESTED
from dashboard.honest.nested import read_nested
from dashboard.searches import KIND as SEARCH
from dashboard.several import KIND as SEVERAL

FAILED = frozenset({JobState.FAILED, JobState.LOST})


@dataclass(frozen=True)
class NestedScore:
    """What a whole search is worth: the mean over its outer folds, with its spread."""

    score: float
    score_std: float | None
    metric: str


@dataclass(frozen=True)
class BatchOutcome:
    """A batch that is over; `final` is the job that it made of its best one, if that is there."""

    summary: BatchSummary
    final: Job | None

    @property
    def batch(self) -> Batch:
        """The batch itself."""
        return self.summary.batch

    @property
    def kind(self) -> str | None:
        """Of which kind its plan is; None without one."""
        return (self.batch.plan or {}).get("kind")

    @property
    def chooses(self) -> bool:
        """Whether it makes a model of the best of its candidates: then that is what counts."""
        return self.kind in {SEARCH, SEVERAL}

    @property
    def has_failed(self) -> bool:
        """Whether it failed: one that chooses with its last job, others with any job."""
        if not self.chooses:
            return self.summary.n_failed > 0
        if self.final is not None:
            return self.final.state in FAILED
        stopped = (self.batch.plan or {}).get("stopped") or {}
        # Without a model it failed, but where somebody wanted none or deleted it.
        return self.batch.final_job_id is None and stopped.get("keep", True)

    @property
    def came_to_something(self) -> bool:
        """Whether any job was not cancelled."""
        return self.summary.counts[JobState.SUCCEEDED] + self.summary.n_failed > 0

    @property
    def nested(self) -> NestedScore | None:
        """What came of a nested validation; None of any other, and unless all folds are scored."""
        if self.kind != NESTED:
            return None
        found = read_nested(self.batch.id, self.batch.plan or {}, is_going=False)
        if found.mean is None:
            return None
        metric = next(iter(found.jobs.values())).metric
        return NestedScore(found.mean, found.spread, metric)

    @property
    def best(self) -> Best | None:
        """The job that counts: the last one where there is a model, else the best one.

        The best candidate has the score by which it was chosen, which is no score of the model.
        None of a nested validation: its scores are of several searches.
        """
        if self.kind == NESTED:
            return None
        job = self.final
        if not self.chooses or job is None or job.score is None:
            return self.summary.best
        return Best(job.id, job.name, job.score, job.score_std, job.metric, job.validation)


def read_outcomes(batch_ids: Iterable[int]) -> dict[int, BatchOutcome]:
    """Return how batches ended, by their numbers; four queries, however many they are."""
    ids = set(batch_ids)
    if not ids:
        return {}
    batches = db.session.scalars(select(Batch).where(Batch.id.in_(ids))).all()
    final_ids = {batch.final_job_id for batch in batches if batch.final_job_id}
    finals = {job.id: job for job in db.session.scalars(select(Job).where(Job.id.in_(final_ids)))}
    return {
        summary.batch.id: BatchOutcome(summary, finals.get(summary.batch.final_job_id or 0))
        for summary in summarise_all(batches)
    }
