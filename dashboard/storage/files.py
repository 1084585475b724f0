"""What a storage says of a file: one that was written, one that was found."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class StoredFile:
    """A file that was written: its key, its size in bytes and the SHA-256 of its bytes."""

    key: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class FoundFile:
    """A file that a listing found.

    Parameters
    ----------
    key : str
        Where it lies. It may be any text: not everything in a storage is of ours.
    size_bytes : int
        Its size.
    modified_at : datetime
        When it was written, by the storage's clock.
    unfinished : str or None
        What the storage knows it by while it is no whole file yet; its writer may be dead.
    """

    key: str
    size_bytes: int
    modified_at: datetime
    unfinished: str | None = None
