"""What every storage can do. Keys come from `dashboard.storage.keys` and from nowhere else."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
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

    def check(self) -> None:
        """Do nothing when the storage answers.

        Raises
        ------
        Unavailable
            When it does not.
        """

    def free_bytes(self) -> int | None:
        """Return the room that is left, in bytes; None where that has no meaning."""
