"""Jobs in the order of a setting of their estimator, given or left as it is.

A job that was given no value has the estimator's default: it stands among those that were given
the same. So the order is made of pieces: what was given up to a default, the jobs that have that
default, what was given up to the next one, and so on. Jobs whose estimator knows no such setting
come last.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.db import Job, JobSetting
from dashboard.extensions import db
from dashboard.jobs.listing.counting import count_jobs
from dashboard.jobs.listing.distinct import distinct_values
from dashboard.jobs.listing.filtering import JobFilters, filter_ids, restrict
from dashboard.jobs.listing.segments import NEWEST_FIRST, Segment, count_rows
from tasks.engine.estimators.catalogue import find_estimator

Defaults = Mapping[Any, Sequence[str]]


def setting_segments(filters: JobFilters, name: str, *, down: bool) -> Iterator[Segment]:
    """Yield the segments of a list sorted by a setting: numbers, then words, then none."""
    given = select(JobSetting.job_id).where(
        JobSetting.name == name, *restrict(JobSetting.job_id, filters)
    )
    left = _Left(filters, name, given)
    numbers, words = find_defaults(name, distinct_values(Job.estimator))
    of_numbers = given.where(JobSetting.number.is_not(None))
    of_words = given.where(JobSetting.number.is_(None))
    yield from _pieces(of_numbers, JobSetting.number, numbers, left, down=down)
    yield from _pieces(of_words, JobSetting.text, words, left, down=down)
    known = [
        estimator for found in (numbers, words) for ids in found.values() for estimator in ids
    ]
    yield left.segment(
        Job.estimator.not_in(known), lambda: sum(left.count.values()) - left.count_of(known)
    )


@dataclass(frozen=True)
class _Left:
    """The jobs that were given no value of a setting; `given` are the numbers of the others."""

    filters: JobFilters
    name: str
    given: Select[Any]

    @property
    def found(self) -> Select[Any]:
        """Their numbers."""
        value = exists().where(JobSetting.job_id == Job.id, JobSetting.name == self.name)
        return filter_ids(self.filters).where(~value)

    @cached_property
    def count(self) -> Mapping[str, int]:
        """How many there are, by estimator."""
        if count_rows(self.given) >= count_jobs(self.filters):
            return {}
        counted = self.found.with_only_columns(Job.estimator, func.count())
        return dict(db.session.execute(counted.group_by(Job.estimator)).all())

    def count_of(self, estimators: Sequence[str]) -> int:
        """Return how many there are of some estimators."""
        return sum(self.count.get(name, 0) for name in estimators)

    def segment(self, which: ColumnElement[bool], count: Callable[[], int]) -> Segment:
        """Return some of them, the newest first."""
        return Segment(self.found.where(which), NEWEST_FIRST, count)


def _pieces(
    given: Select[Any],
    column: InstrumentedAttribute[Any],
    defaults: Defaults,
    left: _Left,
    *,
    down: bool,
) -> Iterator[Segment]:
    # As the index has them, whichever of number and text is missing.
    by = (JobSetting.number, JobSetting.text, JobSetting.job_id)
    order = [(part, down) for part in by]
    rest = given
    for value in sorted(defaults, reverse=down):
        yield Segment(rest.where(column >= value if down else column <= value), order)
        named = defaults[value]
        yield left.segment(Job.estimator.in_(named), partial(left.count_of, named))
        rest = given.where(column < value if down else column > value)
    yield Segment(rest, order)


def find_defaults(name: str, estimators: Sequence[str]) -> tuple[Defaults, Defaults]:
    """Return which estimators have which default of a setting: those of numbers, and of words."""
    numbers: dict[Any, list[str]] = {}
    words: dict[Any, list[str]] = {}
    for estimator_id in estimators:
        estimator = find_estimator(estimator_id)
        parameter = estimator.find_parameter(name) if estimator else None
        if parameter is None:
            continue
        value = parameter.default
        if isinstance(value, int | float) and not isinstance(value, bool):
            numbers.setdefault(float(value), []).append(estimator_id)
        else:
            text = value if isinstance(value, str) else json.dumps(value)
            words.setdefault(text, []).append(estimator_id)
    return numbers, words
