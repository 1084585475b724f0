"""Cells that keep a column from being numbers, found in one pass over its table.

Imports pyarrow alone, because the web process reads with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.engine.rows.values import CellType, comparable, present
from tasks.engine.table.tables import BATCH_ROWS, LINE


def list_misfits(
    parquet: Path | BinaryIO, types: Mapping[str, Sequence[CellType]]
) -> Iterator[tuple[int, str, str]]:
    """Yield the cells of some columns that are neither missing nor what their column is.

    Parameters
    ----------
    parquet : Path or file
        A table that `tabular.read_table` wrote.
    types : mapping of str to sequence of CellType
        By name of each column that is looked at, the ways in which a cell may be read.

    Yields
    ------
    tuple of (int, str, str)
        Line in the file, column, and the cell as it stands there; row by row.
    """
    file = pq.ParquetFile(parquet, pre_buffer=not isinstance(parquet, Path))
    every = file.schema_arrow.names
    names = [name for name in types if name in every]
    where = [every.index(name) for name in (LINE, *names)]
    for group in range(file.metadata.num_row_groups if names else 0):
        # By position: in a name, Parquet takes a dot for nesting.
        table = file.reader.read_row_group(group, column_indices=where)
        table = table.select([LINE, *names])
        for start in range(0, table.num_rows, BATCH_ROWS):
            piece = table.slice(start, BATCH_ROWS)
            yield from _misfits_of(piece, names, types)


def _misfits_of(
    piece: pa.Table, names: Sequence[str], types: Mapping[str, Sequence[CellType]]
) -> Iterator[tuple[int, str, str]]:
    found = []
    for n, name in enumerate(names):
        cells = piece.column(name)
        flat = cells.combine_chunks()
        odd = pc.is_valid(present(flat, types[name][0]))
        for way in types[name]:
            odd = pc.and_(odd, pc.is_null(comparable(flat, way)))
        rows = pc.indices_nonzero(odd)
        lines = piece.column(LINE).take(rows).to_pylist()
        found += [
            (line, n, name, cell)
            for line, cell in zip(lines, cells.take(rows).to_pylist(), strict=True)
        ]
    for line, _, name, cell in sorted(found, key=lambda f: f[:2]):
        yield line, name, cell
