"""How long things take where several are tried, guessed from what was measured in the batch.

A machine that is busy for the candidates is busy for the last job, too.
"""

import statistics
from collections.abc import Sequence
from datetime import timedelta

from dashboard.clock import now
from dashboard.plans.step import Look, Times
from dashboard.several.preset import Several
from tasks.engine.several.portfolio import MEMBERS_AT_MOST

# What of the last job's time is no fit: starting, choosing, and writing the model. The least, and
# as a multiple of what the first job and the others do around their fits: the first one looks at
# the table for all, and scores the baselines.
LAST_JOB_S, LAST_TO_FIRST, LAST_TO_OTHERS = 4.0, 1.2, 4.0
# Of the time limit at most this share is kept for the last job: some is to be tried.
LAST_AT_MOST = 0.5


def spent_s(look: Look) -> float:
    """Return how long a batch has been going on."""
    return (now() - look.began_at) / timedelta(seconds=1) if look.began_at else 0.0


def left_s(look: Look, several: Several, times: Sequence[Times]) -> float:
    """Return how many seconds are left for candidates; what the last job needs is kept for it."""
    longest = sorted((one.fit_s for one in times), reverse=True)
    # The members of a blend are hardly ever all those that take longest.
    fits = sum(longest[: MEMBERS_AT_MOST // 2]) / several.slots
    needed = min(guess_around_s(times) + fits, several.time_limit_s * LAST_AT_MOST)
    return several.time_limit_s - spent_s(look) - needed


def guess_around_s(times: Sequence[Times]) -> float:
    """Guess what of the last job's time is no fit, by what was none of the other jobs' time."""
    first, others = [one.around_s for one in times[:1]], [one.around_s for one in times[1:]]
    if others:
        return max(LAST_JOB_S, LAST_TO_OTHERS * statistics.median(others))
    return max([LAST_JOB_S, *(LAST_TO_FIRST * one for one in first)])
