"""Which jobs a list shows: what a query asks for, and the conditions that say it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, cast, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from dashboard.db import Job, JobEntry, JobTag
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.states import ACTIVE, JobState
from dashboard.jobs.asking.tags import MOST_TAGS, TAG_LENGTH
from dashboard.jobs.page.time_up import ENDS
from dashboard.paging import read_number
from tasks.engine.estimators.catalogue import find_estimator

TABS = {
    "active": tuple(ACTIVE),
    "succeeded": ("succeeded",),
    "failed": ("failed", "lost"),
    "cancelled": ("cancelled",),
}
STATES = frozenset(JobState)
ARCHIVED = ("false", "true", "any")
CANDIDATES = (WITH, WITHOUT) = ("with", "without")
# Before any job was archived: a range, which databases look up where they would scan for "is not
# missing".
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class JobFilters:
    """Which jobs; None means all.

    `state` is a state, one of `TABS` or of `ENDS`. Jobs have all of `tags`, best with the rarest
    first. `until` is no longer in. `archived` is one of `ARCHIVED`; by itself jobs that are
    archived are left out, but for those of a batch. `candidates` is ``without`` where those of
    searches are left out, and their winners stay.
    """

    state: str | None = None
    dataset_id: int | None = None
    batch_id: int | None = None
    estimator: str | None = None
    owner_id: int | None = None
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    archived: str | None = None
    candidates: str | None = None
    q: str | None = None
    # Whether the words of `q` are known to be in many jobs: then the jobs are walked in their
    # order and each one's words looked at, where else those that hold them are listed first.
    in_many: bool = False
    # The jobs that are known to hold the words of `q`, where they are few.
    holding: tuple[int, ...] | None = None

    @property
    def states(self) -> Sequence[str]:
        """The states that are meant; none for all."""
        if self.state in ENDS:
            return (JobState.CANCELLED,)
        return TABS.get(self.state or "", (self.state,) if self.state else ())

    @property
    def may_be_active(self) -> bool:
        """Whether jobs may match that run or wait."""
        return not self.states or not ACTIVE.isdisjoint(self.states)

    @property
    def shows(self) -> str:
        """Which jobs are shown as far as the archive goes: one of `ARCHIVED`."""
        return self.archived or ("any" if self.batch_id is not None else "false")


def read_filters(
    query: Mapping[str, str], user_id: int | None = None
) -> tuple[JobFilters, list[str]]:
    """Read filters from a query; what is unknown is ignored, and named.

    Parameters
    ----------
    query : Mapping
        As in an address.
    user_id : int, optional
        Who ``owner=me`` is.

    Returns
    -------
    filters : JobFilters
    ignored : list of str
        Such as ``state=finished``.
    """
    found: dict[str, Any] = {}
    ignored = []
    zone = read_zone(query.get("zone") or "UTC")
    if zone is None:
        ignored.append(f"zone={query['zone']}")
    for name, (field, read) in _READERS.items():
        text = (query.get(name) or "").strip()
        if not text:
            continue
        value: Any = user_id if (name, text) == ("owner", "me") else read(text)
        if isinstance(value, datetime):
            value = _in_utc(value, zone)
        if value is None:
            ignored.append(f"{name}={text}")
        elif value != WITH:  # as without the filter
            found[field] = value
    return JobFilters(**found), ignored


def _read_state(text: str) -> str | None:
    return text if text in TABS or text in STATES or text in ENDS else None


def _read_id(text: str) -> int | None:
    return read_number(text, None, LARGEST_ID)


def _read_estimator(text: str) -> str | None:
    return text if find_estimator(text) else None


def read_tags(text: str) -> tuple[str, ...] | None:
    """Return the tags of a list with commas; None where one of them can be no tag."""
    tags = tuple(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))
    fits = 0 < len(tags) <= MOST_TAGS and all(len(tag) <= TAG_LENGTH for tag in tags)
    return tags if fits else None


def read_zone(name: str) -> ZoneInfo | None:
    """Return the time zone of a name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None


def name_zone(query: Mapping[str, str]) -> str:
    """Return the name of the zone that the days of a query are of."""
    zone = read_zone(query.get("zone") or "UTC")
    return zone.key if zone else "UTC"


