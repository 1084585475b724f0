"""Datasets: an uploaded table, from its first byte to its profile, in versions."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.db.user import User
from dashboard.extensions import Record


class Dataset(Record):
    """One version of a table.

    A row without `saved_at` is an upload that is still being checked: it is no dataset yet and
    shows in no list. States: ``reading``, ``ready``, ``refused``.

    All versions of a table have the same `family_id`, the id of the first of them, and the same
    name. A version is never changed: another type of a column makes another version.
    """

    __tablename__ = "datasets"
    __table_args__ = (
        Index("ix_datasets_saved_at", "saved_at"),
        # An upload names the family that it wants to join; it gets its number when it is saved.
        Index(
            "ix_datasets_family_version", "family_id", "version", unique=True,
            sqlite_where=text("saved_at IS NOT NULL"),
            postgresql_where=text("saved_at IS NOT NULL"),
        ),
        # The list reads it, whatever is written behind the wide columns of a row.
        Index("ix_datasets_newest", "is_newest", "deleted_at", "archived_at", "saved_at"),
        Index(
            "ix_datasets_deleted_at", "deleted_at",
            sqlite_where=text("deleted_at IS NOT NULL"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
        # Versions that are other readings of one file share it: who else names it?
        Index("ix_datasets_original_key", "original_key"),
        LASTING_IDS,
    )  # fmt: skip

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    # None in an upload that is no new version of anything, until it is saved.
    family_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    # The newest saved version of its family; lists show these alone.
    is_newest: Mapped[bool] = mapped_column(default=True, server_default=true())
    # Where it came from: {"kind": "file", "paste", "sample", "address" or "version"}, and for an
    # address the address, for another reading of a version its id as "of"; "by" is who made it,
    # where that is not the owner of the family.
    source: Mapped[Json] = mapped_column(default=dict, server_default="{}")
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
    n_columns: Mapped[int | None]
    # What the person chose on the check page (None = detect), and what was used.
    options: Mapped[Json] = mapped_column(default=dict)
    dialect: Mapped[Json | None]
    # The rest may be large, so it is read when it is asked for.
    columns: Mapped[Json] = mapped_column(default=list, deferred=True)
    problems: Mapped[Json] = mapped_column(default=list, deferred=True)
    preview: Mapped[Json] = mapped_column(default=list, deferred=True)
    # More about each column, and of the table as a whole; the lines that were left out.
    profile_key: Mapped[str | None] = mapped_column(String(200))
    rejects_key: Mapped[str | None] = mapped_column(String(200))
    sample: Mapped[str | None] = mapped_column(String(50))
    # How often it was read: an answer of an earlier reading is thrown away.
    reading: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment] = mapped_column(default=now)
    # Of an upload: when somebody last did something with it or looked at it.
    touched_at: Mapped[Moment] = mapped_column(default=now)
    saved_at: Mapped[Moment | None]
    archived_at: Mapped[Moment | None]
    # Deleted, and in no list; the files go some minutes later, until then it can be undone.
    deleted_at: Mapped[Moment | None]

    owner: Mapped[User] = relationship(lazy="joined")

    @property
    def label(self) -> str:
        """The name with the version: ``telco_churn.csv v3``."""
        return f"{self.name} v{self.version}"

    @property
    def made_by(self) -> str:
        """The name of who uploaded it, or read it anew."""
        return str(self.source.get("by") or self.owner.name)

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in file order."""
        return [column["name"] for column in self.columns]


class Transfer(Record):
    """A file on its way from a browser, in parts, so that a cut connection loses little."""

    __tablename__ = "transfers"
    __table_args__ = LASTING_IDS

    id: Mapped[Id]
    dataset_id: Mapped[int] = mapped_column(
        ForeignKey("datasets.id", ondelete="CASCADE"), unique=True
    )
    size_bytes: Mapped[int]
    received_bytes: Mapped[int] = mapped_column(default=0)
    # What `dashboard.datasets.upload.watching` has seen of it so far.
    watched: Mapped[Json] = mapped_column(default=dict)
    # What the storage knows the unfinished file by.
    unfinished: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[Moment] = mapped_column(default=now)
    touched_at: Mapped[Moment] = mapped_column(default=now)


class Relation(Record):
    """How every column of a dataset relates to one of them, the target.

    States: ``queued``, ``ready``, ``failed``.
    """

    __tablename__ = "relations"
    __table_args__ = (UniqueConstraint("dataset_id", "target"), LASTING_IDS)

    id: Mapped[Id]
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    target: Mapped[str] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(10), default="queued")
    answer: Mapped[Json | None]
    failure: Mapped[Json | None]
    created_at: Mapped[Moment] = mapped_column(default=now)


class Difference(Record):
    """In what two versions of a table differ, beyond what their columns say.

    States: ``queued``, ``ready``, ``failed``.
    """

    __tablename__ = "differences"
    __table_args__ = (UniqueConstraint("from_id", "to_id"), LASTING_IDS)

    id: Mapped[Id]
    from_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    to_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    # See `tasks.engine.profile.differences`.
    answer: Mapped[Json | None]
    failure: Mapped[Json | None]
    created_at: Mapped[Moment] = mapped_column(default=now)


class AllowedAddress(Record):
    """What an address must begin with, so that a file may be fetched from there."""

    __tablename__ = "allowed_addresses"

    id: Mapped[Id]
    prefix: Mapped[str] = mapped_column(String(500), unique=True)
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[Moment] = mapped_column(default=now)
