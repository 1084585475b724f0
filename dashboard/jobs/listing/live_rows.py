"""The rows of a jobs page that is open: the same ones in the same order, as they are now.

Rows never move under the pointer: a job that ends keeps its place, and one that is new is only
counted, until the person asks to see it. So the address of the live part names the rows, and no
poll sorts or counts a hundred thousand jobs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from dashboard.db import Job, User
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.states import ACTIVE, TERMINAL
from dashboard.extensions import db
from dashboard.idle import current_minute
from dashboard.jobs.listing.columns import list_unread, read_columns
from dashboard.jobs.listing.filtering import filter_jobs, read_filters
from dashboard.jobs.listing.lists import JobListing, News, fold_batches, view_jobs
from dashboard.jobs.listing.sorting import read_sort
from dashboard.jobs.queries import get_jobs
from dashboard.leaderboards.best_of_boards import find_best_on_boards
from dashboard.paging import PER_CHOICES, Page, read_number

# News are counted so far; more is "many" to anybody.
MOST_NEWS = 1000
# What may change of a job that is over.
_CHANGES = (
    Job.id, Job.state, Job.attempt, Job.name, Job.note, Job.tags, Job.archived_at,
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """The rows of a page: those of its first group, the others, and the newest job then.

    `more_are_active` as in `JobListing`.
    """

    first: tuple[int, ...]
    others: tuple[int, ...]
    newest: int
    more_are_active: bool = False

    def as_query(self) -> dict[str, str]:
        """Return it as parts of an address."""
        found = {
            "first": ",".join(map(str, self.first)),
            "others": ",".join(map(str, self.others)),
            "newest": str(self.newest),
        }
        return found | ({"cut": "1"} if self.more_are_active else {})


def note_shown(listing: JobListing) -> Shown:
    """Return what a page shows that is made now."""
    newest = db.session.scalar(select(func.max(Job.id))) or 0
    first, others = (
        [view.job.id for view in views] for views in (listing.active, listing.finished)
    )
    return Shown(tuple(first), tuple(others), newest, listing.more_are_active)


def read_shown(query: Mapping[str, str]) -> Shown:
    """Read from an address what a page shows."""
    newest = read_number(query.get("newest"), 0, LARGEST_ID)
    first, others = _read_ids(query.get("first")), _read_ids(query.get("others"))
    return Shown(first, others, newest, "cut" in query)


def _read_ids(text: str | None) -> tuple[int, ...]:
    numbers = (read_number(part, None, LARGEST_ID) for part in (text or "").split(","))
    return tuple(number for number in numbers if number is not None)[: PER_CHOICES[-1]]


def read_live(query: Mapping[str, str], user: User) -> JobListing:
    """Read the rows that a page shows, as they are now, and what came since."""
    shown = read_shown(query)
    filters, _ = read_filters(query, user.id)
    columns, _ = read_columns(query.get("cols") or user.job_columns)
    jobs = get_jobs([*shown.first, *shown.others], without=list_unread(columns))
    first = set(shown.first)
    views = view_jobs(jobs)
    finished = sum(job.id in first and job.state in TERMINAL for job in jobs)
    return JobListing(
        active=[view for view in views if view.job.id in first],
        finished=[view for view in views if view.job.id not in first],
        page=Page(1, len(views), len(views)),
        counts={},
        filters=filters,
        sort=read_sort(query.get("sort"))[0],
        ignored=[],
        more_are_active=shown.more_are_active,
        columns=columns,
        best=find_best_on_boards(jobs),
        news=News(finished, _count_new(filters, shown.newest)),
        folded=fold_batches(filters),
    )


def still_state(query: Mapping[str, str], user: User) -> tuple[object, ...] | None:
    """Return what rows depend on that are all over; None where one of them runs or waits.

    Meanwhile others may run. Another name of a dataset or person, or another best one on a
    leaderboard, is seen after a minute.
    """
    shown = read_shown(query)
    filters, _ = read_filters(query, user.id)
    asked = select(*_CHANGES).where(Job.id.in_([*shown.first, *shown.others])).order_by(Job.id)
    rows = [tuple(row) for row in db.session.execute(asked)]
    folded = fold_batches(filters)
    if folded.goes_on or any(state in ACTIVE for _, state, *_ in rows):
        return None
    return (current_minute(), rows, folded, _count_new(filters, shown.newest))


def _count_new(filters: Any, newest: int) -> int:
    found = filter_jobs(filters, lambda job_id: job_id > newest)
    some = found.with_only_columns(Job.id).limit(MOST_NEWS).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0
