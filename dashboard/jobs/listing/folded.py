"""Searches and batches that try several, one line each, where their candidates are left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import case, func, select

from dashboard.clock import now
from dashboard.db import Batch, Job
from dashboard.db.states import ACTIVE
from dashboard.extensions import db
from dashboard.filters import plural
from dashboard.jobs.listing.filtering import JobFilters
from dashboard.jobs.listing.segments import count_rows

# Of those that go on, and of those that are over.
GOING_LINES, OVER_LINES = 10, 5
# So long a batch without a winner has its line: one that has one is seen by its winner's row.
SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True)
class FoldedBatch:
    """A batch as one line: its name, whether it goes on, and what became of its candidates."""

    id: int
    name: str
    goes_on: bool
    words: str


@dataclass(frozen=True)
class Folded:
    """Batches as lines, those that go on first, and how many go on that have none."""

    lines: Sequence[FoldedBatch] = ()
    n_more: int = 0

    @property
    def goes_on(self) -> bool:
        """Whether any of them goes on."""
        return any(line.goes_on for line in self.lines)

    @property
    def more(self) -> str:
        """What is said of those without a line; empty where there are none."""
        goes_on = "goes" if self.n_more == 1 else "go"
        return f"{self.n_more:,} more {goes_on} on" if self.n_more else ""


def list_folded(filters: JobFilters, *, only_going: bool = False) -> Folded:
    """List batches that go on, then those that lately ended without a winner, the newest first.

    Parameters
    ----------
    filters : JobFilters
        Those of the list. Where it is narrowed by more than the owner, or to jobs that are over,
        no batch is known to match, and none is listed.
    only_going : bool, default False
        Whether those that ended are left out.
    """
    owned = JobFilters(owner_id=filters.owner_id)
    if not filters.may_be_active or replace(filters, state=None, candidates=None) != owned:
        return Folded()
    found = select(Batch.id, Batch.name, Batch.plan_state, Batch.plan_message)
    found = found.where(Batch.parent_id.is_(None)).order_by(Batch.id.desc())
    if filters.owner_id is not None:
        found = found.where(Batch.owner_id == filters.owner_id)
    going = found.where(Batch.plan_state == "going")
    rows = [*db.session.execute(going.limit(GOING_LINES))]
    n_more = 0
    if len(rows) == GOING_LINES:
        n_more = count_rows(going.with_only_columns(Batch.id).order_by(None)) - GOING_LINES
    if not only_going:
        ended = found.where(
            Batch.plan_state == "over",
            Batch.final_job_id.is_(None),
            Batch.created_at > now() - SHOWN_FOR,
        )
        rows += db.session.execute(ended.limit(OVER_LINES))
    counts = _count([row.id for row in rows]) if rows else {}
    lines = [
        FoldedBatch(row.id, row.name, row.plan_state == "going",
                    _say(*counts.get(row.id, (0, 0)), row.plan_message))
        for row in rows
    ]  # fmt: skip
    return Folded(lines, max(n_more, 0))


def _count(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return how many jobs of each batch there are, and how many of them run or wait."""
    active = func.sum(case((Job.state.in_(ACTIVE), 1), else_=0))
    found = select(Job.batch_id, func.count(), active).where(Job.batch_id.in_(ids))
    rows = db.session.execute(found.group_by(Job.batch_id))
    return {batch_id: (every, n_active) for batch_id, every, n_active in rows if batch_id}


def _say(every: int, active: int, message: str | None) -> str:
    if message is not None:  # how it ended
        return message
    return f"{plural(every, 'job')} so far{f', {active:,} unfinished' if active else ''}"
