"""Chores: short work on the light queue."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.extensions import Record


class Chore(Record):
    """One piece of short work: read a file, verify a bundle, predict.

    `subject_id` is the row that it works on: a dataset, a model or a prediction. States:
    ``queued``, ``running``, ``done``, ``failed``. A claim is a lease, as with jobs.
    """

    __tablename__ = "chores"
    __table_args__ = (
        Index("ix_chores_state", "state", "urgent", "id"),
        # Tidying looks for those that were over long ago, every minute.
        Index("ix_chores_state_finished", "state", "finished_at"),
        LASTING_IDS,
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    # A person waits for it in an open request, so it goes first.
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempt: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    worker: Mapped[str | None] = mapped_column(String(100))
    heartbeat_at: Mapped[Moment | None]
    hinted_at: Mapped[Moment | None]
    failure: Mapped[Json | None]
    created_at: Mapped[Moment] = mapped_column(default=now)
    finished_at: Mapped[Moment | None]
