"""What every storage can do. Keys come from `dashboard.storage.keys` and from nowhere else."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from dashboard.errors import Unavailable

CHUNK_BYTES = 1 << 20


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


class StorageFull(Unavailable):
    """There is no room left."""

    code = "DISK_FULL"


class Storage(Protocol):
    """Files by key. A key holds a whole file or nothing, never a part of one.

    Every method raises `BadKeyError` for a key that is not of ours.
    """

    def write(self, key: str, stream: BinaryIO, *, limit_bytes: int | None = None) -> StoredFile:
        """Store a stream without holding it in memory.

        Raises
        ------
        TooLarge
            When the stream is longer than `limit_bytes`; nothing is kept.
        StorageFull
            When there is no room; nothing is kept.
        """

    def put_file(self, key: str, path: Path) -> StoredFile:
        """Store a local file, which stays."""

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading from its start.

        Raises
        ------
        NotFound
            When nothing is stored there.
        """

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """Give a local path to the file's bytes for a while; it must not be changed.

        Raises
        ------
        NotFound
            When nothing is stored there.
        """

    def exists(self, key: str) -> bool:
        """Tell whether something is stored."""

    def delete(self, key: str) -> None:
        """Delete a file, if there is one."""

    def delete_prefix(self, prefix: str) -> None:
        """Delete every file whose key begins with a prefix that ends in a slash."""

    def keep_only(self, prefix: str, keys: Collection[str]) -> int:
        """Delete every file below a prefix but for some, unfinished ones too; return how many."""

    def list_files(self) -> Iterator[FoundFile]:
        """List everything that lies in the storage, in constant memory.

        All files of one dataset, job or prediction come one after the other. What is written or
        deleted meanwhile may be listed or not. Unfinished files are listed too.

        Raises
        ------
        Unavailable
            When the storage does not answer.
        """

    def discard_unfinished(self, found: FoundFile) -> None:
        """Delete an unfinished file that a listing found."""

    def check(self) -> None:
        """Do nothing when the storage answers.

        Raises
        ------
        Unavailable
            When it does not.
        """

    def free_bytes(self) -> int | None:
        """Return the room that is left, in bytes; None where that has no meaning."""
