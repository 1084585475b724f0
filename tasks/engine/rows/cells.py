"""Reads cells of a table: some columns piece by piece, or all that stands in some rows."""

import bisect
import itertools
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.engine.table.tables import LINE

BATCH_ROWS = 20_000
# Of rows whose cells hold much text, fewer are held at once; of wide rows, too.
BATCH_BYTES = 4_000_000
BATCH_CELLS = 2_000_000
# Single rows near the beginning of a group are fetched from smaller pieces, as the last ones need
# not be read; farther on the number of pieces is what costs.
FETCH_ROWS = 4_000
NEAR_ROWS = 20_000


class _File(pq.ParquetFile):
    """A Parquet file whose columns are asked for by position alone."""

    def _build_nested_paths(self) -> dict[str, list[int]]:
        # From names to positions: of 20,000 columns it takes longer than all else on opening.
        return {}


class OpenTable:
    """A table that is read through a small buffer, by the positions of its columns.

    Parameters
    ----------
    parquet : Path or file
        A table that `tabular.read_table` wrote. Of a file that is not of this machine, all that
        is wanted of a row group is fetched at once.
    """

    def __init__(self, parquet: Path | BinaryIO) -> None:
        is_far = not isinstance(parquet, Path)
        self.file = _File(parquet, pre_buffer=is_far, buffer_size=0 if is_far else 1 << 20)
        names = self.file.schema_arrow.names
        self.index = {name: n for n, name in enumerate(names)}
        self.names: list[str] = names[1:]
        self.total: int = self.file.metadata.num_rows
        groups = range(self.file.metadata.num_row_groups)
        self.sizes: list[int] = [self.file.metadata.row_group(n).num_rows for n in groups]
        self.ends = list(itertools.accumulate(self.sizes))

    def batches(
        self,
        names: Sequence[str],
        groups: Collection[int] | None = None,
        *,
        at_once: int = BATCH_ROWS,
    ) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield some columns piece by piece, each with the position of its first row.

        Parameters
        ----------
        names : sequence of str
            The columns.
        groups : collection of int, optional
            The row groups that are read; by default all.
        at_once : int
            How many rows a piece has at most; they are fewer where they hold much.
        """
        indices = sorted({self.index[name] for name in names})
        first = 0
        for group, size in enumerate(self.sizes):
            if groups is None or group in groups:
                start = first
                for batch in self.file.reader.iter_batches(
                    min(at_once, self._batch_rows(group, indices)),
                    [group],
                    column_indices=indices,
                    use_threads=False,
                ):
                    yield start, batch
                    start += len(batch)
            first += size

    def _batch_rows(self, group: int, indices: Sequence[int]) -> int:
        about = self.file.metadata.row_group(group)
        size: int = sum(about.column(n).total_uncompressed_size for n in indices)
        fitting: int = BATCH_BYTES * max(1, about.num_rows) // max(1, size)
        return max(1, min(BATCH_ROWS, fitting, BATCH_CELLS // max(1, len(indices))))

    def groups_of(self, positions: Sequence[int]) -> set[int]:
        """Return the row groups that hold some rows."""
        return {bisect.bisect_right(self.ends, position) for position in positions}

    def find_line(self, line: int) -> int | None:
        """Return the row, from 0, that a line of the file belongs to; None when before them."""
        first, found = 0, None
        for group, size in enumerate(self.sizes):
            known = self.file.metadata.row_group(group).column(0).statistics
            if known is not None and known.has_min_max and known.max < line:
                found = first + size - 1
            else:
                lines = self.file.reader.read_row_group(group, column_indices=[0]).column(0)
                before = pc.sum(pc.less_equal(lines, line)).as_py() or 0
                return first + before - 1 if before else found
            first += size
        return found


def fetch_rows(
    table: OpenTable, positions: Sequence[int], names: Sequence[str], cut: int | None = None
) -> tuple[list[int], list[list[str | None]]]:
    """Return the lines and the cells of some rows, in the order in which they are given.

    Parameters
    ----------
    table : OpenTable
        The table.
    positions : sequence of int
        Rows, from 0.
    names : sequence of str
        The columns that are wanted.
    cut : int, optional
        Cells are cut after so many characters, and one more that shows it.
    """
    wanted = sorted(set(positions))
    found: dict[int, tuple[Any, ...]] = {}
    for group in sorted(table.groups_of(wanted)):
        last = wanted[bisect.bisect_left(wanted, table.ends[group]) - 1]
        is_near = last - (table.ends[group] - table.sizes[group]) < NEAR_ROWS
        at_once = FETCH_ROWS if is_near else BATCH_ROWS
        for first, batch in table.batches([LINE, *names], [group], at_once=at_once):
            start, end = (bisect.bisect_left(wanted, first + n) for n in (0, len(batch)))
            if start < end:
                piece = batch.take(pa.array([p - first for p in wanted[start:end]], pa.int64()))
                texts = (_texts(piece.column(name), cut) for name in names)
                columns = [piece.column(LINE).to_pylist(), *texts]
                found |= zip(wanted[start:end], zip(*columns, strict=True), strict=True)
            if end == len(wanted) or wanted[end] >= table.ends[group]:
                break  # nothing more is wanted of this group, so the rest is not unpacked
    rows = [found[p] for p in positions if p in found]
    return [row[0] for row in rows], [list(row[1:]) for row in rows]


def _texts(cells: pa.Array, cut: int | None) -> list[str | None]:
    if cut is not None and (pc.max(pc.binary_length(cells)).as_py() or 0) > cut:
        cells = pc.utf8_slice_codeunits(cells, 0, cut + 1)
    texts: list[str | None] = cells.to_pylist()
    return texts
