"""Tables as they were read: Parquet files of text cells with the line each row came from.

Columns are picked by position: in a name, Parquet takes a dot for nesting.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq

LINE = "__line__"
# What stands in the file in the place of the names, where that differs: in the schema's metadata.
LABELS = b"labels"
BATCH_ROWS = 20_000
BATCH_CELLS = 400_000  # of a wide table, fewer rows are held at once
GROUP_ROWS = 60_000


def column_names(parquet: Path) -> list[str]:
    """Return the names of a table's columns, in file order."""
    return [name for name in pq.ParquetFile(parquet).schema_arrow.names if name != LINE]


def load_columns(parquet: Path, names: Sequence[str]) -> dict[str, Any]:
    """Load some columns of a table, and the lines of its rows.

    Parameters
    ----------
    parquet : Path
        A table that `tabular.read_table` wrote.
    names : sequence of str
        Columns; those that the table does not have are left out.

    Returns
    -------
    dict of str to ndarray of shape (n_rows,)
        Object cells of str or None; ``__line__`` as int64.
    """
    file = pq.ParquetFile(parquet)
    every = file.schema_arrow.names
    wanted = [LINE, *(name for name in dict.fromkeys(names) if name in every)]
    table = file.reader.read_all(column_indices=[every.index(name) for name in wanted])
    by_name = dict(zip(table.column_names, table.columns, strict=True))
    return {name: by_name[name].to_numpy() for name in wanted}


def stream_csv(parquet: Path | BinaryIO) -> Iterator[bytes]:
    """Yield a table as UTF-8 RFC 4180 CSV, its names and cells as text exactly as in the file.

    Columns without a name in the file are named as Trainyard names them only where none has one.

    Parameters
    ----------
    parquet : Path or file
        A table that `tabular.read_table` wrote. Of a file that is not of this machine, a row group
        is fetched at once.

    Yields
    ------
    bytes
        Some lines; first that of the names, when the table is known to be readable.
    """
    file = pq.ParquetFile(parquet, pre_buffer=not isinstance(parquet, Path))
    schema = file.schema_arrow
    labels = (schema.metadata or {}).get(LABELS)
    yield _csv_lines([json.loads(labels) if labels else schema.names[1:]])
    for batch in file.iter_batches(max(1, min(BATCH_ROWS, BATCH_CELLS // len(schema.names)))):
        columns = [column.to_pylist() for column in batch.columns[1:]]
        yield _csv_lines(zip(*columns, strict=True))


def _csv_lines(rows: Iterable[Sequence[str | None]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def write_csv(parquet: Path, out: BinaryIO) -> None:
    """Write what `stream_csv` yields; `out` is not closed."""
    for piece in stream_csv(parquet):
        out.write(piece)


def read_rows(
    parquet: Path | BinaryIO, offset: int, limit: int
) -> tuple[list[str], list[list[str | None]], list[int]]:
    """Read some rows of a table.

    Parameters
    ----------
    parquet : Path or file
        A table that `tabular.read_table` wrote.
    offset, limit : int
        The first row, from 0, and how many.

    Returns
    -------
    columns : list of str
    rows : list of list of str or None
    lines : list of int
        Where each row starts in the uploaded file, from 1.
    """
    file = pq.ParquetFile(parquet)
    rows: list[tuple[Any, ...]] = []
    start = 0
    for group in range(file.metadata.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        if start + size > offset and len(rows) < limit:
            piece = file.read_row_group(group).slice(max(0, offset - start), limit - len(rows))
            rows.extend(zip(*(column.to_pylist() for column in piece.columns), strict=True))
        start += size
    names = file.schema_arrow.names[1:]
    return names, [list(row[1:]) for row in rows], [row[0] for row in rows]
