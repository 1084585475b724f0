"""How people work with jobs: what they submitted once, saved views, what is done to many."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.db.user import User
from dashboard.extensions import Record


class SavedView(Record):
    """Filters, sort and columns of the jobs page that a person gave a name."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name"), LASTING_IDS)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(Text)  # its query
    created_at: Mapped[Moment] = mapped_column(default=now)


class BulkAction(Record):
    """Something that is done to many jobs, one after the other, by the light worker.

    `job_ids` are those that matched when it was confirmed; the first `done` of them are over.
    What is archived bears the moment of `created_at`, so that an undo finds it.
    """

    __tablename__ = "bulk_actions"
    __table_args__ = (Index("ix_bulk_actions_user", "user_id", "id"), LASTING_IDS)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    action: Mapped[str] = mapped_column(String(20))
    tag: Mapped[str | None] = mapped_column(String(50))
    address: Mapped[str] = mapped_column(Text)  # of the list that it was asked on
    job_ids: Mapped[Json] = mapped_column(deferred=True)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    # The first of those that could not be changed: [{job_id, message}]
    refused: Mapped[Json] = mapped_column(default=list)
    n_refused: Mapped[int] = mapped_column(default=0)
    # queued, running, done, failed, stopped
    state: Mapped[str] = mapped_column(String(10), default="queued")
    message: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[Moment] = mapped_column(default=now, index=True)
    finished_at: Mapped[Moment | None]

    user: Mapped[User] = relationship(lazy="joined")


class IdempotencyKey(Record):
    """A key that a person or program sent with a request, and the job that it made."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    created_at: Mapped[Moment] = mapped_column(default=now, index=True)
