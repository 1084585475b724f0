"""Jobs that match without candidates, for who counts or sorts all of them.

One index alone knows what is a candidate, and it knows neither the archive nor the time. SQLite
would take one that begins with the state or the time, and read each row for the rest: of a hundred
thousand candidates that takes a tenth of a second.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from dashboard.db import Job
from dashboard.jobs.filtering import LONG_AGO, WITHOUT, JobFilters, filter_jobs
from dashboard.jobs.time_up import ENDS


def state_of(filters: JobFilters) -> ColumnElement[str]:
    """Return the state; without candidates so that no index of states is taken."""
    return Job.state.concat("") if filters.candidates == WITHOUT else Job.state.expression


def filter_scanned(filters: JobFilters) -> Select[Any]:
    """Return the selection of the jobs that match, as `filtering.filter_jobs` does."""
    if filters.candidates != WITHOUT:
        return filter_jobs(filters)
    found = filter_jobs(replace(filters, state=None, archived="any"))
    if filters.shows == "true":
        found = found.where(Job.archived_at > LONG_AGO)
    elif filters.shows == "false":  # few are archived, and an index has them
        archived = aliased(Job)
        found = found.where(
            Job.id.not_in(select(archived.id).where(archived.archived_at > LONG_AGO))
        )
    if filters.states:
        found = found.where(state_of(filters).in_(filters.states))
    end = ENDS.get(filters.state or "")
    return found if end is None else found.where(end)
