"""How many jobs there are in each state."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import func

from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.jobs.listing.filtering import JobFilters, filter_ids, filter_jobs
from dashboard.jobs.listing.segments import count_rows
from dashboard.jobs.page.time_up import ENDS, SKIPPED
from dashboard.kept import find_kept, keep

# Many jobs take some time to count, and every open page asks. A count of so many is kept for a
# moment; nobody sees the difference.
MANY = 20_000
KEPT_S = 3.0


def count_states(
    states: Collection[str] | None = None, filters: JobFilters | None = None
) -> dict[str, int]:
    """Count jobs by state, from an index alone.

    Parameters
    ----------
    states : collection of str, optional
        Which states; all by default.
    filters : JobFilters, optional
        Which jobs; by default all that are not archived.
    """
    filters = filters or JobFilters()
    key = (None if states is None else frozenset(states), filters)
    if known := find_kept("job_counts", key):
        return dict(known)
    found = filter_jobs(filters).with_only_columns(Job.state, func.count())
    if states is not None:
        found = found.where(Job.state.in_(sorted(states)))
    counts: dict[str, int] = dict(db.session.execute(found.group_by(Job.state)).all())
    if sum(counts.values()) >= MANY:
        keep(counts, KEPT_S, "job_counts", key)
    return dict(counts)


def count_matching(filters: JobFilters) -> Mapping[str, int]:
    """Count, by state, the jobs that match all but the filter of the state."""
    return count_states(filters=replace(filters, state=None))


def sum_of(filters: JobFilters, counts: Mapping[str, int]) -> int:
    """Return how many jobs match, by what `count_matching` gave."""
    if filters.state in ENDS:  # a part of the jobs of a state
        return count_rows(filter_ids(filters))
    return sum(counts.get(state, 0) for state in filters.states or counts)


def count_skipped(filters: JobFilters, counts: Mapping[str, int]) -> int:
    """Count those of the cancelled jobs that match which no person cancelled."""
    if not counts.get(JobState.CANCELLED):
        return 0
    return sum_of(replace(filters, state=SKIPPED), counts)


def count_jobs(filters: JobFilters) -> int:
    """Count the jobs that match: by state, as tabs do, takes three times as long."""
    by_state = find_kept("job_counts", (None, replace(filters, state=None)))
    if by_state:
        return sum_of(filters, by_state)
    known: int | None = find_kept("job_totals", filters)
    if known is not None:
        return known
    total = count_rows(filter_ids(filters))
    if total >= MANY:
        keep(total, KEPT_S, "job_totals", filters)
    return total
