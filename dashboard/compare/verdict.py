"""Which job is the best, and from which others its lead is no more than noise of the folds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from dashboard.db import Job, JobFold
from dashboard.filters import plural
from dashboard.preferences import delta_for_reader as delta
from dashboard.preferences import score_for_reader as score
from tasks.engine.estimators.catalogue import find_metric
from tasks.engine.scores.paired import Paired, compare_paired, test_to_train

FEWEST_FOLDS = 3
NAMED = 2
Scores = dict[int, float]  # by fold
Folds = Mapping[int, Sequence[JobFold]]  # by job


@dataclass(frozen=True)
class Verdict:
    """The best of some jobs by a metric; `leads` is by how much it is better than each other."""

    best: Job
    jobs: Sequence[Job]
    leads: Mapping[int, Paired]

    @cached_property
    def tied(self) -> list[Job]:
        """The jobs over which the lead of the best one is within noise."""
        return [job for job in self.jobs if job.id in self.leads and self.leads[job.id].is_tied]

    @cached_property
    def same(self) -> list[Job]:
        """Those of them that score the same in every fold."""
        return [job for job in self.tied if self.leads[job.id].low == self.leads[job.id].high == 0]

    @cached_property
    def beaten(self) -> list[Job]:
        """The jobs that the best one beats beyond noise."""
        judged = [job for job in self.jobs if job.id in self.leads]
        return [job for job in judged if not self.leads[job.id].is_tied]

    @property
    def headline(self) -> str:
        """The answer in one sentence, without its end."""
        if len(self.same) == len(self.leads):
            return f"{self.best.name} and {_names(self.same)} score the same in every fold"
        if self._are_several:
            return f"{self.best.name} and {_names(self.same)} score best, the same in every fold"
        if not self.tied:
            others = self.beaten
            over = others[0].name if len(others) == 1 else f"each of the other {len(others)}"
            return f"{self.best.name} scores best, and its lead over {over} is beyond noise"
        return (
            f"{self.best.name} scores best, but its lead over {_names(self.tied)} is within noise"
        )

    @property
    def _are_several(self) -> bool:
        """Whether all that are tied with the best one score the same as it does."""
        return bool(self.same) and len(self.same) == len(self.tied)

    @property
    def figures(self) -> str:
        """The lead over the next one, and what of it may be noise."""
        beaten = [self.leads[job.id] for job in self.beaten]
        leads = beaten if self._are_several and beaten else self.leads.values()
        least = min(leads, key=lambda lead: lead.mean)
        return f"{delta(least.mean)} against ±{score(least.reach)} by folds"

    @property
    def rest(self) -> str | None:
        """What of those that the first sentence does not speak of; None where there are none."""
        said = []
        if self.tied and self.beaten:
            names = self.beaten[0].name if len(self.beaten) == 1 else f"{len(self.beaten)} others"
            they = "They beat" if self._are_several else "It beats"
            said.append(f"{they} {names} beyond noise")
        if unjudged := [j for j in self.jobs if j is not self.best and j.id not in self.leads]:
            said.append(f"{_names(unjudged)} cannot be judged, as a fold has no such score")
        return ". ".join(said) or None

    @property
    def words(self) -> str:
        """All of it as one text."""
        rest = f". {self.rest}" if self.rest else ""
        return f"{self.headline} ({self.figures}){rest}"


def find_verdict(jobs: Sequence[Job], folds: Folds, metric: str) -> Verdict | None:
    """Return which of some jobs is best by a metric; None where nothing can be said.

    Parameters
    ----------
    jobs : sequence of Job
        All of one task, scored on the same folds: whoever calls has made sure of that.
    folds : Mapping of int to sequence of JobFold
        The folds of each job, by its id.
    metric : str
        What to judge by. Jobs that lack it in some fold are left out.
    """
    found = find_metric(jobs[0].task, metric) if jobs else None
    scores = {job.id: scores_by_fold(folds[job.id], metric) for job in jobs}
    every = max(scores.values(), key=len, default={}).keys()
    judged = [job for job in jobs if len(every) >= FEWEST_FOLDS and scores[job.id].keys() == every]
    if found is None or len(judged) < 2:
        return None
    sign = 1 if found.greater_is_better else -1
    best = max(judged, key=lambda job: sign * fmean(scores[job.id].values()))
    share = test_to_train(folds[best.id])
    leads = {
        job.id: lead_of(scores[best.id], scores[job.id], sign, share)
        for job in judged
        if job is not best
    }
    return Verdict(best, jobs, leads)


def lead_of(one: Scores, other: Scores, sign: int, share: float) -> Paired:
    """Compare the scores of two jobs on the same folds; positive where the first is better."""
    return compare_paired([sign * (one[f] - other[f]) for f in sorted(one)], test_to_train=share)


def scores_by_fold(folds: Sequence[JobFold], metric: str) -> Scores:
    """Return the scores of a job by fold, without those that are not known."""
    known = ((fold.fold, fold.scores.get(metric)) for fold in folds)
    return {fold: value for fold, value in known if value is not None}


def _names(jobs: Sequence[Job]) -> str:
    named = [job.name for job in jobs[:NAMED]]
    if len(jobs) > NAMED:
        return f"{', '.join(named)} and {plural(len(jobs) - NAMED, 'other')}"
    return " and ".join(named)
