"""The jobs page: which rows it shows, in which groups, with which columns."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from dashboard.access import may_change
from dashboard.db import Job, JobFold, User
from dashboard.db.states import ACTIVE, JobState
from dashboard.filters import plural
from dashboard.jobs import queries
from dashboard.jobs.listing.columns import DEFAULT_COLUMNS, Column, list_unread, read_columns
from dashboard.jobs.listing.counting import count_jobs, count_skipped
from dashboard.jobs.listing.filtering import TABS, WITHOUT, JobFilters, read_filters
from dashboard.jobs.listing.folded import Folded, list_folded
from dashboard.jobs.listing.pages import list_jobs
from dashboard.jobs.listing.shown_names import names_in_list
from dashboard.jobs.listing.sorting import DEFAULT_SORT, read_sort
from dashboard.jobs.page.time_up import BY_SOMEBODY, SKIPPED
from dashboard.jobs.page.time_up import WORDS as END_WORDS
from dashboard.jobs.page.views import JobView
from dashboard.jobs.running.order import find_places
from dashboard.jobs.times.all_done import say_all_done
from dashboard.jobs.times.durations import Duration, read_durations
from dashboard.jobs.times.estimates import Estimate, estimate_jobs
from dashboard.leaderboards.best_of_boards import find_best_on_boards
from dashboard.paging import Page, read_number, read_per

MOST_PAGES = 10**9
# Of each tab, and of each state that an address may name, where it is empty.
EMPTY_TABS = {
    "active": "No job waits or runs", "queued": "No job waits", "running": "No job is running",
    "cancelling": "No job is being stopped", "succeeded": "No job has succeeded yet",
    "failed": "Nothing has failed", "lost": "No job was lost", "cancelled": "No job was cancelled",
    "skipped": "No job was skipped by its batch",
    "not_tried": "No job was skipped unstarted", "stopped": "No job was skipped midway",
    "cancelled_by_somebody": "No job was cancelled",
}  # fmt: skip


@dataclass(frozen=True)
class News:
    """What came since a page was opened: jobs that ended, and new ones that match."""

    finished: int = 0
    new: int = 0

    @property
    def words(self) -> str | None:
        """Such as "2 jobs finished, 4 new"; None when nothing came."""
        ended = f"{plural(self.finished, 'job')} finished" if self.finished else ""
        new = f"{self.new:,} new" if ended else plural(self.new, "new job")
        return ", ".join(part for part in (ended, new if self.new else "") if part) or None


@dataclass(frozen=True)
class JobListing:
    """Everything that the jobs page shows.

    `more_are_active` when jobs that run or wait stand among the others, because they are too many.
    `names` has short names of those jobs whose columns say what their own names say.
    `n_skipped` of those that count as cancelled no person cancelled.
    `folded` are batches with a line of their own where candidates are left out.
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
    columns: Sequence[Column] = DEFAULT_COLUMNS
    best: Set[int] = frozenset()
    news: News = field(default_factory=News)
    names: Mapping[int, str] = field(default_factory=dict)
    folded: Folded = Folded()
    n_skipped: int = 0

    @property
    def every(self) -> int | None:
        """Seconds between two looks at the rows; None when they stay as they are."""
        # In another order than by default those that run or wait stand among the others.
        is_active = self.folded.goes_on or any(view.is_active for view in self.views)
        return 3 if is_active else 15 if self.more_may_come else None

    @property
    def views(self) -> list[JobView]:
        """All rows, in order."""
        return [*self.active, *self.finished]

    @cached_property
    def shown_names(self) -> Mapping[int, str]:
        """What of each job's name there is room for, by job: what tells the rows apart first."""
        return {**names_in_list(view.job for view in self.views), **self.names}

    @property
    def lead(self) -> str:
        """How many jobs there are, or match the filters."""
        every = sum(self.counts.values())
        if self.is_of_all:
            return f"{plural(every, 'job')} on this server"
        return f"{plural(every, 'job matches', 'jobs match')} the filters"

    @property
    def all_done(self) -> str | None:
        """When the jobs in progress are all over; None where some of them are not here."""
        if self.more_are_active:
            return None
        return say_all_done((view.job, view.estimate) for view in self.active)

    @property
    def state_words(self) -> str | None:
        """The state that is asked for, in words; None for all."""
        state = self.filters.state
        if state == JobState.CANCELLED and self.n_skipped:  # as programs count them
            return "cancelled or skipped"
        return END_WORDS.get(state, state).lower() if state else None

    @property
    def others_words(self) -> str:
        """What stands above the jobs behind those in progress."""
        if self.sort != DEFAULT_SORT:
            return "Others"
        return f"{'Others' if self.more_are_active else 'Finished'}, newest first"

    @property
    def is_of_all(self) -> bool:
        """Whether no filter but that of the state is set."""
        return replace(self.filters, state=None) == JobFilters()

    @property
    def has_settings(self) -> bool:
        """Whether any column is about a setting."""
        return any(column.kind == "param" for column in self.columns)

    def acts_on(self, view: JobView, user: User) -> str:
        """Return what the menu of a row offers a person: ``cancel``, ``again archive``."""
        job = view.job
        if not may_change(user, job):
            return ""
        if view.is_active:
            return "cancel" if view.can_be_cancelled else ""
        kept = "restore" if job.archived_at else "archive"
        return kept if job.state == JobState.SUCCEEDED else f"again {kept}"

    @property
    def tabs(self) -> list[tuple[str, str, int, bool]]:
        """The tabs: title, value of ``state``, count, whether it is the current one.

        What a person cancelled and what the plan of a batch skipped have a tab each, where there
        is any of the latter.
        """
        amounts = {
            name: sum(self.counts.get(state, 0) for state in states)
            for name, states in TABS.items()
        }
        named = [(name.capitalize(), name, amount) for name, amount in amounts.items()]
        if self.n_skipped:
            by_people = amounts["cancelled"] - self.n_skipped
            named[-1] = ("Cancelled", BY_SOMEBODY, max(0, by_people))
            named.append((END_WORDS[SKIPPED], SKIPPED, self.n_skipped))
        every = ("All", "", sum(self.counts.values()))
        return [(*tab, (self.filters.state or "") == tab[1]) for tab in (every, *named)]

    @property
    def empty_tab(self) -> str:
        """What is said where nothing is in the state that is asked for."""
        state = self.filters.state or ""
        return EMPTY_TABS.get(state, "No jobs yet")


