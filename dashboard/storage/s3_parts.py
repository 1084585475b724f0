"""Files that come in parts, into a bucket: S3's own uploads in parts.

What S3 lists of an upload is the truth about it, because a browser may send parts without us.
"""

import os
from collections.abc import Iterator
from functools import cached_property
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from dashboard.errors import Conflict, NotFound, Unavailable
from dashboard.storage.base import GONE, PART_BYTES, incomplete
from dashboard.storage.s3_bucket import FAILURES, S3Bucket, is_no_such, silent

URL_LIVES_S = 3600
# S3's words for parts that are not those that it was told of.
BAD_PARTS = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall"}


class S3Parts(S3Bucket):
    """The unfinished files of a bucket."""

    @cached_property
    def browser_origin(self) -> str | None:
        """Where presigned addresses lead."""
        parts = urlsplit(self._sign("datasets/0/", "x", 1, 1))
        return f"{parts.scheme}://{parts.netloc}"

    def begin(self, key: str) -> str:
        """Begin an upload in parts; see `Storage.begin`."""
        try:
            begun = self.client.create_multipart_upload(Bucket=self.bucket, Key=self._key(key))
        except FAILURES as problem:
            raise silent(problem) from problem
        return str(begun["UploadId"])

    def append(self, key: str, unfinished: str, offset: int, content: BinaryIO) -> int:
        """Store a part; see `Storage.append`. A part may come twice: the later one counts."""
        length = content.seek(0, os.SEEK_END)
        content.seek(0)
        try:
            self.client.upload_part(
                Bucket=self.bucket, Key=self._key(key), UploadId=unfinished,
                PartNumber=offset // PART_BYTES + 1, Body=content,
            )  # fmt: skip
        except FAILURES as problem:
            raise self._lost(problem) from problem
        return offset + length

    def _lost(self, problem: Exception) -> NotFound | Unavailable:
        return NotFound(GONE) if is_no_such(problem) else silent(problem)

    def received(self, key: str, unfinished: str) -> int:
        """Tell how much is there without a gap; see `Storage.received`."""
        return sum(part["Size"] for part in self._parts_from_start(key, unfinished))

    def open_unfinished(self, key: str, unfinished: str) -> BinaryIO | None:
        """Return None: S3 gives no parts back before they are a file."""
        return None

    def _parts_from_start(self, key: str, unfinished: str) -> Iterator[Any]:
        """Yield what S3 lists, up to a gap; a part of another length is none, and is sent anew."""
        pages = self.client.get_paginator("list_parts").paginate(
            Bucket=self.bucket, Key=self._key(key), UploadId=unfinished
        )
        expected = 1
        try:
            for page in pages:
                for part in page.get("Parts", []):
                    if part["PartNumber"] != expected or part["Size"] > PART_BYTES:
                        return
                    yield part
                    if part["Size"] < PART_BYTES:  # the last one, or it is too short
                        return
                    expected += 1
        except FAILURES as problem:
            raise self._lost(problem) from problem

    def finish(self, key: str, unfinished: str, size_bytes: int) -> None:
        """Make it a whole file; see `Storage.finish`."""
        try:
            parts = list(self._parts_from_start(key, unfinished))
        except NotFound:
            if self._size(key) == size_bytes:  # it was finished already
                return
            raise
        size = sum(part["Size"] for part in parts)
        if size != size_bytes:
            raise Conflict(incomplete(size, size_bytes))
        named = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in parts]
        try:
            self.client.complete_multipart_upload(
                Bucket=self.bucket, Key=self._key(key), UploadId=unfinished,
                MultipartUpload={"Parts": named},
            )  # fmt: skip
        except ClientError as problem:
            if problem.response["Error"]["Code"] in BAD_PARTS:
                raise Conflict("The storage refused the parts. Upload the file again") from problem
            if is_no_such(problem) and self._size(key) == size_bytes:
                return
            raise self._lost(problem) from problem

    def _size(self, key: str) -> int | None:
        try:
            found = self.client.head_object(Bucket=self.bucket, Key=self._key(key))
        except FAILURES as problem:
            if is_no_such(problem):
                return None
            raise silent(problem) from problem
        return int(found["ContentLength"])

    def abort(self, key: str, unfinished: str) -> None:
        """Abort an upload in parts; S3 keeps the parts, unseen, until somebody does."""
        try:
            self.client.abort_multipart_upload(
                Bucket=self.bucket, Key=self._key(key), UploadId=unfinished
            )
        except FAILURES as problem:
            if not is_no_such(problem):
                raise silent(problem) from problem

    def part_url(self, key: str, unfinished: str, number: int, length: int) -> str | None:
        """Presign an address for one part; see `Storage.part_url`."""
        return self._sign(key, unfinished, number, length)

    def _sign(self, key: str, unfinished: str, number: int, length: int) -> str:
        where = {"Bucket": self.bucket, "Key": self._key(key), "UploadId": unfinished}
        signed = where | {"PartNumber": number, "ContentLength": length}
        return str(
            self.client.generate_presigned_url("upload_part", Params=signed, ExpiresIn=URL_LIVES_S)
        )
