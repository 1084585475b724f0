"""What people are told of: which ends they want to know of, and what they were told."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.extensions import Record

NOTHING, FAILURES, ALL = "nothing", "failures", "all"
JOB, BATCH, SEVERAL = "job", "batch", "several"
_WAITS = text("told_at IS NULL")


class NotifyChoice(Record):
    """Of which of their own jobs and batches a person is told; nobody without a row is."""

    __tablename__ = "notify_choices"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    what: Mapped[str] = mapped_column(String(10), default=NOTHING)
    # Only of what took longer; 0 for all.
    min_minutes: Mapped[int] = mapped_column(default=0)
    # What ended before is not told of.
    changed_at: Mapped[Moment] = mapped_column(default=now)


class Wish(Record):
    """That a person wants to be told when one job or batch is over; it goes when they are."""

    __tablename__ = "wishes"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int]


class Webhook(Record):
    """Where a person's notifications are sent, too."""

    __tablename__ = "webhooks"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    address: Mapped[str] = mapped_column(String(2000))
    # Each delivery is signed with it, so it is kept as it is.
    secret: Mapped[str] = mapped_column(String(100))
    # How the person reached Trainyard when they wrote it down: links begin with it.
    base_url: Mapped[str] = mapped_column(String(300))


class Delivery(Record):
    """One thing that is sent to a webhook, until it is taken or given up.

    States: ``waiting``, ``sent``, ``failed``. While a chore has it in hand, `next_at` is None.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_user", "user_id", "state", "id"),
        Index("ix_deliveries_created_at", "created_at"),
        LASTING_IDS,
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token: Mapped[str] = mapped_column(String(32))
    body: Mapped[Json]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[Moment | None] = mapped_column(default=now)
    # How the last attempt ended, in words, and when.
    outcome: Mapped[str | None] = mapped_column(String(500))
    tried_at: Mapped[Moment | None]
    created_at: Mapped[Moment] = mapped_column(default=now)


class Notification(Record):
    """That a person is told of an end: once of each, whoever finds it.

    `number` counts the notifications of one person that were given out; it is None while one waits
    for its turn (`told_at` is None too), and of those that are told together in one of kind
    ``several``.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "subject_id", "ended_at"),
        Index("ix_notifications_user_number", "user_id", "number"),
        Index(
            "ix_notifications_waiting", "user_id",
            sqlite_where=_WAITS, postgresql_where=_WAITS,
        ),
        # A cancel that is taken back asks who was told of it.
        Index("ix_notifications_subject", "kind", "subject_id", "ended_at"),
        # Tidying looks for old ones, every minute.
        Index("ix_notifications_created_at", "created_at"),
        LASTING_IDS,
    )  # fmt: skip

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int]
    ended_at: Mapped[Moment]
    number: Mapped[int | None]
    # What is told, as it was then: see `dashboard.notifications.words`.
    body: Mapped[Json]
    created_at: Mapped[Moment] = mapped_column(default=now)
    told_at: Mapped[Moment | None]
