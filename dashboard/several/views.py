"""A batch that tries several, for its page: the leaderboard, and what it had of the machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Row, func, select

from dashboard.db import Batch, Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.filters import duration, plural
from dashboard.jobs.page.time_up import TIME_WAS_UP
from dashboard.jobs.queries import UNLISTED, get_jobs, list_folds_of
from dashboard.leaderboards.ranks import Rank, give_ranks
from dashboard.searches.direction import greater_is_better
from dashboard.several import KIND
from dashboard.several.compute import Compute, measure
from dashboard.several.preset import LONGEST_S, TIME_FIELD, Several
from tasks.engine.estimators.catalogue import find_metric, get_estimator, metric_title
from tasks.engine.several.portfolio import VOTING

SHOWN = 10
LONGER = 3  # times the time limit that was too short
_RANKED_BY = (
    Job.id, Job.task, Job.metric, Job.score, Job.score_only, Job.estimator, Job.parameters,
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One job of the leaderboard; `share` is how much it counts in the blend, in percent."""

    rank: Rank
    job: Job
    share: int | None
    is_model: bool

    @property
    def title(self) -> str:
        """What it is, in plain words."""
        if self.job.estimator in VOTING.values():
            return "Blend"
        return get_estimator(self.job.estimator).title


@dataclass(frozen=True)
class SeveralView:
    """What the page says of trying several."""

    batch: Batch
    compute: Compute

    @cached_property
    def _scored(self) -> Sequence[Row[Any]]:
        """What ranks the jobs of which every fold was scored, the best first."""
        found = db.session.execute(
            select(*_RANKED_BY).where(
                Job.batch_id == self.batch.id,
                Job.state == JobState.SUCCEEDED,
                Job.score.is_not(None),
                ~Job.partial,
            )
        ).all()
        return sorted(found, key=lambda job: (-_goodness(job), job.score_only, job.id))

    @property
    def metric_title(self) -> str:
        """The main metric in plain words."""
        return metric_title(self._scored[0].metric) if self._scored else "Score"

    @cached_property
    def places(self) -> list[Place]:
        """The first places; the model and all of its blend wherever they stand."""
        ranked, shares, model = self._ranked, self._shares, self.batch.final_job_id
        order = [job.id for job in ranked]
        named = {model, *shares}
        n_first = max([SHOWN, *(place for place, n in enumerate(order, start=1) if n in named)])
        # With one more, which may share the last one's rank; what stands behind changes nothing.
        ids = order[: n_first + 1]
        folds = list_folds_of(ids)
        metric = find_metric(ranked[0].task, ranked[0].metric) if ranked else None
        ranks = give_ranks([(job_id, folds[job_id]) for job_id in ids], metric) if metric else []
        rank_of = dict(zip(ids, ranks, strict=True))
        shown = [n for n in ids[:n_first] if n in order[:SHOWN] or n in named]
        return [
            Place(rank_of[job.id], job, shares.get(job.id), job.id == model)
            for job in get_jobs(shown, without=UNLISTED)
        ]

    @property
    def n_ranked(self) -> int:
        """Among how many jobs the places are."""
        return len(self._ranked)

    @property
    def n_more(self) -> int:
        """How many jobs were scored that the leaderboard leaves out."""
        return self.n_ranked - len(self.places)

    @property
    def has_ties(self) -> bool:
        """Whether some share a place."""
        return any(place.rank.shared for place in self.places)

    @cached_property
    def _final(self) -> Row[Any] | None:
        return next((job for job in self._scored if job.id == self.batch.final_job_id), None)

    @cached_property
    def _ranked(self) -> list[Row[Any]]:
        """The jobs without the one that the model was made of alone: the model has its place."""
        final = self._final
        if final is None:
            return list(self._scored)
        asked = (final.estimator, final.parameters, final.score)
        return [
            job
            for job in self._scored
            if job is final or (job.estimator, job.parameters, job.score) != asked
        ]

    @property
    def _shares(self) -> dict[int, int]:
        final = db.session.get(Job, self._final.id) if self._final else None
        members: list[dict[str, Any]] = (final.details if final else {}).get("members") or []
        if len(members) < 2:
            return {}
        return {one["job_id"]: one["percent"] for one in members}

    @property
    def caution(self) -> str | None:
        """Why the best job's score is too good; None of one job alone."""
        n = sum(job.score_only for job in self._scored)
        if n < 2:
            return None
        return (
            f"The best job was chosen out of {n:,} by this very score, so it is likely a little "
            "too good. A blend's is not: it is weighed on other folds than it is scored on"
        )

    @property
    def compute_words(self) -> str:
        """How much it had of the machine; of what was possible only where nobody stopped it."""
        plan = self.batch.plan or {}
        used, possible = map(duration, (self.compute.used_s, self.compute.possible_s))
        said = [f"Training used {used} of processor time"]
        if not plan.get("stopped"):
            several = Several.from_plan(plan)
            whole = f"{plural(several.slots, 'worker')} for {duration(several.time_limit_s)}"
            said = [f"{said[0]}; {whole} can give {possible}", *self._busy_words()]
        took = self.compute.took_s
        said += [] if took is None else [f"The model was there after {duration(took)}"]
        return ". ".join(said)

    def _busy_words(self) -> list[str]:
        """Say why it was little, once it is over and something was scored."""
        if self.batch.plan_state != "over" or not self.compute.is_little or not self.places:
            return []
        little = f"That is {100 * self.compute.share:.0f}% of it: either the jobs were done sooner"
        other = "or the workers and the machine had other work"
        return [f"{little}, {other}", "The same time limit on a free machine tries more"]

    @property
    def again(self) -> dict[str, Any] | None:
        """What asks for a form that tries them again for longer; None where there is no need."""
        known = Several.from_plan(self.batch.plan or {})
        seconds = min(LONGER * known.time_limit_s, LONGEST_S)
        is_over = self.batch.plan_state == "over" and seconds > known.time_limit_s
        if not is_over or not self._scored or not self.n_skipped:
            return None
        return {"several_of": self._scored[0].id, TIME_FIELD: seconds}

    @cached_property
    def n_skipped(self) -> int:
        """How many candidates were skipped, as the time was up."""
        skipped = select(func.count()).where(Job.batch_id == self.batch.id, TIME_WAS_UP)
        return db.session.scalar(skipped) or 0


def see_several(batch: Batch) -> SeveralView | None:
    """Return what the page of a batch says of trying several; None for any other batch."""
    if (batch.plan or {}).get("kind") != KIND:
        return None
    return SeveralView(batch, measure(batch))


def _goodness(job: Row[Any]) -> float:
    return (job.score or 0.0) * (1 if greater_is_better(job.metric) else -1)
