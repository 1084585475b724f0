"""The first rows of a table, from the beginning of its file alone: at once, and provisional.

The whole file may still say otherwise: about its encoding, about what is in a column, and about
lines that do not fit. So nothing of this is kept; it is shown until the file was read.
"""

import dataclasses
import io
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from tasks.engine.reader.dialects import Compression, Dialect, ReadOptions, complete
from tasks.engine.reader.json_lines import JsonLinesReading
from tasks.engine.reader.limits import ReadLimits
from tasks.engine.reader.other_formats import find_refusal, format_of
from tasks.engine.reader.reading import PREVIEW_ROWS, Reading, ReadResult
from tasks.engine.reader.refusals import HEAD_BYTES, Problem, RefusedError
from tasks.engine.reader.unpacking import beginning_of_zip, compression_of
from tasks.engine.table.cell_text import MISSING
from tasks.engine.table.cells import parse_numbers, trim

# Enough for the sample by which a layout is found, and for twenty lines of 50 KB.
BEGINNING_BYTES = 1 << 20
# What is certain by the beginning of a file, however it goes on. A quote that is open where the
# beginning was cut may be closed behind it, and rows may follow blank lines.
CERTAIN = {"CSV_ONE_COLUMN", "CSV_RAGGED", "CSV_TOO_WIDE"}


@dataclass(frozen=True)
class FirstRows:
    """What the beginning of a file shows.

    Parameters
    ----------
    dialect : dict or None
        How it was read, as the API publishes it; None where that was not found out.
    columns : list of dict
        Each with its ``name``, and its ``kind``: ``number`` where all cells of the rows that are
        not missing are numbers, else None, as more cannot be said by so few.
    preview : list of dict
        The rows, each with its ``line`` in the file and its ``cells``.
    refusal : Problem or None
        Why there are no rows.
    """

    dialect: dict[str, Any] | None
    columns: list[dict[str, Any]]
    preview: list[dict[str, Any]]
    refusal: Problem | None


def read_first_rows(
    file: BinaryIO,
    *,
    file_name: str,
    options: ReadOptions | None = None,
    limits: ReadLimits | None = None,
) -> FirstRows | None:
    """Read the first rows of a file.

    Parameters
    ----------
    file : BinaryIO
        The file, packed or not. Its first `BEGINNING_BYTES` are read, and of a zip archive the
        list of its files too, which lies at its end.
    file_name : str
        The name that the person knows the file by, for messages.
    options : ReadOptions, optional
        What the person decided.
    limits : ReadLimits, optional
        The largest table that is read.

    Returns
    -------
    FirstRows or None
        None where the beginning alone tells nothing: of Parquet, and of lines so long that no
        row is whole.
    """
    options, limits = options or ReadOptions(), limits or ReadLimits()
    beginning = file.read(BEGINNING_BYTES)
    compression = compression_of(beginning)
    try:
        if compression == "zip":
            most = limits.max_unpacked_bytes
            text = beginning_of_zip(file, name=file_name, limit=most, n_bytes=BEGINNING_BYTES)
        else:
            text = _unpacked(beginning, compression)
        kind = format_of(text[:HEAD_BYTES], file_name) if text else "parquet"
        if kind not in {"csv", "jsonl"}:
            return None
        _check_head(text, file_name, options, compression)
    except RefusedError as refused:
        return FirstRows(None, [], [], refused.problem)
    is_cut = len(beginning) >= BEGINNING_BYTES or len(text) >= BEGINNING_BYTES
    result = _read(_whole_lines(text) if is_cut else text, kind, file_name, options, limits)
    if result.dialect:
        dialect = complete(result.dialect, compression, options)
        result = dataclasses.replace(result, dialect=dialect)
    return _first_rows(result, is_cut=is_cut)


def _check_head(
    text: bytes, file_name: str, options: ReadOptions, compression: Compression | None
) -> None:
    refusal = find_refusal(
        text[:HEAD_BYTES],
        file_name,
        options.encoding,
        unpacked=compression is not None,
        is_split=bool(options.delimiter),
    )
    if refusal:
        raise RefusedError(refusal)


def _read(
    text: bytes, kind: str, file_name: str, options: ReadOptions, limits: ReadLimits
) -> ReadResult:
    with tempfile.TemporaryDirectory() as name:
        path, target = Path(name) / "beginning", Path(name) / "table.parquet"
        path.write_bytes(text)
        reading: Reading | JsonLinesReading
        if kind == "jsonl":
            bad_lines = options.bad_lines
            reading = JsonLinesReading(path, target, file_name, limits, bad_lines=bad_lines)
        else:
            reading = Reading(
                path, target, file_name, options=options, limits=limits, enough_rows=PREVIEW_ROWS
            )
        return reading.run(lambda _fraction, _rows: None)


def _first_rows(result: ReadResult, *, is_cut: bool) -> FirstRows | None:
    dialect, refusal = result.dialect, None
    if result.refused:
        refusal = next(p for p in result.problems if p.severity == "error")
        if is_cut and refusal.code not in CERTAIN:
            return None
    preview = [] if result.refused else result.preview
    kinds = _kinds(preview, len(result.column_names), dialect)
    columns = [
        {"name": name, "kind": kind} for name, kind in zip(result.column_names, kinds, strict=True)
    ]
    return FirstRows(dialect.as_dict() if dialect else None, columns, preview, refusal)


def _kinds(
    rows: list[dict[str, Any]], n_columns: int, dialect: Dialect | None
) -> list[str | None]:
    """Tell which columns have numbers, and nothing but numbers, in a few rows."""
    if not rows or dialect is None:
        return [None] * n_columns
    missing = MISSING if dialect.missing is None else ("", *dialect.missing)
    cells = pa.array([cell or "" for row in rows for cell in row["cells"]], pa.string())
    trimmed = trim(cells)
    absent = np.isin(np.asarray(trimmed.to_pylist(), dtype=object), list(missing))
    are_numbers = np.isfinite(parse_numbers(trimmed, (dialect.decimal, "", False)))
    shape = len(rows), n_columns
    fit = np.all((are_numbers | absent).reshape(shape), axis=0)
    some = np.any((are_numbers & ~absent).reshape(shape), axis=0)
    return ["number" if is_number else None for is_number in np.logical_and(fit, some)]


def _whole_lines(text: bytes) -> bytes:
    """Leave out the line in which a beginning ends, as far as one byte tells it."""
    end = max(text.rfind(b"\n"), text.rfind(b"\r") if b"\n" not in text else -1)
    width = 4 if text.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) else 1
    return text[: len(text) - len(text) % width] if width > 1 or end < 0 else text[: end + 1]


def _unpacked(beginning: bytes, compression: Compression | None) -> bytes:
    """Return the beginning of what a file holds; nothing where that is not to be had so."""
    if compression is None:
        return beginning
    try:
        if compression == "gzip":
            return zlib.decompressobj(wbits=31).decompress(beginning, BEGINNING_BYTES)
        if compression == "zstd":
            return _of_zstd(beginning)
    except (zlib.error, OSError, pa.ArrowException):
        pass  # the reader says what is wrong with it
    return b""


def _of_zstd(beginning: bytes) -> bytes:
    packed, found = pa.PythonFile(io.BytesIO(beginning), mode="r"), b""
    stream = pa.CompressedInputStream(packed, "zstd")
    try:
        while len(found) < BEGINNING_BYTES and (piece := stream.read(HEAD_BYTES)):
            found += piece
    except OSError:  # it is cut
        return found
    return found
