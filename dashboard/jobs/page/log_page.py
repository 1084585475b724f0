"""The log of a job on a page of its own: a part of it, or the lines that hold some words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from dashboard.db import Job, LogLine
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.states import ACTIVE
from dashboard.extensions import db
from dashboard.jobs.queries import count_log, list_log
from dashboard.paging import read_number

LINES = 1000


@dataclass(frozen=True)
class LogView:
    """What is shown of a log.

    Parameters
    ----------
    lines : sequence of LogLine
        The lines shown.
    total : int
        How many there are.
    q : str
        The words looked for, or "".
    matched : int
        How many of all lines hold them.
    is_live : bool
        Whether further lines are appended as they come.
    """

    lines: Sequence[LogLine]
    total: int
    q: str = ""
    matched: int = 0
    is_live: bool = False

    @property
    def earlier(self) -> int:
        """How many lines stand before those shown."""
        return self.lines[0].n - 1 if self.lines and not self.q else 0

    @property
    def later(self) -> int:
        """How many stand after them."""
        return self.total - self.lines[-1].n if self.lines and not self.q else 0


def read_log(job: Job, args: Mapping[str, str]) -> LogView:
    """Return the end of a log, the part with a line, or the lines that hold some words.

    Parameters
    ----------
    job : Job
        The job.
    args : Mapping of str to str
        The query: ``line``, or ``q``.
    """
    total = count_log(job.id)
    q = args.get("q", "").strip()[:200]
    if q:
        found = select(LogLine).where(
            LogLine.job_id == job.id, LogLine.text.icontains(q, autoescape=True)
        )
        matched = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
        lines = db.session.scalars(found.order_by(LogLine.n).limit(LINES)).all()
        return LogView(lines, total, q, matched)
    asked = read_number(args.get("line"), None, LARGEST_ID)
    last = total if asked is None or asked > total else -(-asked // LINES) * LINES
    lines = list_log(job_id=job.id, after=max(0, last - LINES), limit=LINES)
    return LogView(lines, total, is_live=job.state in ACTIVE and last >= total)
