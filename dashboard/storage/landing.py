"""A file that comes in and has no name yet: hashed and measured while it is written."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from dashboard.storage.files import StoredFile

Check = Callable[[bytes], None]
SOON_BYTES = 1 << 23


class Landing:
    """A file without a name; closed, nothing is left of it unless a storage took it over.

    Parameters
    ----------
    file : BinaryIO
        Where the bytes go, unbuffered.
    before_write : callable
        Given the bytes that come; raises when there is no room for them, or they are refused.
    after_write : callable, optional
        Given where some megabytes begin and end that were written.
    """

    def __init__(
        self,
        file: BinaryIO,
        before_write: Check,
        after_write: Callable[[int, int], None] = lambda _start, _end: None,
    ) -> None:
        self.file, self.before_write, self.after_write = file, before_write, after_write
        self.digest, self.size, self.told = hashlib.sha256(), 0, 0

    def write(self, chunk: bytes) -> int:
        """Append bytes."""
        self.before_write(chunk)
        rest = memoryview(chunk)
        while rest:  # an unbuffered file may take less than all
            rest = rest[self.file.write(rest) :]
        self.digest.update(chunk)
        self.size += len(chunk)
        if self.size - self.told >= SOON_BYTES:
            self.after_write(self.told, self.size)
            self.told = self.size
        return len(chunk)

    def stored_as(self, key: str) -> StoredFile:
        """Say what a storage holds that took all of it."""
        return StoredFile(key, self.size, self.digest.hexdigest())

    def link_to(self, folder: int, name: str) -> bool:
        """Give the file a name in an open folder; False where the file system cannot do that."""
        with suppress(OSError):
            os.link(f"/proc/self/fd/{self.file.fileno()}", name, dst_dir_fd=folder)
            return True
        return False

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        return self.file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self.file.tell()

    def close(self) -> None:
        """Forget it."""
        self.file.close()

    def __del__(self) -> None:
        # A request that is refused in its middle hands its file to nobody who would close it.
        self.file.close()
