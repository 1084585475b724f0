"""Rows in another order than the file's: taken up in one look at the table, laid down in pieces.

To fetch them piece by piece would look at the whole table for each piece, since the rows of one
may lie anywhere. The pieces wait on the disk, so memory holds one at a time.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.rows.cells import OpenTable, fetch_rows

# Each is a file that is open while the table is looked at.
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
    with tempfile.TemporaryDirectory(prefix="trainyard-") as folder:
        paths = [Path(folder) / str(n) for n in range(-(-len(rows) // size))]
        _lay_down(table, np.array(rows), names, size, paths)
        for path in paths:
            yield _take_up(path)
            path.unlink()


def _lay_down(
    table: OpenTable, rows: np.ndarray, names: Sequence[str], size: int, paths: Sequence[Path]
) -> None:
    """Write each row to the file of its piece, with its place in the order."""
    places = np.argsort(rows)  # of the rows as they stand in the file
    in_file = rows[places]
    types = table.file.schema_arrow.types
    cells = [(str(n), types[table.index[name]]) for n, name in enumerate(names)]
    schema = pa.schema([*cells, ("place", pa.int64())])
    with ExitStack() as stack:
        files = [stack.enter_context(pa.ipc.new_stream(str(path), schema)) for path in paths]
        for first, batch in table.batches(names):
            start, end = np.searchsorted(in_file, [first, first + len(batch)])
            for n in np.unique(places[start:end] // size):
                mine = np.flatnonzero(places[start:end] // size == n) + start
                found = batch.take(pa.array(in_file[mine] - first))
                columns = [found.column(name) for name in names]
                files[n].write_batch(
                    pa.record_batch([*columns, pa.array(places[mine], pa.int64())], schema=schema)
                )


def _take_up(path: Path) -> list[list[str | None]]:
    with pa.ipc.open_stream(str(path)) as file:
        piece = file.read_all()
    piece = piece.take(pc.sort_indices(piece["place"]))
    columns = [column.to_pylist() for column in piece.columns[:-1]]
    return [list(row) for row in zip(*columns, strict=True)]