def _read_moment(text: str) -> datetime | None:
    """Return a day's beginning, or a moment, of ISO 8601."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_end(text: str) -> datetime | None:
    """Return a moment as `_read_moment` does; of a day its end."""
    moment = _read_moment(text)
    if moment is None or len(text) > len("2026-11-29"):
        return moment
    try:
        return moment + timedelta(days=1)
    except OverflowError:  # the last day of all
        return moment


def _in_utc(moment: datetime, zone: ZoneInfo | None) -> datetime | None:
    """Return a moment in UTC; one without a zone is of the given one."""
    try:
        known = moment if moment.tzinfo else moment.replace(tzinfo=zone or UTC)
        return known.astimezone(UTC)
    except OverflowError:
        return None


_READERS: Mapping[str, tuple[str, Any]] = {
    "state": ("state", _read_state),
    "dataset_id": ("dataset_id", _read_id),
    "batch_id": ("batch_id", _read_id),
    "estimator": ("estimator", _read_estimator),
    "owner": ("owner_id", _read_id),
    "tag": ("tags", read_tags),
    "from": ("since", _read_moment),
    "to": ("until", _read_end),
    "archived": ("archived", lambda text: text if text in ARCHIVED else None),
    "candidates": ("candidates", lambda text: text if text in CANDIDATES else None),
    "q": ("q", str),
}
# With the zone that days are of: what narrows a list by itself, and what it means.
FILTER_NAMES = (*_READERS, "zone")


# Narrows a column of jobs' numbers to a few, such as ``lambda job_id: job_id > 7``.
Bound = Callable[[Any], ColumnElement[bool]]


def filter_jobs(filters: JobFilters, bound: Bound | None = None) -> Select[Any]:
    """Return the selection of the jobs that match; of a few numbers, with a `bound`."""
    bounds = [bound(Job.id)] if bound else []
    return select(Job).where(*bounds, *_conditions(filters, bound))


def filter_ids(filters: JobFilters) -> Select[Any]:
    """Return the selection of the numbers of the jobs that match."""
    return filter_jobs(filters).with_only_columns(Job.id)


def restrict(job_id: InstrumentedAttribute[int], filters: JobFilters) -> list[ColumnElement[bool]]:
    """Return what keeps the rows of another table to those of jobs that match.

    Parameters
    ----------
    job_id : column
        The other table's, such as ``JobEntry.job_id``.
    filters : JobFilters
        Which jobs.
    """
    if filters == JobFilters():  # few are archived: nothing else need be looked at
        return [job_id.not_in(select(Job.id).where(Job.archived_at > LONG_AGO))]
    return [job_id.in_(select(Job.id).where(*_conditions(filters)))]


def _conditions(filters: JobFilters, bound: Bound | None = None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.states:
        found.append(Job.state.in_(filters.states))
    end = ENDS.get(filters.state or "")
    if end is not None:
        found.append(end)
    for name in ("dataset_id", "batch_id", "estimator", "owner_id"):
        column, value = getattr(Job, name), getattr(filters, name)
        if value is not None:
            # A few numbers are looked up: SQLite would walk all jobs of the owner for them.
            found.append((cast(column, column.type) if bound else column) == value)
    if filters.candidates == WITHOUT:
        found.append(~Job.score_only)
    if filters.tags:
        found.append(Job.id.in_(_tagged(filters.tags, bound)))
    return [*found, *_in_time(filters), *_search(filters, bound)]


def _tagged(tags: Sequence[str], bound: Bound | None) -> Select[Any]:
    """Return the selection of jobs that have all tags: those of the first are looked at."""
    within = [bound(JobTag.job_id)] if bound else []
    found = select(JobTag.job_id).where(JobTag.tag == tags[0], *within)
    for tag in tags[1:]:
        other = aliased(JobTag)
        found = found.where(exists().where(other.job_id == JobTag.job_id, other.tag == tag))
    return found


def _in_time(filters: JobFilters) -> Iterator[ColumnElement[bool]]:
    """Yield what is asked of the archive, and of when jobs were submitted."""
    if filters.shows == "false":
        yield Job.archived_at.is_(None)
    elif filters.shows == "true":
        yield Job.archived_at > LONG_AGO
    if filters.since:
        yield Job.created_at >= filters.since
    if filters.until:
        yield Job.created_at < filters.until


def words_hold(filters: JobFilters) -> ColumnElement[bool] | None:
    """Return the condition that a job's entry holds the words searched for; None without any."""
    q = (filters.q or "").strip()
    return None if not q or q.startswith("#") else _words(q)[0]


def _words(q: str) -> list[ColumnElement[bool]]:
    return [JobEntry.words.contains(q.lower(), autoescape=True)]


def _search(filters: JobFilters, bound: Bound | None) -> list[ColumnElement[bool]]:
    """Return what a search means: `#12` that job alone, `12` it too, else words that hold it."""
    q = (filters.q or "").strip()
    if not q:
        return []
    number = read_number(q.removeprefix("#"), None, LARGEST_ID)
    if number is not None and q.startswith("#"):
        return [Job.id == number]
    within = [bound(JobEntry.job_id)] if bound else []
    holding = select(JobEntry.job_id).where(*within, *_words(q))
    found: ColumnElement[bool] = Job.id.in_(holding)
    if filters.holding is not None:
        found = Job.id.in_(filters.holding)
    elif filters.in_many:
        found = holding.where(JobEntry.job_id == Job.id).exists()
    return [found if number is None else or_(Job.id == number, found)]
