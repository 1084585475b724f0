"""Bytes to a table: the only reader, for upload, training and prediction alike.

What `dialects` proposes from the file's beginning is held against the whole file in one
streaming pass (`reading`). Either every line fits, or the file is refused with the line and the
reason. Cells are kept as text; `coercion` gives them types.
"""

import contextlib
import gzip
import tempfile
import zlib
from pathlib import Path
from typing import BinaryIO

from tasks.engine.dialects import Dialect, ReadOptions
from tasks.engine.limits import ReadLimits
from tasks.engine.reading import Progress, Reading, ReadResult
from tasks.engine.refusals import (
    HEAD_BYTES,
    RefusedError,
    error,
    find_refusal,
    is_gzip,
    unzip_head,
)

__all__ = ["Dialect", "ReadLimits", "ReadOptions", "ReadResult", "read_table"]


def read_table(
    source: Path,
    target: Path,
    *,
    file_name: str,
    options: ReadOptions | None = None,
    limits: ReadLimits | None = None,
    on_progress: Progress | None = None,
) -> ReadResult:
    """Read a file into a Parquet table of text cells.

    Parameters
    ----------
    source : Path
        The uploaded bytes; plain or gzip.
    target : Path
        Where the table is written, unless the file is refused. Column ``__line__`` (int64) holds
        the line in `source` where each row starts, from 1; then one string column per column of
        the file, null where a line was padded.
    file_name : str
        The name that the person knows the file by, for messages.
    options : ReadOptions, optional
        What the person decided.
    limits : ReadLimits, optional
        The largest table that is read.
    on_progress : callable, optional
        Called with the fraction read, 0 to 1, and the rows so far, about every 20,000 rows.

    Returns
    -------
    ReadResult
        Never raises for what is in the file: whatever is wrong stands in its `problems`.
    """
    options, limits = options or ReadOptions(), limits or ReadLimits()
    with contextlib.ExitStack() as stack:
        try:
            plain = _unpacked(source, file_name, options.encoding, limits, stack)
        except RefusedError as refusal:
            return ReadResult(None, [], 0, [refusal.problem])
        reading = Reading(plain, target, file_name, options, limits)
        return reading.run(on_progress or (lambda _fraction, _rows: None))


def _unpacked(
    source: Path,
    name: str,
    encoding: str | None,
    limits: ReadLimits,
    stack: contextlib.ExitStack,
) -> Path:
    """Return a path to the plain bytes, having refused what is no text at all."""
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
    packed = is_gzip(head)
    inside = unzip_head(head) if packed else head
    if inside or not packed:
        refusal = find_refusal(inside, name, source.stat().st_size, encoding)
        if refusal:
            raise RefusedError(refusal)
    if not packed:
        return source
    plain = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "plain"
    with gzip.open(source) as packed_file, plain.open("wb") as out:
        if not _copy_at_most(packed_file, out, limits.max_unpacked_bytes, name):  # type: ignore[arg-type]
            raise RefusedError(error("FILE_EMPTY", f"{name} is empty"))
    return plain


def _copy_at_most(source: BinaryIO, out: BinaryIO, limit: int, name: str) -> int:
    copied = 0
    while chunk := _read_packed(source, name):
        copied += len(chunk)
        if copied > limit:
            message = f"{name} unpacks to more than {limit:,} bytes, the limit on this server"
            raise RefusedError(error("FILE_TOO_BIG", message))
        out.write(chunk)
    return copied


def _read_packed(source: BinaryIO, name: str) -> bytes:
    try:
        return source.read(1 << 20)
    except (OSError, EOFError, zlib.error) as broken:
        message = f"{name} is a damaged gzip file: {broken}"
        raise RefusedError(error("FILE_BINARY", message)) from None
