"""Ranks of jobs, best first, where those that are tied share one."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.compare.verdict import FEWEST_FOLDS, lead_of, scores_by_fold, test_to_train
from dashboard.db import JobFold
from tasks.engine.estimators.catalogue import Metric


@dataclass(frozen=True)
class Rank:
    """A job's place, from 1; `shared` where others have the same one."""

    number: int
    shared: bool

    @property
    def words(self) -> str:
        """The place as it is shown: ``1=`` where it is shared, else ``3``."""
        return f"{self.number}=" if self.shared else str(self.number)


def give_ranks(jobs: Sequence[tuple[int, Sequence[JobFold]]], metric: Metric) -> list[Rank]:
    """Give ranks to jobs that are in order, the best one first.

    A job shares the rank of the best one that it is tied with: that is the first of its rank, so
    that a chain of small steps does not make the last one equal to the first. With fewer than
    three folds only equal scores are tied.

    Parameters
    ----------
    jobs : sequence of (int, sequence of JobFold)
        The id and the folds of each.
    metric : Metric
        What they are ranked by.
    """
    numbers: list[int] = []
    first: Sequence[JobFold] = ()
    for n, (_, folds) in enumerate(jobs):
        if numbers and _is_tied(first, folds, metric):
            numbers.append(numbers[-1])
        else:
            numbers.append(n + 1)
            first = folds
    return [Rank(number, numbers.count(number) > 1) for number in numbers]


def _is_tied(one: Sequence[JobFold], other: Sequence[JobFold], metric: Metric) -> bool:
    ours, theirs = scores_by_fold(one, metric.name), scores_by_fold(other, metric.name)
    if ours == theirs:
        return True
    if ours.keys() != theirs.keys() or len(ours) < FEWEST_FOLDS:
        return False
    return lead_of(ours, theirs, 1, test_to_train(one)).is_tied
