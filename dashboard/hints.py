"""How many hints may be on their way to the workers at once."""

from sqlalchemy import func, select

from dashboard.db import Chore, Job
from dashboard.db.planning import in_index_order
from dashboard.extensions import db

# SQS on one machine slows down with its backlog.
WINDOW = 200


def count_hinted(record: type[Job] | type[Chore]) -> int:
    """Count what waits and was hinted at, up to `WINDOW`."""
    hinted = select(record.id).where(record.state == "queued", record.hinted_at.is_not(None))
    # In the order of the index, so that it is read and not the table.
    window = hinted.order_by(record.hinted_at).limit(WINDOW).subquery()
    with in_index_order(db.session()):
        return db.session.scalar(select(func.count()).select_from(window)) or 0
