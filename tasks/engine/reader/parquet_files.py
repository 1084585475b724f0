"""A Parquet file that was uploaded, as a table of text: each value written exactly, in batches."""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.engine.reader.arrow_text import (
    TYPE_CHARS,
    find_fractions,
    find_unfit,
    is_nested,
    to_text,
)
from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.limits import ReadLimits
from tasks.engine.reader.names import check_width, name_columns
from tasks.engine.reader.nested_text import count_leaves, to_json
from tasks.engine.reader.reading import PREVIEW_ROWS, Progress, ReadResult
from tasks.engine.reader.refusals import Problem, RefusedError, error
from tasks.engine.reader.table_writer import TableWriter
from tasks.engine.reader.unpacking import check_ratio
from tasks.engine.table.tables import BATCH_ROWS

BATCH_CELLS = 2_000_000
PIECE_BYTES = 64_000_000
DIALECT = Dialect(delimiter=",", quote='"', encoding="utf-8", header=True, decimal=".",
                  format="parquet")  # fmt: skip


class ParquetReading:
    """One reading of one Parquet file; used as `tasks.engine.reader.reading.Reading` is."""

    def __init__(self, path: Path, target: Path, name: str, limits: ReadLimits) -> None:
        self.path, self.target, self.name, self.limits = path, target, name, limits
        self.names: list[str] = []
        self.problems: list[Problem] = []
        self.preview: list[dict[str, Any]] = []
        self.n_rows = self.n_bytes = 0
        self.has_nested = False
        self.size = path.stat().st_size

    def run(self, on_progress: Progress) -> ReadResult:
        """Write the table; what refuses the file stands in the result's problems."""
        try:
            self._read(on_progress)
        except RefusedError as refusal:
            self.problems.append(refusal.problem)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as broken:
            if isinstance(broken, OSError) and broken.errno is not None:
                raise  # the disk's fault, not the file's
            first = (str(broken).splitlines() or [""])[0][:200].rstrip(". ")
            message = f"{self.name} is a damaged Parquet file: {first}"
            self.problems.append(error("FILE_BINARY", message))
        result = ReadResult(DIALECT, self.names, self.n_rows, self.problems, self.preview)
        if result.refused:
            self.target.unlink(missing_ok=True)
        return result

    def _read(self, on_progress: Progress) -> None:
        with pq.ParquetFile(self.path, buffer_size=1 << 20) as file:
            schema = file.schema_arrow
            self._check_shape(file.metadata, schema)
            texts = [field.name for field in schema if _is_bytes(field.type)]
            # At the same moment a column may have another size in each row group.
            sizes = [count_leaves(field.type) for field in schema]
            fractions = find_fractions(file, schema, [0, *accumulate(sizes)])
        # Text comes as a dictionary: one large cell that is repeated takes its room only once.
        with (
            pq.ParquetFile(self.path, buffer_size=1 << 20, read_dictionary=texts) as file,
            TableWriter(self.target, self.names, size=self.size) as writer,
        ):
            for piece in self._pieces(file):
                self._add(piece, schema, fractions, writer)
                on_progress(min(self.n_rows / max(file.metadata.num_rows, 1), 1.0), self.n_rows)
        if not self.n_rows:
            message = f"{self.name} has column names but no rows"
            raise RefusedError(error("CSV_NO_ROWS", message))

    def _check_shape(self, metadata: pq.FileMetaData, schema: pa.Schema) -> None:
        check_width(len(schema), self.name, self.limits.max_columns)
        unfit = find_unfit(schema)
        if unfit:
            raise RefusedError(error("PARQUET_TYPE", unfit))
        self._check_rows(metadata.num_rows)
        groups = (metadata.row_group(n) for n in range(metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > self.limits.max_unpacked_bytes:
            raise self._too_big()
        self.names, self.problems = name_columns(schema.names)
        for name, field in zip(self.names, schema, strict=True):
            if pa.types.is_duration(field.type):
                message = f'"{field.name}" holds durations; they are counted in {field.type.unit}'
                self.problems.append(Problem("warning", "DURATION", message, column=name))
            if is_nested(field.type):
                self.has_nested = True
                message = (
                    f'"{field.name}" is nested ({str(field.type)[:TYPE_CHARS]}): its values were '
                    "written as JSON text. To learn from what is in them, make columns of plain "
                    "values of it"
                )
                self.problems.append(Problem("warning", "PARQUET_NESTED", message, column=name))

    def _check_rows(self, n_rows: int) -> None:
        if n_rows > self.limits.max_rows:
            limit = f"{self.limits.max_rows:,} rows, the limit on this server"
            raise RefusedError(error("CSV_TOO_LONG", f"{self.name} has more than {limit}"))

    def _too_big(self) -> RefusedError:
        limit = f"{self.limits.max_unpacked_bytes:,} bytes, the limit on this server"
        return RefusedError(error("FILE_TOO_BIG", f"{self.name} unpacks to more than {limit}"))

    def _pieces(self, file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
        """Yield batches whose text fits the memory, whatever the dictionaries hold."""
        per_row = max(len(self.names), _values_per_row(file.metadata) if self.has_nested else 0)
        size = max(1, min(BATCH_ROWS, BATCH_CELLS // per_row))
        for batch in _joined(file.iter_batches(size, use_threads=False), size):
            yield from _split(batch)

    def _add(
        self, piece: pa.RecordBatch, schema: pa.Schema, fractions: dict[int, str],
        writer: TableWriter,
    ) -> None:  # fmt: skip
        columns = []
        nothing = pa.nulls(piece.num_rows, pa.string())
        for n, (column, field) in enumerate(zip(piece.columns, schema, strict=True)):
            if column.null_count == len(column):
                columns.append(nothing)
                continue
            texts = self._texts(column, n, field, fractions.get(n))
            self._count_bytes(texts)
            if not _is_plain(field.type):
                self._check_texts(texts, self.names[n])
            columns.append(texts)
        first, self.n_rows = self.n_rows, self.n_rows + piece.num_rows
        self._check_rows(self.n_rows)
        for row in range(min(PREVIEW_ROWS - len(self.preview), piece.num_rows)):
            cells = [column[row].as_py() for column in columns]
            self.preview.append({"line": first + row + 1, "cells": cells})
        writer.add(np.arange(first + 1, self.n_rows + 1), columns)

    def _texts(self, column: pa.Array, n: int, field: pa.Field, unit: str | None) -> pa.Array:
        try:
            return to_json(column) if is_nested(field.type) else to_text(column, field.type, unit)
        except pa.ArrowInvalid as invalid:
            if "UTF8" not in str(invalid):
                raise
            message = (
                f'Column "{field.name}" holds bytes that are no text ({field.type}), such as '
                "pictures, shapes or hashes. Leave the column out, or write it as text, for "
                "example in hexadecimal"
            )
            refusal = Problem("error", "PARQUET_BYTES", message, column=self.names[n])
            raise RefusedError(refusal) from None

    def _count_bytes(self, texts: pa.Array) -> None:
        self.n_bytes += texts.nbytes
        if self.n_bytes > self.limits.max_unpacked_bytes:
            raise self._too_big()
        check_ratio(self.n_bytes, self.size, self.name, "Save it as CSV and upload that file")

    def _check_texts(self, texts: pa.Array, name: str) -> None:
        """Raise RefusedError for cells that are too long or no text, naming the first row."""
        longest = pc.max(pc.binary_length(texts)).as_py() or 0
        if longest > self.limits.max_cell_chars:
            self._refuse_cell(
                pc.greater(pc.utf8_length(texts), self.limits.max_cell_chars), name,
                f"has more than {self.limits.max_cell_chars:,} characters, the limit here",
            )  # fmt: skip
        self._refuse_cell(pc.match_substring(texts, "\0"), name, "has a zero byte")
        self._refuse_cell(pc.starts_with(texts, "<value out of range"), name, "is out of range")

    def _refuse_cell(self, unfit: pa.Array, name: str, what: str) -> None:
        at = pc.index(unfit, True).as_py()
        if at >= 0:
            row = self.n_rows + at + 1
            message = f'The cell of "{name}" in row {row:,} {what}'
            raise RefusedError(error("CELL_UNFIT", message, line=row))


def _values_per_row(metadata: pq.FileMetaData) -> int:
    """Return how many plain values a row has, on average in the group that has most."""
    groups = (metadata.row_group(n) for n in range(metadata.num_row_groups))
    values = (
        sum(group.column(n).num_values for n in range(group.num_columns)) // max(1, group.num_rows)
        for group in groups
    )
    return max(values, default=0)


def _is_plain(kind: pa.DataType) -> bool:
    """Tell whether values are short texts whatever they are."""
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))


def _is_bytes(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_string(kind) or types.is_binary(kind) or types.is_large_string(kind)
                or types.is_large_binary(kind))  # fmt: skip


def _text_bytes(batch: pa.RecordBatch) -> int:
    """Return how much room a batch's text takes once it is no dictionary any more."""
    size = 0
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and _is_bytes(column.type.value_type):
            lengths = pc.binary_length(column.dictionary).take(column.indices)
            size += pc.sum(lengths.cast(pa.int64())).as_py() or 0
    return size


def _joined(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """Put small batches together: a file may have thousands of row groups with a row each."""
    waiting: list[pa.RecordBatch] = []
    n_rows = n_bytes = 0
    for batch in batches:
        if n_rows + batch.num_rows > size or n_bytes + batch.nbytes > PIECE_BYTES:
            yield from _join(waiting)
            waiting, n_rows, n_bytes = [], 0, 0
        waiting.append(batch)
        n_rows, n_bytes = n_rows + batch.num_rows, n_bytes + batch.nbytes
    yield from _join(waiting)


def _join(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    if len(batches) < 2:
        return batches
    table = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
    return list(table.to_batches())


def _split(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.num_rows > 1 and _text_bytes(batch) > PIECE_BYTES:
        half = batch.num_rows // 2
        yield from _split(batch.slice(0, half))
        yield from _split(batch.slice(half))
    elif batch.num_rows:
        yield batch
