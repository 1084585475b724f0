"""The first lines of a file as they stand there, where it could not be read as a table."""

import zlib
from collections.abc import Sequence

from dashboard.db import Dataset
from dashboard.errors import NotFound
from dashboard.storage import get_storage

HEAD_BYTES = 1 << 16
LINES = 10
LONGEST_LINE = 300
GZIP = b"\x1f\x8b"


def read_first_lines(dataset: Dataset) -> Sequence[str]:
    """Return the first lines of a file, long ones cut; none where it is no text or not there.

    Parameters
    ----------
    dataset : Dataset
        An upload. What its encoding cannot read stands as a replacement character.
    """
    if dataset.original_key is None:
        return []
    try:
        with get_storage().open(dataset.original_key) as stream:
            head = _unpacked(stream.read(HEAD_BYTES))
    except (NotFound, zlib.error):
        return []
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return []
    lines = head.decode(_encoding(dataset, head), "replace").splitlines()[:LINES]
    return [f"{line[:LONGEST_LINE]}…" if len(line) > LONGEST_LINE else line for line in lines]


def _encoding(dataset: Dataset, head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    found = (dataset.dialect or {}).get("encoding") or dataset.options.get("encoding")
    return str(found or "utf-8-sig")


def _unpacked(head: bytes) -> bytes:
    if not head.startswith(GZIP):
        return head
    return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
