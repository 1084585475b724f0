"""Workers: the processes that train or do chores."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.clock import now
from dashboard.db.columns import Id, Moment
from dashboard.extensions import Record


class Worker(Record):
    """One worker process; it writes `seen_at` every few seconds while it lives."""

    __tablename__ = "workers"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100), unique=True)
    queue: Mapped[str] = mapped_column(String(10))  # train, light
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="idle")  # idle, busy, draining, stopped
    job_id: Mapped[int | None]
    rss_bytes: Mapped[int | None]
    started_at: Mapped[Moment] = mapped_column(default=now)
    seen_at: Mapped[Moment] = mapped_column(default=now, index=True)
