"""Whether the queue is paused: then no job starts, and those that run go on."""

from sqlalchemy import exists, select

from dashboard.db import QueueState
from dashboard.extensions import db

ONLY_ROW = 1
_IS_PAUSED = (QueueState.id == ONLY_ROW, QueueState.paused_at.is_not(None))
PAUSED = exists().where(*_IS_PAUSED)


def find_pause() -> QueueState | None:
    """Return who paused the queue and when; None while jobs may start."""
    return db.session.scalar(select(QueueState).where(*_IS_PAUSED))
