"""Files that no record names, and records whose file is gone: what the last look found."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.clock import now
from dashboard.db.columns import Id, Moment
from dashboard.extensions import Record


class FileProblem(Record):
    """One file of the storage that does not fit the database."""

    __tablename__ = "file_problems"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(10))  # orphan, missing
    size_bytes: Mapped[int | None]
    found_at: Mapped[Moment] = mapped_column(default=now)
