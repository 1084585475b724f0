"""Jobs in the order of a setting of their estimator, given or left as it is.

A job that was given no value has the estimator's default: it stands among those that were given
the same. So the order is made of pieces: what was given up to a default, the jobs that have that
default, what was given up to the next one, and so on. Jobs whose estimator knows no such setting
come last.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.db import Job, JobSetting
from dashboard.jobs.distinct import distinct_values
from dashboard.jobs.filtering import JobFilters, filter_jobs, newest_first, restrict
from tasks.engine.catalogue import find_estimator

Defaults = Mapping[Any, Sequence[str]]


def setting_segments(filters: JobFilters, name: str, *, down: bool) -> Iterator[Select[Any]]:
    """Return the segments of a list sorted by a setting: numbers, then words, then none."""
    given = select(JobSetting.job_id).where(JobSetting.name == name)
    numbers, words = find_defaults(name, distinct_values(Job.estimator))
    kept = restrict(JobSetting.job_id, filters)
    of_numbers = given.where(*kept, JobSetting.number.is_not(None))
    of_words = given.where(*kept, JobSetting.number.is_(None))
    left = filter_jobs(filters).with_only_columns(Job.id).where(Job.id.not_in(given))
    yield from _pieces(of_numbers, JobSetting.number, numbers, left, down=down)
    yield from _pieces(of_words, JobSetting.text, words, left, down=down)
    known = [
        estimator for found in (numbers, words) for ids in found.values() for estimator in ids
    ]
    yield newest_first(left.where(Job.estimator.not_in(known)))


def _pieces(
    given: Select[Any],
    column: InstrumentedAttribute[Any],
    defaults: Defaults,
    left: Select[Any],
    *,
    down: bool,
) -> Iterator[Select[Any]]:
    ordered = (column, JobSetting.job_id)
    given = given.order_by(*[part.desc() if down else part.asc() for part in ordered])
    rest = given
    for value in sorted(defaults, reverse=down):
        yield rest.where(column >= value if down else column <= value)
        yield newest_first(left.where(Job.estimator.in_(defaults[value])))
        rest = given.where(column < value if down else column > value)
    yield rest


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
