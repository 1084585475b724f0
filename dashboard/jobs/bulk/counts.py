"""Which jobs a bulk action is about, how many, and whether they are too many."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, String, cast, func, select

from dashboard.db import BulkAction, Job, Model, Prediction, User
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.filters import plural
from dashboard.jobs.listing.filtering import JobFilters, filter_jobs
from dashboard.jobs.listing.segments import count_rows

AT_ONCE = 5000  # numbers in one query


@dataclass(frozen=True)
class Matching:
    """All jobs that match, by state; `found` selects them, to count some of them by an index.

    `n_made` of them would be made anew if they ran again.
    """

    by_state: Mapping[str, Sequence[int]]
    n_made: int
    found: Select[Any]

    @cached_property
    def ids(self) -> list[int]:
        """Their ids, the oldest first."""
        return sorted(chain.from_iterable(self.by_state.values()))

    def count(self, *which: ColumnElement[bool]) -> int:
        """Count those of them that something holds for."""
        return count_rows(self.found.where(*which))

    def count_others(self, user: User) -> int:
        """Count those of other people: an index knows how many are a person's own."""
        return max(0, len(self.ids) - self.count(Job.owner_id == user.id))


@dataclass(frozen=True)
class Ends:
    """What goes with jobs: how many models, how many of them with an alias, and predictions."""

    n_models: int
    n_aliases: int
    n_predictions: int


def find_matching(user: User, filters: JobFilters, *, up_to: int | None = None) -> Matching:
    """Return all jobs that match, as a person may change them; none newer than `up_to`.

    The ids of a state are read as one text: a hundred thousand rows would take long.
    """
    found = filter_jobs(filters)
    if up_to is not None:
        found = found.where(Job.id <= up_to)
    listed = func.aggregate_strings(cast(Job.id, String), ",")
    by_state = {
        state: [int(text) for text in texts.split(",")]
        for state, texts in db.session.execute(
            found.with_only_columns(Job.state, listed).group_by(Job.state)
        )
    }
    if user.is_admin:
        return Matching(by_state, len(by_state.get(JobState.SUCCEEDED, ())), found)
    own = found.where(*may_be_changed(user, [JobState.SUCCEEDED]))
    return Matching(by_state, count_rows(own), found)


def newest_id() -> int:
    """Return the number of the newest job."""
    return db.session.scalar(select(func.max(Job.id))) or 0


def count_by_state(ids: Sequence[int]) -> dict[str, int]:
    """Count some jobs by state."""
    counts: dict[str, int] = {}
    for part in select_parts(ids):
        found = part.with_only_columns(Job.state, func.count()).group_by(Job.state)
        for state, count in db.session.execute(found):
            counts[state] = counts.get(state, 0) + count
    return counts


def count_made(user: User, ids: Sequence[int]) -> int:
    """Count the jobs that would be made if some ran again: those that succeeded keep results."""
    return count_those(ids, *may_be_changed(user, [JobState.SUCCEEDED]))


def count_those(ids: Sequence[int], *which: ColumnElement[bool]) -> int:
    """Count those of some jobs that something holds for, so many at once as one may name."""
    return sum(count_rows(part.where(*which)) for part in select_parts(ids))


def may_be_changed(user: User, states: Collection[str]) -> list[ColumnElement[bool]]:
    """Return what holds for jobs that are in a state, and that a person may change."""
    in_state = Job.state.in_(sorted(states))
    return [in_state] if user.is_admin else [in_state, Job.owner_id == user.id]


def select_parts(ids: Sequence[int]) -> list[Select[Any]]:
    """Return selections of some jobs, each of so many at once as one may name."""
    parts = (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
    return [select(Job).where(Job.id.in_(part)) for part in parts]


def count_ends(selections: Iterable[Select[Any]]) -> Ends:
    """Count what goes with the jobs that are selected."""
    found = []
    for selected in selections:
        goes = Model.job_id.in_(selected.with_only_columns(Job.id))
        models = select(func.count(Model.id), func.count(Model.alias)).where(goes)
        predicted = select(func.count(Prediction.id)).join(Model).where(goes)
        found.append((*db.session.execute(models).one(), db.session.scalar(predicted) or 0))
    return Ends(*map(sum, zip(*found, strict=True))) if found else Ends(0, 0, 0)


def name_newest(selections: Iterable[Select[Any]], most: int) -> list[tuple[int, str]]:
    """Return number and name of the newest jobs that are selected."""
    named: list[tuple[int, str]] = []
    for selected in selections:
        newest = selected.with_only_columns(Job.id, Job.name).order_by(Job.id.desc()).limit(most)
        named += [(job_id, name) for job_id, name in db.session.execute(newest)]
    return sorted(named, reverse=True)[:most]


def find_next_id() -> int:
    """Return a number that no bulk action has yet, and the next one has at least."""
    return (db.session.scalar(select(func.max(BulkAction.id))) or 0) + 1


def say_too_many(n_made: int) -> str | None:
    """Say that more jobs would be made than may be at once; None where they may."""
    limit: int = current_app.config["SETTINGS"].max_batch_jobs
    if n_made <= limit:
        return None
    return (
        f"{plural(n_made, 'job')} that succeeded would be made once more. The limit is "
        f"{limit:,} at once: choose fewer, or only those that failed"
    )
