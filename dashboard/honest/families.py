"""Batches that belong to another batch."""

from sqlalchemy import select

from dashboard.db import Batch
from dashboard.extensions import db


def find_latest(batch_id: int, kind: str) -> Batch | None:
    """Return the newest child of a batch that is of a kind of plan, None without any."""
    found = select(Batch).where(Batch.parent_id == batch_id).order_by(Batch.id.desc())
    return next((one for one in db.session.scalars(found) if _is_of(one, kind)), None)


def _is_of(batch: Batch, kind: str) -> bool:
    return (batch.plan or {}).get("kind") == kind
