"""Bytes to a table: the only reader, for upload, training and prediction alike.

A compressed file is unpacked first (`unpacking`); Parquet and JSON lines have readers of their
own, what is no table is named (`other_formats`), and everything else is CSV.
What `dialects` proposes from the file's beginning is held against the whole file in one
streaming pass (`reading`). Either every line fits, or the file is refused with the line and the
reason. Cells are kept as text; `coercion` gives them types.
"""

import dataclasses
import tempfile
from pathlib import Path

from tasks.engine.reader.dialects import Compression, Dialect, ReadOptions, complete
from tasks.engine.reader.json_lines import JsonLinesReading
from tasks.engine.reader.limits import ReadLimits
from tasks.engine.reader.other_formats import Format, find_refusal, format_of, json_document
from tasks.engine.reader.parquet_files import ParquetReading
from tasks.engine.reader.reading import Progress, Reading, ReadResult
from tasks.engine.reader.refusals import HEAD_BYTES, RefusedError
from tasks.engine.reader.unpacking import compression_of, unpack

__all__ = ["Dialect", "ReadLimits", "ReadOptions", "ReadResult", "read_table"]


def read_table(
    source: Path,
    target: Path,
    *,
    file_name: str,
    options: ReadOptions | None = None,
    limits: ReadLimits | None = None,
    rejects: Path | None = None,
    on_progress: Progress | None = None,
) -> ReadResult:
    """Read a file into a Parquet table of text cells.

    Parameters
    ----------
    source : Path
        The uploaded bytes; plain, gzip, zstd, or a zip with one file.
    target : Path
        Where the table is written, unless the file is refused. Column ``__line__`` (int64) holds
        the line in `source` where each row starts, from 1 (in Parquet the number of the row);
        then one string column per column of the file, null where a line was padded, or where
        Parquet or JSON has no value.
    file_name : str
        The name that the person knows the file by, for messages.
    options : ReadOptions, optional
        What the person decided.
    limits : ReadLimits, optional
        The largest table that is read.
    rejects : Path, optional
        Where lines that were left out or mended are written, with the reason of each; the file is
        made only where there are such.
    on_progress : callable, optional
        Called with the fraction read, 0 to 1, and the rows so far, every few megabytes.

    Returns
    -------
    ReadResult
        Never raises for what is in the file: whatever is wrong stands in its `problems`.
    """
    options, limits = options or ReadOptions(), limits or ReadLimits()
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        try:
            plain, compression = _unpacked(
                source, Path(folder) / "plain", file_name, options, limits
            )
            kind = _format_of(plain, file_name)
        except RefusedError as refusal:
            return ReadResult(None, [], 0, [refusal.problem])
        reading: Reading | ParquetReading | JsonLinesReading
        if kind == "parquet":
            reading = ParquetReading(plain, target, file_name, limits)
        elif kind == "jsonl":
            reading = JsonLinesReading(
                plain, target, file_name, limits, bad_lines=options.bad_lines, rejects=rejects
            )
        else:
            reading = Reading(
                plain, target, file_name, options=options, limits=limits, rejects=rejects
            )
        result = reading.run(on_progress or (lambda _fraction, _rows: None))
    if result.dialect is None:
        return result
    dialect = complete(result.dialect, compression, options)
    return dataclasses.replace(result, dialect=dialect)


def _unpacked(
    source: Path, plain: Path, name: str, options: ReadOptions, limits: ReadLimits
) -> tuple[Path, Compression | None]:
    """Return where the plain bytes are, `plain` or `source`, having refused what is no table."""
    head = _head(source)
    compression = compression_of(head)

    def check(head: bytes) -> None:
        is_packed, is_split = compression is not None, bool(options.delimiter)
        refusal = find_refusal(head, name, options.encoding, unpacked=is_packed, is_split=is_split)
        if refusal:
            raise RefusedError(refusal)

    if compression is None:
        check(head)
        return source, None
    limit = limits.max_unpacked_bytes
    unpack(source, plain, compression=compression, name=name, limit=limit, check=check)
    return plain, compression


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _format_of(plain: Path, name: str) -> Format:
    found = format_of(_head(plain), name)
    if found == "json":
        raise RefusedError(json_document(name))
    return found
