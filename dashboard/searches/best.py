"""Which candidate is the best."""

from collections.abc import Sequence

from dashboard.plans.step import Member
from dashboard.searches.direction import greater_is_better


def find_best(members: Sequence[Member]) -> Member | None:
    """Return the best candidate of those of which every fold was scored, the first of equals."""
    complete = [one for one in members if one.score_only and one.is_complete]
    return max(complete, key=lambda one: (_goodness(one), -one.id), default=None)


def _goodness(member: Member) -> float:
    return (member.score or 0.0) * (1 if greater_is_better(member.metric) else -1)
