"""What a person was told lately."""

from typing import Any

from sqlalchemy import select

from dashboard.db import Notification, User
from dashboard.extensions import db

MOST = 20


def list_news(user: User, first: int) -> list[dict[str, Any]]:
    """Return what a person was given from a number on, the oldest first; of much the last ones.

    Nothing is asked of the database while there is nothing.
    """
    if user.last_notification < first:
        return []
    newest = (
        select(Notification)
        .where(Notification.user_id == user.id, Notification.number >= first)
        .order_by(Notification.number.desc())
        .limit(MOST)
    )
    return [
        {"number": found.number, **{name: found.body[name] for name in ("title", "text", "path")}}
        for found in reversed(db.session.scalars(newest).all())
    ]
