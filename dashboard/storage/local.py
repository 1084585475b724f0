"""Files in a folder of this machine: a supported mode, so it is as strict as S3."""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from errno import EXDEV
from pathlib import Path
from typing import BinaryIO

from dashboard.errors import NotFound, TooLarge, Unavailable
from dashboard.storage.base import CHUNK_BYTES
from dashboard.storage.files import FoundFile, StoredFile
from dashboard.storage.keys import BadKeyError
from dashboard.storage.landing import Landing
from dashboard.storage.local_folder import FULL, PART, sync, write_soon
from dashboard.storage.local_parts import LocalParts


class LocalStorage(LocalParts):
    """Files below one folder.

    Parameters
    ----------
    root : Path
        The folder; made when it does not exist.
    keep_free_bytes : int, default 0
        Room on the disk that no write takes.
    """

    def write(self, key: str, stream: BinaryIO, *, limit_bytes: int | None = None) -> StoredFile:
        """Store a stream; see `Storage.write`."""
        path = self._path(key)
        try:
            if isinstance(stream, Landing) and self._take_over(key, stream):
                return stream.stored_as(key)
            return self._write(key, path, stream, limit_bytes)
        except OSError as problem:
            if problem.errno in FULL:
                raise self._full() from problem
            raise
        finally:
            self._drop_empty(path.parent)

    def _write(self, key: str, path: Path, stream: BinaryIO, limit: int | None) -> StoredFile:
        digest, size = hashlib.sha256(), 0
        descriptor, part = self._make_part(path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                while chunk := stream.read(CHUNK_BYTES):
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise TooLarge(f"more than {limit:,} bytes", code="FILE_TOO_BIG")
                    self._check_room(len(chunk))
                    file.write(chunk)
                    digest.update(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(path)
        finally:
            Path(part).unlink(missing_ok=True)
        return StoredFile(key, size, digest.hexdigest())

    def put_file(self, key: str, path: Path) -> StoredFile:
        """Store a local file."""
        with path.open("rb") as file:
            return self.write(key, file)

    def announce(self, path: Path) -> None:
        """Let the disk begin with a file that `move_file` will wait for."""
        with path.open("rb") as file:
            write_soon(file.fileno())

    def move_file(self, key: str, path: Path) -> None:
        """Give a local file its place, or store a copy where it lies on another disk."""
        target = self._path(key)
        sync(path)
        descriptor, part = self._make_part(target.parent)
        os.close(descriptor)
        try:
            path.chmod(0o600)
            path.replace(part)
            Path(part).replace(target)
        except OSError as problem:
            if problem.errno != EXDEV:
                raise
            self.put_file(key, path)
        finally:
            Path(part).unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        """Open a file."""
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            raise NotFound(f"The file {key} is missing from the storage") from None

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """Give the file's own path: nothing is copied."""
        self.open(key).close()
        yield self._path(key)

    seekable = local_copy

    def exists(self, key: str) -> bool:
        """Tell whether something is stored."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Delete a file and the folders that it leaves empty."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        self._drop_empty(path.parent)

    def delete_prefix(self, prefix: str) -> None:
        """Delete a folder."""
        if not prefix.endswith("/"):
            raise BadKeyError(f"a prefix ends in a slash: {prefix!r}")
        path = self._path(prefix)
        shutil.rmtree(path, ignore_errors=True)
        self._drop_empty(path.parent)

    def keep_only(self, prefix: str, keys: Collection[str]) -> int:
        """Delete the files of a folder but for some, half-written ones too."""
        folder, kept, deleted = self._path(prefix), {self._path(key) for key in keys}, 0
        for path in list(folder.rglob("*")):
            if path not in kept and not path.is_dir():
                path.unlink(missing_ok=True)
                deleted += 1
                self._drop_empty(path.parent)
        return deleted

    def list_files(self) -> Iterator[FoundFile]:
        """List everything below the folder; see `Storage.list_files`."""
        yield from self._list(self.root)

    def _list(self, folder: Path) -> Iterator[FoundFile]:
        try:
            entries = os.scandir(folder)
        except FileNotFoundError:
            return
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from self._list(Path(entry.path))
                    continue
                with suppress(FileNotFoundError):
                    yield self._found(entry)

    def _found(self, entry: os.DirEntry[str]) -> FoundFile:
        about = entry.stat(follow_symlinks=False)
        key = entry.path[len(str(self.root)) + 1 :]
        return FoundFile(
            key,
            about.st_size,
            datetime.fromtimestamp(about.st_mtime, UTC),
            key if entry.name.startswith(PART) else None,
        )

    def discard_unfinished(self, found: FoundFile) -> None:
        """Delete what a dead writer left."""
        path = self.root / (found.unfinished or "")
        if not path.name.startswith(PART) or not path.resolve().is_relative_to(self.root):
            raise BadKeyError(f"not an unfinished file: {found.key!r}")
        path.unlink(missing_ok=True)
        self._drop_empty(path.parent)

    def check(self) -> None:
        """Check that the folder can be written."""
        if not os.access(self.root, os.W_OK):
            raise Unavailable("The storage folder cannot be written")

    def free_bytes(self) -> int | None:
        """Return the room on the folder's disk."""
        return self._free()
