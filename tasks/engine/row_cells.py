"""Reads cells of a table: some columns piece by piece, or all that stands in some rows."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.engine.tables import LINE

BATCH_ROWS = 20_000
# Of rows whose cells hold much text, fewer are held at once; of wide rows, too.
BATCH_BYTES = 16_000_000
BATCH_CELLS = 2_000_000


def open_table(parquet: Path) -> pq.ParquetFile:
    """Open a table so that a column is read through a small buffer."""
    return pq.ParquetFile(parquet, pre_buffer=False, buffer_size=1 << 20)


def read_batches(
    file: pq.ParquetFile, names: Sequence[str], groups: Sequence[int] | None = None
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Read some columns of a table piece by piece, each with the position of its first row."""
    every = file.schema_arrow.names
    indices = [every.index(name) for name in names]
    first = 0
    for group in range(file.metadata.num_row_groups):
        about = file.metadata.row_group(group)
        if groups is None or group in groups:
            start = first
            for batch in file.reader.iter_batches(
                _batch_rows(about, indices), [group], column_indices=indices, use_threads=False
            ):
                yield start, batch
                start += len(batch)
        first += about.num_rows


def _batch_rows(group: Any, indices: Sequence[int]) -> int:
    size = sum(group.column(n).total_uncompressed_size for n in indices)
    fitting = BATCH_BYTES * max(1, group.num_rows) // max(1, size)
    return max(1, min(BATCH_ROWS, fitting, BATCH_CELLS // max(1, len(indices))))


def fetch_rows(
    file: pq.ParquetFile, positions: Sequence[int], names: Sequence[str], cut: int | None = None
) -> tuple[list[int], list[list[str | None]]]:
    """Return the lines and the cells of some rows, in the order in which they are given.

    Parameters
    ----------
    file : ParquetFile
        From `open_table`.
    positions : sequence of int
        Rows, from 0.
    names : sequence of str
        The columns that are wanted.
    cut : int, optional
        Cells are cut after so many characters, and one more that shows it.
    """
    wanted = sorted(set(positions))
    found: dict[int, tuple[Any, ...]] = {}
    for first, batch in read_batches(file, [LINE, *names], _groups_of(file, wanted)):
        local = [p - first for p in wanted if first <= p < first + len(batch)]
        if not local:
            continue
        piece = batch.take(pa.array(local, pa.int64()))
        texts = (_texts(piece.column(name), cut) for name in names)
        columns = [piece.column(LINE).to_pylist(), *texts]
        found |= zip((first + n for n in local), zip(*columns, strict=True), strict=True)
    rows = [found[p] for p in positions if p in found]
    return [row[0] for row in rows], [list(row[1:]) for row in rows]


def _texts(cells: pa.Array, cut: int | None) -> list[str | None]:
    if cut is not None and (pc.max(pc.binary_length(cells)).as_py() or 0) > cut:
        cells = pc.utf8_slice_codeunits(cells, 0, cut + 1)
    texts: list[str | None] = cells.to_pylist()
    return texts


def _groups_of(file: pq.ParquetFile, positions: Sequence[int]) -> list[int]:
    """Return the row groups that hold some rows, which are given in order."""
    found, first, n = [], 0, 0
    for group in range(file.metadata.num_row_groups):
        end = first + file.metadata.row_group(group).num_rows
        here = n
        while n < len(positions) and positions[n] < end:
            n += 1
        if n > here:
            found.append(group)
        first = end
    return found


def find_line(file: pq.ParquetFile, line: int) -> int | None:
    """Return the row, from 0, that a line of the file belongs to; None when it is before them."""
    first, found = 0, None
    for group in range(file.metadata.num_row_groups):
        about = file.metadata.row_group(group)
        known = about.column(0).statistics
        if known is not None and known.has_min_max and known.max < line:
            found = first + about.num_rows - 1
        else:
            lines = file.reader.read_row_group(group, column_indices=[0]).column(0)
            before = pc.sum(pc.less_equal(lines, line)).as_py() or 0
            return first + before - 1 if before else found
        first += about.num_rows
    return found
