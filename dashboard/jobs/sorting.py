"""The order of a list of jobs: by any column, a setting or a metric; a page of it, however deep.

An order is a row of *segments*, each read from one index: first the jobs that have a value, then
those without one. A page skips whole segments by their counts and reads only its own ids.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.db import Dataset, Job, JobEntry, JobScore, User
from dashboard.extensions import db
from dashboard.jobs.distinct import distinct_values
from dashboard.jobs.filtering import JobFilters, filter_jobs, newest_first, restrict
from dashboard.jobs.setting_order import setting_segments
from tasks.engine.catalogue import METRICS, get_estimator

PARAM, METRIC = "param:", "metric:"
DEFAULT_SORT = "-submitted"
METRIC_NAMES = frozenset(metric.name for metrics in METRICS.values() for metric in metrics)
Segments = Iterable[Select[Any]]


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


def page_of(segments: Segments, offset: int, limit: int) -> list[int]:
    """Return the ids of one page of the segments, counting only those that stand before it."""
    found: list[int] = []
    rest = iter(segments)
    segment = next(rest, None)
    while segment is not None:
        current, segment = segment, next(rest, None)
        if offset and segment is not None:  # behind the last one nothing is left to skip to
            count = _count(current)
            if count <= offset:
                offset -= count
                continue
        found += db.session.scalars(current.limit(limit - len(found)).offset(offset))
        offset = 0
        if len(found) == limit:
            break
    return found


def _count(segment: Select[Any]) -> int:
    counted = segment.order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(counted)) or 0


def segments_of(filters: JobFilters, sort: str) -> Segments:
    """Return the segments of a sort that `read_sort` knows."""
    key, down = sort.removeprefix("-"), sort.startswith("-")
    if key.startswith(PARAM):
        return setting_segments(filters, key.removeprefix(PARAM), down=down)
    if key.startswith(METRIC):
        return _by_metric(filters, key.removeprefix(METRIC), down=down)
    return SORTS[key](filters, down)


def _way(down: bool, *columns: Any) -> list[Any]:
    return [column.desc() if down else column.asc() for column in columns]


def _ids(filters: JobFilters) -> Select[Any]:
    return filter_jobs(filters).with_only_columns(Job.id)


def _by_submitted(filters: JobFilters, down: bool) -> Segments:
    yield _ids(filters).order_by(*_way(down, Job.created_at, Job.id))


def _by_score(filters: JobFilters, down: bool) -> Segments:
    known = Job.score.is_not(None)
    yield _ids(filters).where(known).order_by(*_way(down, Job.score, Job.id))
    yield newest_first(_ids(filters).where(Job.score.is_(None)))


def _by_entry(column: InstrumentedAttribute[Any]) -> Callable[[JobFilters, bool], Segments]:
    def segments(filters: JobFilters, down: bool) -> Segments:
        kept = restrict(JobEntry.job_id, filters)
        found = select(JobEntry.job_id).where(*kept)
        yield found.where(column.is_not(None)).order_by(*_way(down, column, JobEntry.job_id))
        yield found.where(column.is_(None)).order_by(JobEntry.job_id.desc())

    return segments


def _by_metric(filters: JobFilters, metric: str, *, down: bool) -> Segments:
    """Order by a metric's mean; jobs that have none, or not over all of their folds, come last."""
    scored = select(JobScore.job_id).where(JobScore.metric == metric)
    kept = restrict(JobScore.job_id, filters)
    yield scored.where(*kept).order_by(*_way(down, JobScore.score, JobScore.job_id))
    yield newest_first(_ids(filters).where(Job.id.not_in(scored)))


@dataclass(frozen=True)
class _Grouped:
    """Jobs in groups by a column of few values, by their words, the newest job of each first."""

    column: InstrumentedAttribute[Any]
    words_of: Callable[[Sequence[Any]], Mapping[Any, str]]

    def __call__(self, filters: JobFilters, down: bool) -> Iterator[Select[Any]]:
        values = distinct_values(self.column)
        words = self.words_of(values)
        for value in sorted(values, key=lambda v: words.get(v, "").lower(), reverse=down):
            yield newest_first(_ids(filters).where(self.column == value))


def _titles(ids: Sequence[str]) -> Mapping[str, str]:
    return {name: get_estimator(name).title for name in ids}


def _by_name_of(
    record: type[Dataset | User], column: InstrumentedAttribute[int]
) -> Callable[[JobFilters, bool], Segments]:
    """Order by the name of what jobs belong to, the newest job of each first."""

    def segments(filters: JobFilters, down: bool) -> Segments:
        named = _ids(filters).join(record, record.id == column)
        yield newest_first(named.order_by(*_way(down, func.lower(record.name), record.id)))

    return segments


SORTS: Mapping[str, Callable[[JobFilters, bool], Segments]] = {
    "submitted": _by_submitted,
    "name": _by_entry(JobEntry.name),
    "score": _by_score,
    "duration": _by_entry(JobEntry.seconds),
    "estimator": _Grouped(Job.estimator, _titles),
    "state": _Grouped(Job.state, lambda states: dict(zip(states, states, strict=True))),
    "owner": _by_name_of(User, Job.owner_id),
    "dataset": _by_name_of(Dataset, Job.dataset_id),
}
