"""Files that come in parts, into a folder: an unfinished file grows until it is whole."""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from dashboard.errors import Conflict, NotFound
from dashboard.storage.base import CHUNK_BYTES, GONE, incomplete
from dashboard.storage.keys import BadKeyError
from dashboard.storage.landing import Check, Landing
from dashboard.storage.local_folder import FULL, PART, LocalFolder, sync, write_soon


class LocalParts(LocalFolder):
    """The unfinished files of a folder. Its own size says how much of a file is there."""

    browser_origin: str | None = None

    def begin(self, key: str) -> str:
        """Begin an unfinished file; see `Storage.begin`."""
        descriptor, part = self._make_part(self._path(key).parent)
        os.close(descriptor)
        return str(Path(part).relative_to(self.root))

    def append(self, key: str, unfinished: str, offset: int, content: BinaryIO) -> int:
        """Append a part; see `Storage.append`. Nothing waits for the disk here."""
        with self._locked(key, unfinished) as file:
            length = content.seek(0, os.SEEK_END)
            size, end = os.fstat(file).st_size, offset + length
            if size < offset or size >= end:  # a part before is lacking, or this one is there
                return size
            try:
                self._check_room(length)
                _write_all(file, content, offset)
            except OSError as problem:
                os.ftruncate(file, offset)
                if problem.errno in FULL:
                    raise self._full() from problem
                raise
            return end

    @contextmanager
    def _locked(self, key: str, unfinished: str) -> Iterator[int]:
        """Open an unfinished file for one writer at a time."""
        try:
            file = os.open(self._unfinished(key, unfinished), os.O_RDWR | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise NotFound(GONE) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    def _unfinished(self, key: str, unfinished: str) -> Path:
        path = self.root / unfinished
        is_ours = path.name.startswith(PART) and ".." not in path.parts
        if not is_ours or path.parent != self._path(key).parent:
            raise BadKeyError(f"not an unfinished file of {key!r}: {unfinished!r}")
        return path

    def received(self, key: str, unfinished: str) -> int:
        """Tell how much is there; see `Storage.received`."""
        try:
            return self._unfinished(key, unfinished).stat().st_size
        except FileNotFoundError:
            raise NotFound(GONE) from None

    def open_unfinished(self, key: str, unfinished: str) -> BinaryIO | None:
        """Open the file that it will be; see `Storage.open_unfinished`."""
        try:
            return self._unfinished(key, unfinished).open("rb")
        except FileNotFoundError:
            raise NotFound(GONE) from None

    def finish(self, key: str, unfinished: str, size_bytes: int) -> None:
        """Make it a whole file, which waits for the disk; see `Storage.finish`."""
        path, part = self._path(key), self._unfinished(key, unfinished)
        try:
            size = part.stat().st_size
            if size != size_bytes:
                raise Conflict(incomplete(size, size_bytes))
            sync(part)
            part.replace(path)
        except FileNotFoundError:  # somebody else finished it at this moment, or it is gone
            if not path.is_file() or path.stat().st_size != size_bytes:
                raise NotFound(GONE) from None

    def abort(self, key: str, unfinished: str) -> None:
        """Delete what there is of it; see `Storage.abort`."""
        part = self._unfinished(key, unfinished)
        part.unlink(missing_ok=True)
        self._drop_empty(part.parent)

    def part_url(self, key: str, unfinished: str, number: int, length: int) -> str | None:
        """Return None: a folder has no address for browsers."""
        return None

    def land(self, folder: Path, watch: Check) -> Landing:
        """Open a file without a name; see `Storage.land`."""

        def before_write(chunk: bytes) -> None:
            watch(chunk)
            self._check_room(len(chunk))

        def after_write(start: int, end: int) -> None:
            write_soon(file.fileno(), start, end - start)

        try:
            flags = os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC
            file = cast(BinaryIO, os.fdopen(os.open(self.root, flags, 0o600), "r+b", buffering=0))
        except (OSError, AttributeError):  # this file system, or another kernel, knows none
            file = cast(BinaryIO, tempfile.TemporaryFile(buffering=0, dir=self.root))  # noqa: SIM115
        return Landing(file, before_write, after_write)

    def _take_over(self, key: str, landing: Landing) -> bool:
        """Give a landed file its name, without a copy; False where that cannot be done."""
        path, name = self._path(key), f"{PART}{secrets.token_hex(8)}"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:  # somebody removed it, being empty
            return False
        part = path.with_name(name)
        try:
            if not landing.link_to(folder, name):
                return False
            os.fsync(landing.file.fileno())
            part.replace(path)
            return True
        finally:
            os.close(folder)
            part.unlink(missing_ok=True)


def _write_all(file: int, content: BinaryIO, offset: int) -> None:
    content.seek(0)
    while chunk := content.read(CHUNK_BYTES):
        rest = memoryview(chunk)
        while rest:
            written = os.pwrite(file, rest, offset)
            offset, rest = offset + written, rest[written:]
