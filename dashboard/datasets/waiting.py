"""A person's uploads that were not saved yet, so that who closed the page finds them again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from dashboard.datasets.discarding import COMING, UNSAVED
from dashboard.db import Dataset
from dashboard.extensions import db
from dashboard.filters import plural, size

SHOWN = 10


@dataclass(frozen=True)
class Waiting:
    """The newest of them, and how many there are."""

    items: Sequence[Dataset]
    total: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.items)


def list_waiting(*, user_id: int) -> Waiting:
    """List a person's uploads that wait to be checked; files that still come are none."""
    mine = Dataset.owner_id == user_id, UNSAVED, ~COMING
    newest = select(Dataset).where(*mine).order_by(Dataset.id.desc()).limit(SHOWN)
    items = db.session.scalars(newest).all()
    total = len(items)
    if total == SHOWN:
        total = db.session.scalar(select(func.count()).select_from(Dataset).where(*mine)) or total
    return Waiting(items, total)


def how_far(upload: Dataset) -> str:
    """Say in some words what is known of an upload."""
    if upload.state == "reading":
        return "Being read"
    if upload.state == "refused":
        return "Cannot be saved as it is"
    return f"{plural(upload.rows or 0, 'row')}, {size(upload.size_bytes)}"
