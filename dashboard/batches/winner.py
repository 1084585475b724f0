"""The model of a batch, for the top of its page: which one it is, and why."""

from dataclasses import dataclass
from typing import Any

from dashboard.batches.queries import BatchSummary, Best
from dashboard.db import Batch, Job, Model
from dashboard.extensions import db
from dashboard.filters import plural
from dashboard.honest.anew import find_winner
from dashboard.honest.opening import count_scored
from dashboard.jobs.page.baselines import hold_against
from dashboard.jobs.page.blends import is_blend, title_of
from dashboard.jobs.queries import find_model
from dashboard.preferences import score_for_reader as score
from dashboard.searches import KIND as SEARCH
from tasks.engine.estimators.catalogue import metric_title
from tasks.engine.estimators.titles import inside
from tasks.engine.scores.unbeaten import Against


@dataclass(frozen=True)
class Winner:
    """The job that has the model of a batch; `model` is None once that was deleted.

    `best` is the job of the batch with the best score, `n_scored` out of how many it was chosen.
    """

    job: Job
    model: Model | None
    best: Best | None
    n_scored: int
    is_search: bool

    @property
    def is_ready(self) -> bool:
        """Whether the model can be used."""
        return self.model is not None and self.model.state == "ready"

    @property
    def is_checked(self) -> bool:
        """Whether the model is being checked, and will be ready in a moment."""
        return self.model is not None and self.model.state == "verifying"

    @property
    def title(self) -> str:
        """What it is, such as ``blend #36``."""
        return f"{inside(title_of(self.job))} #{self.job.id}"

    @property
    def metric_title(self) -> str:
        """The main metric in plain words."""
        return metric_title(self.job.metric)

    @property
    def why(self) -> str:
        """Why it is the model."""
        if is_blend(self.job):
            return self._why_a_blend
        if self.n_scored < 2:
            return "The one that was scored, fitted on all rows"
        if self.is_search:
            return f"The best of {plural(self.n_scored, 'candidate')}, fitted on all rows"
        return (
            f"The best of {plural(self.n_scored, 'job')}, fitted on all rows: no blend of them is "
            "better, or fitting one takes longer than the time that was left"
        )

    @property
    def _why_a_blend(self) -> str:
        members: list[Any] = (self.job.details or {}).get("members") or []
        words = f"The weighted mean of {plural(len(members), 'job')}"
        best = self.best
        if best is None or score(best.score) == score(self.job.score):
            return f"{words}: no job alone scores better"
        within = " by more than two standard errors" if self.job.task == "classification" else ""
        return (
            f"{words}. Job #{best.id} alone scores better, {score(best.score)}, but it was chosen "
            "by this very score. The blend is not worse than the job that is best on the other "
            f"folds{within}, so it is the model"
        )


def hold_best(summary: BatchSummary, winner: Winner | None) -> Against | None:
    """Return the baseline that the model, or else the best job, does not beat; None if none."""
    top = winner.job if winner else None
    if top is None and summary.best:
        top = db.session.get(Job, summary.best.id)
    return hold_against(top) if top else None


def view_winner(summary: BatchSummary) -> Winner | None:
    """Return the model of a batch, or None while, or where, there is none."""
    batch: Batch = summary.batch
    job = find_winner(batch)
    if job is None:
        return None
    is_search = (batch.plan or {}).get("kind") == SEARCH
    return Winner(job, find_model(job.id), summary.best, count_scored(batch.id), is_search)
