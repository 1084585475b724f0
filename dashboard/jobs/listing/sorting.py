"""The order of a list of jobs: by any column, a setting or a metric.

An order is a row of *segments*, each read from one index: first the jobs that have a value, then
those without one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.db import Dataset, Job, JobEntry, JobScore, User
from dashboard.db.states import JobState
from dashboard.jobs.listing.counting import count_jobs
from dashboard.jobs.listing.distinct import distinct_values
from dashboard.jobs.listing.filtering import JobFilters, filter_ids, restrict
from dashboard.jobs.listing.name_order import name_segments
from dashboard.jobs.listing.segments import NEWEST_FIRST, Segment, Segments, count_rows
from dashboard.jobs.listing.setting_order import setting_segments
from tasks.engine.estimators.catalogue import METRICS, get_estimator

PARAM, METRIC = "param:", "metric:"
DEFAULT_SORT = "-submitted"
METRIC_NAMES = frozenset(metric.name for metrics in METRICS.values() for metric in metrics)


def read_sort(text: str | None) -> tuple[str, str | None]:
    """Return a sort, and what was asked for if there is none like it."""
    sort = text or DEFAULT_SORT
    key = sort.removeprefix("-")
    is_known = (
        key in SORTS
        or (key.startswith(PARAM) and 0 < len(key) - len(PARAM) <= 100)
        or (key.startswith(METRIC) and key.removeprefix(METRIC) in METRIC_NAMES)
    )
    return (sort, None) if is_known else (DEFAULT_SORT, sort)


def segments_of(filters: JobFilters, sort: str) -> Segments:
    """Return the segments of a sort that `read_sort` knows."""
    key, down = sort.removeprefix("-"), sort.startswith("-")
    if key.startswith(PARAM):
        return setting_segments(filters, key.removeprefix(PARAM), down=down)
    if key.startswith(METRIC):
        return _by_metric(filters, key.removeprefix(METRIC), down=down)
    return SORTS[key](filters, down)


def _by_submitted(filters: JobFilters, down: bool) -> Segments:
    yield Segment(filter_ids(filters), ((Job.created_at, down), (Job.id, down)))


def _by_score(filters: JobFilters, down: bool) -> Segments:
    """Order by score; jobs that were stopped have one of some folds, and come behind.

    Of a batch those that wait stand next, in the order in which they start.
    """
    found, order = filter_ids(filters), ((Job.score, down), (Job.id, down))
    scored = found.where(Job.score.is_not(None))
    yield Segment(scored.where(~Job.partial), order)
    yield Segment(scored.where(Job.partial), order)
    rest = found.where(Job.score.is_(None))
    if filters.batch_id is not None:
        waits = Job.state == JobState.QUEUED
        yield Segment(rest.where(waits), ((Job.finished_at, False), (Job.id, False)))
        rest = rest.where(~waits)
    yield Segment(rest, ((Job.score, True), (Job.id, True)))


def _by_entry(column: InstrumentedAttribute[Any]) -> Callable[[JobFilters, bool], Segments]:
    def segments(filters: JobFilters, down: bool) -> Segments:
        found = select(JobEntry.job_id).where(*restrict(JobEntry.job_id, filters))
        order = ((column, down), (JobEntry.job_id, down))
        yield Segment(found.where(column.is_not(None)), order)
        yield Segment(found.where(column.is_(None)), ((column, True), (JobEntry.job_id, True)))

    return segments


def _by_metric(filters: JobFilters, metric: str, *, down: bool) -> Segments:
    """Order by a metric's mean; jobs that have none, or not over all of their folds, come last."""
    is_of_it = JobScore.metric == metric
    scored = select(JobScore.job_id).where(is_of_it, *restrict(JobScore.job_id, filters))
    yield Segment(scored, ((JobScore.score, down), (JobScore.job_id, down)))
    yield Segment(
        filter_ids(filters).where(~exists().where(JobScore.job_id == Job.id, is_of_it)),
        NEWEST_FIRST,
        # To look for those that are nowhere takes longer than to count the others.
        lambda: max(0, count_jobs(filters) - count_rows(scored)),
    )


@dataclass(frozen=True)
class _Grouped:
    """Jobs in groups by a column of few values, by their words, the newest job of each first."""

    column: InstrumentedAttribute[Any]
    words_of: Callable[[Sequence[Any]], Mapping[Any, str]]

    def __call__(self, filters: JobFilters, down: bool) -> Iterator[Segment]:
        values = distinct_values(self.column)
        words = self.words_of(values)
        for value in sorted(values, key=lambda v: words.get(v, "").lower(), reverse=down):
            yield Segment(filter_ids(filters).where(self.column == value), NEWEST_FIRST)


def _titles(ids: Sequence[str]) -> Mapping[str, str]:
    return {name: get_estimator(name).title for name in ids}


SORTS: Mapping[str, Callable[[JobFilters, bool], Segments]] = {
    "submitted": _by_submitted,
    "name": _by_entry(JobEntry.name),
    "score": _by_score,
    "duration": _by_entry(JobEntry.seconds),
    "estimator": _Grouped(Job.estimator, _titles),
    "state": _Grouped(Job.state, lambda states: dict(zip(states, states, strict=True))),
    "owner": lambda filters, down: name_segments(User, Job.owner_id, filters, down=down),
    "dataset": lambda filters, down: name_segments(Dataset, Job.dataset_id, filters, down=down),
}