def say_own(listing: JobListing, user: User) -> str:
    """Say how many of all jobs are a person's own; empty where that says nothing."""
    if not listing.is_of_all:
        return ""
    own = count_jobs(JobFilters(owner_id=user.id))
    return f", {own:,} of them yours" if 0 < own < sum(listing.counts.values()) else ""


def read_listing(
    query: Mapping[str, str], user: User | None = None, *, running_first: bool = False
) -> JobListing:
    """Read what the jobs page shows for a query.

    Parameters
    ----------
    query : Mapping
        As in the address.
    user : User, optional
        Who looks: whose jobs ``owner=me`` are, and whose columns are shown unless the address
        names some.
    running_first : bool, default False
        Whether jobs that run stand first whatever the sort.
    """
    filters, ignored = read_filters(query, user.id if user else None)
    sort, unknown_sort = read_sort(query.get("sort"))
    chosen = query.get("cols") or (user.job_columns if user else None)
    columns, unknown = read_columns(chosen)
    if unknown_sort:
        ignored.append(f"sort={unknown_sort}")
    ignored += [f"cols={key}" for key in unknown]
    per = read_per(query.get("per"))
    number = read_number(query.get("page"), 1, MOST_PAGES)
    found = list_jobs(
        filters=filters, sort=sort, page=number, per=per, without=list_unread(columns),
        running_first=running_first,
    )  # fmt: skip
    views = view_jobs(found.items, places=found.places)
    return JobListing(
        active=views[: found.n_first],
        finished=views[found.n_first :],
        page=Page(number, per, found.total),
        counts=found.counts,
        n_skipped=count_skipped(filters, found.counts),
        filters=filters,
        sort=sort,
        ignored=ignored,
        more_are_active=found.more_are_active,
        columns=columns,
        best=find_best_on_boards(found.items),
        folded=fold_batches(filters),
    )


def fold_batches(filters: JobFilters) -> Folded:
    """Return the batches that stand for the candidates that a list leaves out."""
    return list_folded(filters) if filters.candidates == WITHOUT else Folded()


def view_jobs(
    jobs: Sequence[Job],
    folds: Mapping[int, Sequence[JobFold]] | None = None,
    places: Mapping[int, int] | None = None,
) -> list[JobView]:
    """Return jobs as rows, with the scores of some folds, and estimates of those not over.

    `folds`, by job, and `places` in the queue are read unless they are given.
    """
    if folds is None:
        asked = [job.id for job in jobs if _has_some_folds(job)]
        folds = queries.list_folds_of(asked) if asked else {}
    if places is None:
        waiting = [job.id for job in jobs if job.state == JobState.QUEUED]
        places = find_places(waiting) if waiting else {}
    estimates = estimate_jobs(jobs, folds, places)
    durations = read_durations([job.id for job in jobs])
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
                took=durations.get(job.id, Duration()),
            )
        )
    return views


def _has_some_folds(job: Job) -> bool:
    """Tell whether a job may have a score of some of its folds: it runs, or was stopped."""
    return job.state in ACTIVE or job.partial or (job.score is None and job.attempt > 0)
