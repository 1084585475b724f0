"""Writes a table row by row, with little of it in memory at any time."""

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.engine.tables import BATCH_ROWS, LINE

BATCH_CELLS = 500_000
BATCH_CHARS = 16_000_000
GROUP_BYTES = 128_000_000
GROUP_ARRAYS = 200_000


class TableWriter:
    """Collects rows into batches, and batches into the row groups of a Parquet file.

    A batch (Python text) has at most 500,000 cells and not many more than 16 million characters;
    a row group (packed) is written at 20,000 rows, 128 MB, or 200,000 arrays, of which each has a
    cost of its own in a very wide table.

    Parameters
    ----------
    target : Path
        The file to write.
    names : list of str
        The columns, besides ``__line__``.
    """

    def __init__(self, target: Path, names: list[str]) -> None:
        self.schema = pa.schema([(LINE, pa.int64()), *((name, pa.string()) for name in names)])
        self.writer = pq.ParquetWriter(target, self.schema, compression="zstd")
        self.batch_rows = max(1, min(BATCH_ROWS, BATCH_CELLS // max(len(names), 1)))
        self.lines: list[int] = []
        self.rows: list[list[str | None]] = []
        self.batches: list[pa.RecordBatch] = []
        self.n_bytes = self.n_group = self.n_chars = 0

    def add(self, line: int, row: list[str | None], n_chars: int) -> bool:
        """Add a row; `n_chars` counts the characters read so far.

        Returns
        -------
        bool
            Whether a batch became full by it.
        """
        self.lines.append(line)
        self.rows.append(row)
        if len(self.rows) < self.batch_rows and n_chars - self.n_chars < BATCH_CHARS:
            return False
        self.n_chars = n_chars
        self._pack()
        is_full = self.n_group >= BATCH_ROWS or self.n_bytes >= GROUP_BYTES
        if is_full or len(self.batches) * len(self.schema) >= GROUP_ARRAYS:
            self._write_group()
        return True

    def _pack(self) -> None:
        columns = zip(*self.rows, strict=True)
        arrays = [pa.array(self.lines, pa.int64()), *(pa.array(c, pa.string()) for c in columns)]
        batch = pa.record_batch(arrays, schema=self.schema)
        self.batches.append(batch)
        self.n_group += batch.num_rows
        self.n_bytes += batch.nbytes
        self.lines, self.rows = [], []

    def _write_group(self) -> None:
        table = pa.Table.from_batches(self.batches, schema=self.schema)
        self.writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self.batches, self.n_bytes, self.n_group = [], 0, 0

    def __enter__(self) -> "TableWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            if self.rows:
                self._pack()
            if self.batches:
                self._write_group()
        self.writer.close()
