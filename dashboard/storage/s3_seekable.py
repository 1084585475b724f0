"""A file in a bucket that is read here and there: only the ranges that are asked for are fetched.

A page of a few rows takes a few megabytes of a table; to copy the whole table for it would take
minutes where the table has gigabytes.
"""

import io
from typing import Any

from dashboard.storage.s3_bucket import FAILURES, silent


class S3Seekable(io.RawIOBase):
    """A file in a bucket.

    Parameters
    ----------
    client : botocore client
        Of S3.
    bucket, key : str
        Where the file lies.
    size_bytes : int
        How large it is.
    """

    def __init__(self, client: Any, bucket: str, key: str, size_bytes: int) -> None:
        super().__init__()
        self.client, self.where, self.size_bytes = (
            client,
            {"Bucket": bucket, "Key": key},
            size_bytes,
        )
        self.position = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that one can go anywhere in it."""
        return True

    def tell(self) -> int:
        """Return where the next reading begins."""
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, and return it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size_bytes}[whence]
        self.position = max(0, start + offset)
        return self.position

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from here on; return how many bytes there were.

        Raises
        ------
        Unavailable
            When the bucket does not answer, or the file is gone.
        """
        view = memoryview(buffer).cast("B")
        end = min(self.position + len(view), self.size_bytes)
        if end <= self.position:
            return 0
        try:
            answer = self.client.get_object(**self.where, Range=f"bytes={self.position}-{end - 1}")
            content = answer["Body"].read()
        except FAILURES as problem:
            raise silent(problem) from problem
        view[: len(content)] = content
        self.position += len(content)
        return len(content)
