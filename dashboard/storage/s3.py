"""Files in an S3 bucket, below a prefix."""

import hashlib
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from dashboard.errors import NotFound, TooLarge, Unavailable
from dashboard.storage.files import FoundFile, StoredFile
from dashboard.storage.keys import BadKeyError
from dashboard.storage.landing import Check, Landing
from dashboard.storage.s3_bucket import FAILURES, is_no_such, silent
from dashboard.storage.s3_parts import S3Parts
from dashboard.storage.s3_seekable import S3Seekable


class _Counted:
    """A stream that is hashed and measured as it is read."""

    def __init__(self, stream: BinaryIO, limit: int | None) -> None:
        self.stream, self.limit = stream, limit
        self.size, self.digest = 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        # To boto a short read means the end, to a network stream it does not: read on.
        chunk = self.stream.read(size)
        while 0 < len(chunk) < size and (more := self.stream.read(size - len(chunk))):
            chunk += more
        self.size += len(chunk)
        if self.limit is not None and self.size > self.limit:
            raise TooLarge(f"more than {self.limit:,} bytes", code="FILE_TOO_BIG")
        self.digest.update(chunk)
        return chunk


class S3Storage(S3Parts):
    """Files in a bucket; see `S3Bucket`."""

    def write(self, key: str, stream: BinaryIO, *, limit_bytes: int | None = None) -> StoredFile:
        """Store a stream in parts; a failed upload is aborted, so nothing is left of it."""
        counted = stream if isinstance(stream, Landing) else _Counted(stream, limit_bytes)
        try:
            self.client.upload_fileobj(counted, self.bucket, self._key(key))
        except FAILURES as problem:
            raise Unavailable(f"The storage did not take the file: {problem}") from problem
        return StoredFile(key, counted.size, counted.digest.hexdigest())

    def land(self, folder: Path, watch: Check) -> Landing:
        """Open a file without a name on this machine; see `Storage.land`."""
        return Landing(cast(BinaryIO, tempfile.TemporaryFile(buffering=0, dir=folder)), watch)

    def put_file(self, key: str, path: Path) -> StoredFile:
        """Store a local file."""
        with path.open("rb") as file:
            return self.write(key, file)

    def announce(self, path: Path) -> None:
        """Do nothing: the file is sent, and need not be on this machine's disk."""

    def move_file(self, key: str, path: Path) -> None:
        """Store a local file; it stays."""
        self.put_file(key, path)

    def open(self, key: str) -> BinaryIO:
        """Open a file as a stream."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self._key(key))
        except FAILURES as problem:
            raise self._gone(key, problem) from None
        return cast(BinaryIO, answer["Body"])

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """Download the file for a while."""
        with tempfile.NamedTemporaryFile(prefix="trainyard-") as file:
            try:
                self.client.download_fileobj(self.bucket, self._key(key), file)
            except FAILURES as problem:
                raise self._gone(key, problem) from None
            file.flush()
            yield Path(file.name)

    @contextmanager
    def seekable(self, key: str) -> Iterator[BinaryIO]:
        """Open the file to be read in ranges."""
        try:
            size = self.client.head_object(Bucket=self.bucket, Key=self._key(key))["ContentLength"]
        except FAILURES as problem:
            raise self._gone(key, problem) from None
        with S3Seekable(self.client, self.bucket, self._key(key), size) as file:
            yield cast(BinaryIO, file)

    def _gone(self, key: str, problem: Exception) -> NotFound | Unavailable:
        if is_no_such(problem):
            return NotFound(f"The file {key} is missing from the storage")
        return Unavailable(f"The storage refused to read {key}: {problem}")

    def exists(self, key: str) -> bool:
        """Tell whether something is stored."""
        try:
            self.client.head_object(Bucket=self.bucket, Key=self._key(key))
        except FAILURES as problem:
            if is_no_such(problem):
                return False
            raise silent(problem) from problem
        return True

    def delete(self, key: str) -> None:
        """Delete a file."""
        try:
            self.client.delete_object(Bucket=self.bucket, Key=self._key(key))
        except FAILURES as problem:
            raise silent(problem) from problem

    def delete_prefix(self, prefix: str) -> None:
        """Delete every file below a prefix, a thousand at a time."""
        self.keep_only(prefix, ())

    def keep_only(self, prefix: str, keys: Collection[str]) -> int:
        """Delete every file below a prefix but for some, a thousand at a time."""
        if not prefix.endswith("/"):
            raise BadKeyError(f"a prefix ends in a slash: {prefix!r}")
        kept, deleted = {self._key(key) for key in keys}, 0
        try:
            for page in self._pages("list_objects_v2", self._key(prefix)):
                found = [{"Key": item["Key"]} for item in page.get("Contents", [])
                         if item["Key"] not in kept]  # fmt: skip
                deleted += len(found)
                if found:
                    self._delete_all(found)
        except FAILURES as problem:
            raise silent(problem) from problem
        return deleted

    def _delete_all(self, found: list[dict[str, str]]) -> None:
        answer = self.client.delete_objects(
            Bucket=self.bucket, Delete={"Objects": found, "Quiet": True}
        )
        for refused in answer.get("Errors", []):  # S3 answers 200 all the same
            reason = refused.get("Message") or refused.get("Code")
            raise Unavailable(f"The storage did not delete {refused.get('Key')}: {reason}")

    def _pages(self, operation: str, prefix: str) -> Any:
        return self.client.get_paginator(operation).paginate(Bucket=self.bucket, Prefix=prefix)

    def list_files(self) -> Iterator[FoundFile]:
        """List everything below the prefix, page by page; see `Storage.list_files`."""
        root = f"{self.prefix}/".lstrip("/")
        try:
            for page in self._pages("list_objects_v2", root):
                for item in page.get("Contents", []):
                    key = item["Key"].removeprefix(root)
                    yield FoundFile(key, item["Size"], item["LastModified"])
            for page in self._pages("list_multipart_uploads", root):
                for item in page.get("Uploads", []):
                    key = item["Key"].removeprefix(root)
                    yield FoundFile(key, 0, item["Initiated"], item["UploadId"])
        except FAILURES as problem:
            raise silent(problem) from problem

    def discard_unfinished(self, found: FoundFile) -> None:
        """Abort an upload in parts; S3 keeps the parts, unseen, until somebody does."""
        root = f"{self.prefix}/".lstrip("/")
        try:
            self.client.abort_multipart_upload(
                Bucket=self.bucket, Key=root + found.key, UploadId=found.unfinished
            )
        except FAILURES as problem:
            if not is_no_such(problem):
                raise silent(problem) from problem

    def check(self) -> None:
        """Ask for the bucket."""
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except FAILURES as problem:
            raise silent(problem) from problem

    def free_bytes(self) -> int | None:
        """Return None: a bucket has no end."""
        return None
