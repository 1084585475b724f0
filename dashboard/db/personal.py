"""What people keep for themselves: recipes, and which failures they have looked at."""

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.db.user import User
from dashboard.extensions import Record


class Recipe(Record):
    """Settings of a job under a name; those that are shared everyone may use."""

    __tablename__ = "recipes"
    __table_args__ = (UniqueConstraint("owner_id", "name"), LASTING_IDS)

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(100))
    shared: Mapped[bool] = mapped_column(default=False, server_default=false())
    # As a request of the API, without dataset_id, target and name.
    request: Mapped[Json]
    created_at: Mapped[Moment] = mapped_column(default=now)

    owner: Mapped[User] = relationship(lazy="joined")


class Dismissal(Record):
    """One failure of a job, up to an attempt: a later one that fails is shown again."""

    __tablename__ = "dismissals"
    __table_args__ = (UniqueConstraint("user_id", "job_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    attempt: Mapped[int]
