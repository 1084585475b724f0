"""The jobs page: which rows it shows, in which groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.db import Job, JobFold
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.states import ACTIVE, JobState
from dashboard.jobs import queries
from dashboard.jobs.estimates import Estimate, estimate_jobs
from dashboard.jobs.order import find_places
from dashboard.jobs.queries import SORTS, TABS, JobFilters
from dashboard.jobs.views import JobView
from dashboard.paging import Page, read_number, read_per

STATES = frozenset(JobState)


@dataclass(frozen=True)
class JobListing:
    """Everything that the jobs page shows.

    `more_are_active` when jobs that run or wait stand among the others, because they are too many.
    `more_may_come` is false where nothing can change any more: the jobs of a batch that is over.
    """

    active: list[JobView]
    finished: list[JobView]
    page: Page
    counts: Mapping[str, int]
    filters: JobFilters
    sort: str
    ignored: list[str]
    more_are_active: bool = False
    more_may_come: bool = True

    @property
    def every(self) -> int | None:
        """Seconds between two looks at the rows; None when they stay as they are."""
        return 3 if self.active else 15 if self.more_may_come else None

    @property
    def tabs(self) -> list[tuple[str, str, int, bool]]:
        """The tabs: title, value of ``state``, count, whether it is the current one."""
        every = sum(self.counts.values())
        tabs = [("All", "", every, not self.filters.state)]
        for name, states in TABS.items():
            count = sum(self.counts.get(state, 0) for state in states)
            tabs.append((name.capitalize(), name, count, self.filters.state == name))
        return tabs


def read_filters(query: Mapping[str, str]) -> tuple[JobFilters, str, list[str]]:
    """Read filters and sort from a query; what is unknown is ignored, and named.

    Returns
    -------
    filters : JobFilters
    sort : str
    ignored : list of str
        Such as ``state=finished``.
    """
    ignored = []
    state = query.get("state") or None
    if state and state not in TABS and state not in STATES:
        ignored.append(f"state={state}")
        state = None
    numbers: dict[str, int | None] = {}
    for name in ("dataset_id", "batch_id", "owner_id"):
        text = query.get(name) or ""
        number = read_number(text, None, LARGEST_ID)
        if text and number is None:
            ignored.append(f"{name}={text}")
        numbers[name] = number
    sort = query.get("sort") or "-submitted"
    if sort.lstrip("-") not in SORTS:
        ignored.append(f"sort={sort}")
        sort = "-submitted"
    filters = JobFilters(
        state=state, estimator=query.get("estimator") or None, q=query.get("q") or None, **numbers
    )
    return filters, sort, ignored


def read_listing(query: Mapping[str, str]) -> JobListing:
    """Read what the jobs page shows for a query."""
    filters, sort, ignored = read_filters(query)
    per, number = read_per(query.get("per")), read_number(query.get("page"), 1)
    found = queries.list_jobs(filters=filters, sort=sort, page=number, per=per)
    views = view_jobs(found.items, places=found.places)
    return JobListing(
        active=views[: found.n_first],
        finished=views[found.n_first :],
        page=Page(number, per, found.total),
        counts=found.counts,
        filters=filters,
        sort=sort,
        ignored=ignored,
        more_are_active=found.more_are_active,
    )


def view_jobs(
    jobs: Sequence[Job],
    folds: Mapping[int, Sequence[JobFold]] | None = None,
    places: Mapping[int, int] | None = None,
) -> list[JobView]:
    """Return jobs as rows, with the scores so far and the estimates of those that are not over.

    `folds`, by job, and `places` in the queue are read unless they are given.
    """
    active = [job.id for job in jobs if job.state in ACTIVE]
    if folds is None:
        folds = queries.list_folds_of(active) if active else {}
    if places is None:
        places = find_places() if any(job.state == JobState.QUEUED for job in jobs) else {}
    estimates = estimate_jobs(jobs, folds, places)
    views: list[JobView] = []
    for job in jobs:
        values = [f.scores.get(job.metric) for f in folds.get(job.id, [])]
        known = [value for value in values if value is not None]
        so_far = sum(known) / len(known) if known else None
        views.append(
            JobView(
                job,
                position=places.get(job.id),
                score_so_far=so_far,
                estimate=estimates.get(job.id, Estimate()),
                folds_done=len(values),
            )
        )
    return views
