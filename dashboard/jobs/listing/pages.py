"""Lists of jobs as pages and the API read them: a page of those that match, in an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.db import Job, JobEntry, JobTag
from dashboard.db.states import HELD, JobState
from dashboard.extensions import db
from dashboard.jobs.listing.counting import count_matching, sum_of
from dashboard.jobs.listing.filtering import JobFilters, filter_jobs, words_hold
from dashboard.jobs.listing.segments import page_of
from dashboard.jobs.listing.sorting import DEFAULT_SORT, segments_of
from dashboard.jobs.queries import get_jobs
from dashboard.jobs.running.order import PLACES_SHOWN, find_places

MANY_MATCH = 5_000
# So many numbers of jobs are named faster than looked for once more.
FEW_HOLD = 2_000


@dataclass(frozen=True)
class JobPage:
    """One page of the list.

    The first `n_first` items are jobs that run or wait, put before all others; `more_are_active`
    when there are further ones among the others. `places` are those of the queue, where read.
    `counts` are the jobs by state that match all but the filter of the state.
    """

    items: Sequence[Job]
    total: int
    counts: Mapping[str, int] = field(default_factory=dict)
    n_first: int = 0
    more_are_active: bool = False
    places: Mapping[int, int] | None = None


def list_jobs(
    *,
    filters: JobFilters,
    sort: str = DEFAULT_SORT,
    page: int = 1,
    per: int = 50,
    without: Sequence[InstrumentedAttribute[Any]] = (),
    running_first: bool = False,
) -> JobPage:
    """List a page of the jobs that match, by default those that run or wait first.

    Parameters
    ----------
    filters : JobFilters
        Which jobs.
    sort : str
        As `sorting.read_sort` knows it, with a minus for the other direction; values that are
        missing come last. With ``-submitted`` jobs that are not over stand first, in the order in
        which they run. Where there are many, the others keep half of the first page.
    page, per : int
        Which page, from 1, of how many rows.
    without : sequence of columns, optional
        What of the jobs need not be read.
    running_first : bool, default False
        Whether jobs that run stand first whatever the sort; those that wait then have their place.
    """
    filters = foresee(filters)
    counts = count_matching(filters)
    total = sum_of(filters, counts)
    first: list[int] = []
    n_active, places = 0, None
    if filters.may_be_active and (sort == DEFAULT_SORT or running_first):
        places = find_places() if sort == DEFAULT_SORT else None
        active = list_active_ids(filters, places or {}, PLACES_SHOWN)
        n_active = len(active)
        total = max(total, n_active)  # counted before they were listed, and more may have come
        first = active[: per - min(per // 2, total - n_active)]
    # Ids first: the rows themselves are wide, and only those of this page are read.
    shown = first if page == 1 else []
    segments = segments_of(filters, sort)
    if first:
        segments = [one.where(Job.id.not_in(first)) for one in segments]
    start = (page - 1) * per - (len(first) - len(shown))
    ids = page_of(segments, start, per - len(shown), total - len(first))
    more = n_active > len(first) or (bool(shown) and _wait_behind(filters, counts, active, places))
    jobs = get_jobs([*shown, *ids], without=without)
    return JobPage(jobs, total, counts, len(shown), more, places)


def foresee(filters: JobFilters) -> JobFilters:
    """Return filters that know what few jobs have: the rarest tag, and whether the words are."""
    if len(filters.tags) > 1:
        tagged = [select(JobTag.job_id).where(JobTag.tag == tag) for tag in filters.tags]
        rare_first = sorted(zip(_count_some(*tagged), filters.tags, strict=True))
        filters = replace(filters, tags=tuple(tag for _, tag in rare_first))
    holding = words_hold(filters)
    if holding is None:
        return filters
    found = db.session.scalars(select(JobEntry.job_id).where(holding).limit(MANY_MATCH)).all()
    if len(found) < FEW_HOLD:
        return replace(filters, holding=tuple(found))
    return replace(filters, in_many=len(found) >= MANY_MATCH)


def _count_some(*found: Select[Any]) -> Sequence[int]:
    """Count the rows of each selection as far as `MANY_MATCH`."""
    parts = [one.limit(MANY_MATCH).subquery() for one in found]
    counts = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
    return db.session.execute(select(*counts)).one()


def _wait_behind(
    filters: JobFilters,
    counts: Mapping[str, int],
    active: Sequence[int],
    places: Mapping[int, int] | None,
) -> bool:
    """Tell whether matching jobs wait so far back that their places are not known."""
    is_asked = not filters.states or JobState.QUEUED in filters.states
    if not is_asked or places is None or len(places) < PLACES_SHOWN:
        return False
    return counts.get(JobState.QUEUED, 0) > sum(job_id in places for job_id in active)


def list_active_ids(
    filters: JobFilters, places: Mapping[int, int], limit: int | None = None
) -> list[int]:
    """List jobs that run or wait and match: those that run first, then by their `places`."""
    held = db.session.scalars(select(Job.id).where(Job.state.in_(HELD)).order_by(Job.id)).all()
    if not held and not places:
        return []
    candidates = [*held, *places]
    among = filter_jobs(filters, lambda job_id: job_id.in_(candidates)).with_only_columns(Job.id)
    matching = set(db.session.scalars(among))
    waiting = sorted(places, key=places.__getitem__)
    return [job_id for job_id in [*held, *waiting] if job_id in matching][:limit]


def list_jobs_before(
    *, filters: JobFilters, before: int | None, limit: int, oldest_first: bool = False
) -> Sequence[Job]:
    """List matching jobs from one id on; for the API's cursor."""
    found = filter_jobs(filters)
    if before is not None:
        found = found.where(Job.id > before if oldest_first else Job.id < before)
    order = Job.id.asc() if oldest_first else Job.id.desc()
    ids = found.with_only_columns(Job.id).order_by(order).limit(limit)
    return get_jobs(db.session.scalars(ids).all())
