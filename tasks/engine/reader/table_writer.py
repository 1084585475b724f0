"""Writes a table batch by batch, with little of it in memory at any time."""

import json
import math
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.engine.memory import give_back, keep_little
from tasks.engine.table.tables import GROUP_ROWS, LABELS, LINE

GROUP_BYTES = 64_000_000
GROUP_ARRAYS = 200_000
# What Arrow keeps of each column of each group until the end is 1 KB; 600, since the cells of a
# group take more than their bytes, as arrays.
CHUNK_BYTES = 600
TRIED_ROWS = 50_000


class TableWriter:
    """Collects batches into the row groups of a Parquet file, and writes them beside the reading.

    A row group is written at `GROUP_ROWS` rows, 64 MB, or 200,000 arrays, of which each has a cost
    of its own in a very wide table. One group at a time is written while the next one is read.
    In a wide table groups are larger, since of each column of each group something is kept: what
    is held is least where a group takes as much as what is kept of all. Then none is read while
    one is written.

    Parameters
    ----------
    target : Path
        The file to write.
    names : list of str
        The columns, besides ``__line__``.
    labels : list of str, optional
        What stands in the file in their place, where that differs.
    size : int, default 0
        About how many bytes of cells there will be.
    """

    def __init__(
        self, target: Path, names: list[str], labels: list[str] | None = None, size: int = 0
    ) -> None:
        fields = [(LINE, pa.int64()), *((name, pa.string()) for name in names)]
        kept = {LABELS: json.dumps(labels)} if labels is not None else None
        self.schema = pa.schema(fields, metadata=kept)
        self.target = target
        self.group_bytes = max(GROUP_BYTES, math.isqrt(size * len(names) * CHUNK_BYTES))
        if self.group_bytes > GROUP_BYTES:
            keep_little()
        self.writer: pq.ParquetWriter | None = None
        self.beside = ThreadPoolExecutor(1)
        self.writing: list[Future[None]] = []
        self.batches: list[pa.RecordBatch] = []
        self.n_bytes = self.n_group = 0

    def add(self, lines: np.ndarray, columns: list[pa.Array]) -> None:
        """Add rows: the line of each, and its cells column by column."""
        if not len(lines):
            return
        batch = pa.record_batch([pa.array(lines, pa.int64()), *columns], schema=self.schema)
        self.batches.append(batch)
        self.n_group += batch.num_rows
        self.n_bytes += batch.nbytes
        is_full = self.n_group >= GROUP_ROWS or self.n_bytes >= self.group_bytes
        if is_full or len(self.batches) * len(self.schema) >= GROUP_ARRAYS:
            self._write_group()

    def _write_group(self) -> None:
        table = pa.Table.from_batches(self.batches, schema=self.schema)
        self.batches, self.n_bytes, self.n_group = [], 0, 0
        while self.writing:
            self.writing.pop().result()
        if self.group_bytes > GROUP_BYTES:
            self._write(table)
            del table
            give_back()
        else:
            self.writing.append(self.beside.submit(self._write, table))

    def _write(self, table: pa.Table) -> None:
        self.writer = self.writer or self._open(table)
        self.writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def _open(self, table: pa.Table) -> pq.ParquetWriter:
        """Begin the file. Text has no order that statistics would be of use for."""
        return pq.ParquetWriter(
            self.target, self.schema, compression="lz4", write_statistics=False,
            use_dictionary=_repeating(table),
        )  # fmt: skip

    def __enter__(self) -> "TableWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self.batches:
                self._write_group()
            for written in self.writing:
                written.result()
        finally:
            self.beside.shutdown()
            (self.writer or self._open(self.schema.empty_table())).close()


def _repeating(table: pa.Table) -> list[str]:
    """Return the columns whose values repeat: of the others a dictionary would save nothing."""
    first = table.slice(0, TRIED_ROWS)
    least = max(1, first.num_rows // 4)
    names = zip(table.column_names, first.columns, strict=True)
    return [name for name, column in names if pc.count_distinct(column).as_py() <= least]
