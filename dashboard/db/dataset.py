"""Datasets: an uploaded table, from its first byte to its profile."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.clock import now
from dashboard.db.columns import Id, Json, Moment
from dashboard.db.user import User
from dashboard.extensions import Record


class Dataset(Record):
    """One uploaded table.

    A row without `saved_at` is an upload that is still being checked: it is no dataset yet and
    shows in no list. States: ``reading``, ``ready``, ``refused``.
    """

    __tablename__ = "datasets"
    __table_args__ = (Index("ix_datasets_saved_at", "saved_at"),)

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)
    file_name: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(10), default="reading")
    # What fraction of the file was read, 0 to 1, and the sentence beside it.
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str | None] = mapped_column(String(300))
    # Random hex: part of the storage keys, so that no key can be guessed or used twice.
    token: Mapped[str] = mapped_column(String(32))
    original_key: Mapped[str | None] = mapped_column(String(200))
    table_key: Mapped[str | None] = mapped_column(String(200))
    size_bytes: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    rows: Mapped[int | None]
    # What the person chose on the check page (None = detect), and what was used.
    options: Mapped[Json] = mapped_column(default=dict)
    dialect: Mapped[Json | None]
    columns: Mapped[Json] = mapped_column(default=list)
    problems: Mapped[Json] = mapped_column(default=list)
    preview: Mapped[Json] = mapped_column(default=list)
    sample: Mapped[str | None] = mapped_column(String(50))
    # How often it was read: an answer of an earlier reading is thrown away.
    reading: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment] = mapped_column(default=now)
    saved_at: Mapped[Moment | None]

    owner: Mapped[User] = relationship(lazy="joined")

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in file order."""
        return [column["name"] for column in self.columns]
