"""Cells that keep a column from being numbers, found in one pass over its table.

Imports pyarrow alone, because the web process reads with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.engine.tables import BATCH_ROWS, LINE

# As in `coercion`, which imports more than the web process may.
MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "Null", "None", "?", "-")
NUMBERS = {
    ".": r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$",
    ",": r"^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$",
}


def list_misfits(
    parquet: Path | BinaryIO, decimals: Mapping[str, str], missing: Sequence[str] | None = None
) -> Iterator[tuple[int, str, str]]:
    """Yield the cells of some columns that are neither missing nor plain numbers.

    Parameters
    ----------
    parquet : Path or file
        A table that `tabular.read_table` wrote.
    decimals : mapping of str to str
        The decimal sign of each column that is looked at, by name.
    missing : sequence of str, optional
        The markers that mean missing.

    Yields
    ------
    tuple of (int, str, str)
        Line in the file, column, and the cell as it stands there; row by row.
    """
    file = pq.ParquetFile(parquet, pre_buffer=not isinstance(parquet, Path))
    every = file.schema_arrow.names
    names = [name for name in decimals if name in every]
    markers = pa.array(MISSING if missing is None else missing, pa.string())
    where = [every.index(name) for name in (LINE, *names)]
    for group in range(file.metadata.num_row_groups if names else 0):
        # By position: in a name, Parquet takes a dot for nesting.
        table = file.reader.read_row_group(group, column_indices=where)
        table = table.select([LINE, *names])
        for start in range(0, table.num_rows, BATCH_ROWS):
            piece = table.slice(start, BATCH_ROWS)
            yield from _misfits_of(piece, names, decimals, markers)


def _misfits_of(
    piece: pa.Table, names: Sequence[str], decimals: Mapping[str, str], markers: pa.Array
) -> Iterator[tuple[int, str, str]]:
    found = []
    for n, name in enumerate(names):
        cells = piece.column(name)
        plain = pc.utf8_trim_whitespace(cells)
        is_number = pc.match_substring_regex(plain, NUMBERS["," if decimals[name] == "," else "."])
        fits = pc.or_(is_number, pc.is_in(plain, markers))
        # A padded cell is null, and so is what is said of it: it is missing.
        rows = pc.indices_nonzero(pc.invert(pc.fill_null(fits, True)))
        lines = piece.column(LINE).take(rows).to_pylist()
        found += [
            (line, n, name, cell)
            for line, cell in zip(lines, cells.take(rows).to_pylist(), strict=True)
        ]
    for line, _, name, cell in sorted(found, key=lambda f: f[:2]):
        yield line, name, cell
