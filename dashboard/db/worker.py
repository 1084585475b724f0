"""Workers, the processes that train or do chores; and the state of the queue before them."""

from sqlalchemy import String, false
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
    # idle, busy, draining, drained, left (ended to be started anew, drained), stopped
    state: Mapped[str] = mapped_column(String(10), default="idle")
    # An admin asked it to finish its job and take no other.
    drain: Mapped[bool] = mapped_column(default=False, server_default=false())
    job_id: Mapped[int | None]
    rss_bytes: Mapped[int | None]
    started_at: Mapped[Moment] = mapped_column(default=now)
    seen_at: Mapped[Moment] = mapped_column(default=now, index=True)


class QueueState(Record):
    """The one row that says whether jobs may start."""

    __tablename__ = "queue_state"

    id: Mapped[Id]
    paused_at: Mapped[Moment | None]
    paused_by: Mapped[str | None] = mapped_column(String(100))
