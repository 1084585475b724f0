"""A folder of this machine: which path a key has, how much room there is, new files in it."""

import ctypes
import errno
import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dashboard.errors import Unavailable
from dashboard.storage.base import StorageFull
from dashboard.storage.keys import BadKeyError, check_key

FOLDER_TRIES = 50
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PART = ".part-"  # what the names of unfinished files begin with
BEGIN_TO_WRITE = 2  # SYNC_FILE_RANGE_WRITE of Linux


class LocalFolder:
    """A folder.

    Parameters
    ----------
    root : Path
        The folder; made when it does not exist.
    keep_free_bytes : int, default 0
        Room on the disk that no write takes.
    """

    def __init__(self, root: Path, *, keep_free_bytes: int = 0) -> None:
        self.root, self.keep_free_bytes = root.resolve(), keep_free_bytes
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _path(self, key: str) -> Path:
        path = (self.root / check_key(key)).resolve()
        if not path.is_relative_to(self.root):
            raise BadKeyError(f"leads out of the storage: {key!r}")
        return path

    def _make_part(self, folder: Path) -> tuple[int, str]:
        """Open a new file in a folder, which somebody may remove at any moment, being empty."""
        for _ in range(FOLDER_TRIES):
            with suppress(FileNotFoundError):
                folder.mkdir(parents=True, exist_ok=True)
                return tempfile.mkstemp(dir=folder, prefix=PART)
        raise Unavailable("The storage folder cannot be written")

    def _drop_empty(self, folder: Path) -> None:
        with suppress(OSError):
            while folder != self.root:
                folder.rmdir()
                folder = folder.parent

    def _check_room(self, size_bytes: int) -> None:
        if self.keep_free_bytes and self._free() < size_bytes + self.keep_free_bytes:
            raise self._full()

    def _free(self) -> int:
        return shutil.disk_usage(self.root).free

    def _full(self) -> StorageFull:
        free, kept = self._free() / 1e6, self.keep_free_bytes / 1e6
        return StorageFull(
            f"The server has no room left for files: {free:,.1f} MB are free, of which "
            f"{kept:,.1f} MB are kept for the database. An admin can free space"
        )


def sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_soon(descriptor: int, offset: int = 0, length: int = 0) -> None:
    """Let the system begin to bring a part of a file to the disk, which `sync` waits for later.

    Parameters
    ----------
    descriptor : int
        Of the open file.
    offset, length : int, default 0
        Which part, in bytes; all behind `offset` by default.
    """
    _file_range()(descriptor, ctypes.c_int64(offset), ctypes.c_int64(length), BEGIN_TO_WRITE)


@functools.cache
def _file_range() -> Callable[..., object]:
    """Return the C library's function for that, which only that of Linux has."""
    return getattr(ctypes.CDLL(None), "sync_file_range", lambda *_given: None)
