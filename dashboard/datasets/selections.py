"""Which datasets are meant: the conditions that many queries share."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from dashboard.db import Dataset

# Uploads that nobody saved are none; deleted ones wait for their end.
SAVED = Dataset.saved_at.is_not(None)
LIVING = SAVED & Dataset.deleted_at.is_(None)
# So long a deletion can be taken back.
KEEP_DELETED = timedelta(minutes=10)


def of_family(family_id: int | None, which: ColumnElement[bool] = SAVED) -> Select[Any]:
    """Return the selection of a family's versions, the oldest first."""
    found = select(Dataset).where(Dataset.family_id == family_id, which)
    return found.order_by(Dataset.version)


def name_holds(q: str) -> ColumnElement[bool]:
    """Return the condition that a dataset's name, or its file's, holds a text."""
    return or_(
        Dataset.name.icontains(q, autoescape=True), Dataset.file_name.icontains(q, autoescape=True)
    )
