"""Rows in another order than the file's: taken up in one look at the table, laid down in pieces.

To fetch them piece by piece would look at the whole table for each piece, since the rows of one
may lie anywhere. The pieces wait on the disk, so memory holds one at a time.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.rows.cells import OpenTable, fetch_rows

PIECES_AT_MOST = 100


def relay_rows(
    table: OpenTable, rows: Sequence[int], names: Sequence[str], size: int
) -> Iterator[list[list[str | None]]]:
    """Yield the cells of some rows in the order in which they are given, in pieces.

    Parameters
    ----------
    table : OpenTable
        The table.
    rows : sequence of int
        Rows, from 0, each of them once; at most `PIECES_AT_MOST` times `size`.
    names : sequence of str
        The columns that are wanted.
    size : int
        How many rows a piece has.
    """
    if len(rows) <= size:
        yield fetch_rows(table, rows, names)[1]
        return
    fields = [table.file.schema_arrow.field(name) for name in names]
    schema = pa.schema([*fields, ("place", pa.int64())])  # of a row in the order
    # Without a name: a process that is killed meanwhile leaves nothing.
    with tempfile.TemporaryFile() as file:
        for parts in _lay_down(table.batches(names), np.array(rows), size, schema, file):
            yield _take_up(file, parts, schema)


def _lay_down(
    batches: Iterable[tuple[int, pa.RecordBatch]],
    rows: np.ndarray,
    size: int,
    schema: pa.Schema,
    file: IO[bytes],
) -> list[list[tuple[int, int]]]:
    """Write each row with its place in the order; return where the parts of each piece lie."""
    places = np.argsort(rows)  # of the rows as they stand in the file
    in_file = rows[places]
    parts: list[list[tuple[int, int]]] = [[] for _ in range(-(-len(rows) // size))]
    for first, batch in batches:
        start, end = np.searchsorted(in_file, [first, first + len(batch)])
        for n in np.unique(places[start:end] // size):
            mine = np.flatnonzero(places[start:end] // size == n) + start
            found = batch.take(pa.array(in_file[mine] - first))
            columns = [found.column(name) for name in schema.names[:-1]]
            columns.append(pa.array(places[mine], pa.int64()))
            part = pa.record_batch(columns, schema=schema).serialize()
            parts[n].append((file.tell(), part.size))
            file.write(part)
    return parts


def _take_up(
    file: IO[bytes], parts: Sequence[tuple[int, int]], schema: pa.Schema
) -> list[list[str | None]]:
    batches = []
    for offset, length in parts:
        file.seek(offset)
        batches.append(pa.ipc.read_record_batch(pa.py_buffer(file.read(length)), schema))
    piece = pa.Table.from_batches(batches, schema)
    piece = piece.take(pc.sort_indices(piece.column(len(schema) - 1)))
    columns = [column.to_pylist() for column in piece.columns[:-1]]
    return [list(row) for row in zip(*columns, strict=True)]
