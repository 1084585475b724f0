"""A person's uploads that were not saved yet, so that who closed the page finds them again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from dashboard.datasets.upload.discarding import COMING, KEEP_UNSAVED, UNSAVED
from dashboard.db import Dataset, Transfer
from dashboard.extensions import db
from dashboard.filters import plural, size

SHOWN = 10


@dataclass(frozen=True)
class Waiting:
    """The newest of them, how many there are, and why those that were refused cannot be saved."""

    items: Sequence[Dataset]
    total: int
    reasons: Mapping[int, str] = field(default_factory=dict)

    def goes_at(self, upload: Dataset) -> datetime:
        """Return when an upload is forgotten, if nobody looks at it before."""
        return upload.touched_at + KEEP_UNSAVED

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
    return Waiting(items, total, _find_reasons(items))


def list_coming(*, user_id: int) -> Sequence[tuple[Dataset, Transfer]]:
    """List a person's files whose upload was begun and is not done, the newest first."""
    mine = (
        select(Dataset, Transfer)
        .join(Transfer, Transfer.dataset_id == Dataset.id)
        .where(Dataset.owner_id == user_id, UNSAVED)
    )
    found = db.session.execute(mine.order_by(Dataset.id.desc()).limit(SHOWN))
    return [(upload, transfer) for upload, transfer in found]


def goes_at(transfer: Transfer) -> datetime:
    """Return when a file that does not go on is forgotten."""
    return transfer.touched_at + KEEP_UNSAVED


def _find_reasons(uploads: Sequence[Dataset]) -> dict[int, str]:
    """Return the first error of each upload that was refused."""
    refused = [upload.id for upload in uploads if upload.state == "refused"]
    if not refused:
        return {}
    found = db.session.execute(select(Dataset.id, Dataset.problems).where(Dataset.id.in_(refused)))
    errors = {
        dataset_id: [p["message"] for p in problems or [] if p.get("severity") == "error"]
        for dataset_id, problems in found
    }
    return {dataset_id: messages[0] for dataset_id, messages in errors.items() if messages}


def how_far(upload: Dataset) -> str:
    """Say in some words what is known of an upload."""
    if upload.state == "reading":
        return "Being read"
    if upload.state == "refused":
        return "Cannot be saved as it is"
    return f"{plural(upload.rows or 0, 'row')}, {size(upload.size_bytes)}"
