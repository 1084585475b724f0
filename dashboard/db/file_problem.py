"""Files that no record names, and records whose file is gone: what the last look found."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.clock import now
from dashboard.db.columns import Id, Json, Moment
from dashboard.extensions import Record


class FileLook(Record):
    """The one row about looking through the storage: who does it, and what was there."""

    __tablename__ = "file_looks"

    id: Mapped[Id]
    started_at: Mapped[Moment] = mapped_column(default=now)
    # While a look goes on this is recent; a look whose process died is begun anew.
    seen_at: Mapped[Moment] = mapped_column(default=now)
    finished_at: Mapped[Moment | None]
    # Of the last look that came to its end: {area: {files, bytes}, removed, orphan, missing}
    found: Mapped[Json] = mapped_column(default=dict)


class FileProblem(Record):
    """One file of the storage that does not fit the database."""

    __tablename__ = "file_problems"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(10))  # orphan, missing
    size_bytes: Mapped[int | None]
    found_at: Mapped[Moment] = mapped_column(default=now)
