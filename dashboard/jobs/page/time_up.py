"""Jobs that ended before all was done, and were not cancelled: what they are said to be."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_

from dashboard.db import Job
from dashboard.db.states import JobState

# Who stops them, as a job's row says it: no person's name is empty.
NOBODY = ""
TIME_WAS_UP = and_(Job.state == JobState.CANCELLED, Job.stopped_by == NOBODY)
# What a list's filter of the state may name beside the states, and the words for it. Pages call
# those skipped whose batch had no time left; programs may ask apart for both kinds of them.
SKIPPED, BY_SOMEBODY = "skipped", "cancelled_by_somebody"
NOT_TRIED, STOPPED = "not_tried", "stopped"
ENDS: Mapping[str, ColumnElement[bool]] = {
    SKIPPED: TIME_WAS_UP,
    NOT_TRIED: and_(TIME_WAS_UP, Job.started_at.is_(None)),
    STOPPED: and_(TIME_WAS_UP, Job.started_at.is_not(None)),
    BY_SOMEBODY: and_(Job.state == JobState.CANCELLED, Job.stopped_by.is_distinct_from(NOBODY)),
}
WORDS: Mapping[str, str] = {
    SKIPPED: "Skipped", NOT_TRIED: "Skipped unstarted", STOPPED: "Skipped midway",
    BY_SOMEBODY: "Cancelled",
}  # fmt: skip


def was_skipped(job: Job) -> bool:
    """Tell whether a job was cancelled by nobody but the plan of its batch."""
    return job.state == JobState.CANCELLED and job.stopped_by == NOBODY


def word_of_end(job: Job) -> str | None:
    """Return what a badge says of such a job, and of one of some folds only; None of any other."""
    if job.state == JobState.SUCCEEDED and job.partial:
        return "Stopped early"
    return WORDS[SKIPPED] if was_skipped(job) else None


def say_state(job: Job) -> str:
    """Return the state that a job is in, as its badge says it, within a sentence."""
    return (word_of_end(job) or job.state).lower()
