"""64 bits for each cell of the columns of a table, group of rows by group of rows."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow.parquet as pq

from tasks.engine.profile.duplicates import hash_column

Progress = Callable[[float], None]


def hash_groups(
    file: pq.ParquetFile, names: Sequence[str], on_progress: Progress = lambda _: None
) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield the bits of cells: those of no more than one group of rows are in memory.

    Parameters
    ----------
    file : ParquetFile
        A table that `tabular.read_table` wrote.
    names : sequence of str
        Columns of it.
    on_progress : callable, optional
        Is told the fraction that is done, 0 to 1.

    Yields
    ------
    position : int
        Which of `names`, from 0; of each group all come in their order.
    start : int
        The first row of the group, from 0.
    bits : ndarray of uint64
        Of its cells; a missing one is as an empty one.
    """
    every, start = file.schema_arrow.names, 0
    indices = [every.index(name) for name in names]
    for group in range(file.num_row_groups):
        table = file.reader.read_row_group(group, column_indices=indices)
        by_name = dict(zip(table.column_names, table.columns, strict=True))
        for position, name in enumerate(names):
            yield position, start, hash_column(by_name[name])
        start += table.num_rows
        on_progress((group + 1) / file.num_row_groups)
