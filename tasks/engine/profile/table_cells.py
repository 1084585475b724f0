"""A table's columns, read in pieces, each made ready to be looked at."""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.engine.profile.column_cells import SAMPLE_ROWS, Column, fill, tally
from tasks.engine.profile.shared_columns import SharedColumns
from tasks.engine.table.cells import as_text, objects

PIECE_ROWS = 250_000
PIECE_BYTES = 32_000_000
BATCH_CELLS = 200_000
SMALL = 5_000  # so few rows are looked at value by value, however many differ
FEW = 50_000  # so many values, and at most half of the rows, are few
CHECKED_ROWS, CHECKED_CELLS = 5_000, 5_000_000  # what the checks of the whole table look at
SHARED_BYTES = 64_000_000  # of columns that are made ready together
CODED_BYTES = 3.0  # a cell takes less in the file where a column has few values


class TableCells:
    """Reads a table's columns, in file order; each thread needs one of its own.

    Parameters
    ----------
    parquet : Path
        A table that `tabular.read_table` wrote.
    dialect : dict
        How the file was read; ``decimal`` and ``header`` are used.
    missing : collection of str
        The markers of missing cells.
    metadata : FileMetaData, optional
        The file's, where it was read before.
    """

    def __init__(
        self,
        parquet: Path,
        dialect: dict[str, object],
        missing: Collection[str],
        metadata: pq.FileMetaData | None = None,
    ) -> None:
        self.plain = pq.ParquetFile(parquet, metadata=metadata)
        self.metadata = self.plain.metadata
        self.names: list[str] = self.plain.schema_arrow.names
        self.n_rows: int = self.metadata.num_rows
        self.decimal, self.missing = str(dialect.get("decimal") or "."), missing
        self.has_names = dialect.get("header") is not False
        self.coded = self.plain
        if self.n_rows > SMALL:
            coded = self.names[1:]
            self.coded = pq.ParquetFile(parquet, read_dictionary=coded, metadata=self.metadata)
        self.size_of_groups = [
            self.metadata.row_group(n).num_rows for n in range(self.metadata.num_row_groups)
        ]

        self.lines: tuple[int, pa.ChunkedArray] | None = None
        sampled = min(CHECKED_ROWS, CHECKED_CELLS // max(len(self.names), 1))
        self.step = -(-self.n_rows // max(sampled, 1)) or 1  # of the rows that checks look at

    def batches(self) -> list[list[int]]:
        """Return which columns are best read together, by their positions in the file."""
        positions = list(range(1, len(self.names)))
        size = max(1, BATCH_CELLS // max(self.n_rows, 1)) if self.n_rows <= PIECE_ROWS else 1
        return [positions[n : n + size] for n in range(0, len(positions), size)]

    def columns(self, positions: list[int]) -> Iterator[Column]:
        """Read some columns."""
        if len(positions) == 1:
            yield self.column(positions[0])
            return
        columns = self.raw_columns(positions)
        if self.n_rows > SMALL or sum(cells.nbytes for cells in columns) > SHARED_BYTES:
            for position, cells in zip(positions, columns, strict=True):
                yield self._column(position, cells)
            return
        shared = SharedColumns(columns, self.missing)
        for n, position in enumerate(positions):
            yield self._shared(shared, n, position)

    def column(self, position: int) -> Column:
        """Read a column."""
        return self._column(position, None)

    def raw_columns(self, positions: list[int]) -> list[pa.ChunkedArray]:
        """Read some columns as they are in the file."""
        if len(positions) == 1:
            chunks = [chunk for piece in self.raw_pieces(positions[0]) for chunk in piece.chunks]
            return [pa.chunked_array(chunks, chunks[0].type if chunks else pa.string())]
        table = self.plain.reader.read_all(column_indices=positions, use_threads=False)
        return list(table.columns)

    def raw_pieces(self, position: int) -> Iterator[pa.ChunkedArray]:
        """Read a column as it is in the file, piece by piece."""
        for groups in self._pieces_of(position):
            yield self._read(position, groups)

    def sampled(self, positions: list[int]) -> list[pa.Array]:
        """Return the cells of every n-th row, n being `step`, of some columns."""
        if len(positions) > 1:
            return [self._sample(column, 0) for column in self.raw_columns(positions)]
        found = []
        for position in positions:
            parts, first_row = [], 0
            for piece in self.raw_pieces(position):
                parts.append(self._sample(piece, first_row))
                first_row += len(piece)
            found.append(as_text(pa.chunked_array(parts, parts[0].type if parts else "string")))
        return found

    def line_of(self, row: int) -> int:
        """Return the line in which a row starts."""
        for group, size in enumerate(self.size_of_groups):
            if row < size:
                if self.lines is None or self.lines[0] != group:  # one group's are kept
                    table = self.plain.reader.read_row_group(group, column_indices=[0])
                    self.lines = group, table.column(0)
                return int(self.lines[1][row].as_py())
            row -= size
        raise IndexError(row)

    def _read(self, position: int, groups: list[int]) -> pa.ChunkedArray:
        file = self.coded if self._is_coded(position) else self.plain
        table = file.reader.read_row_groups(groups, column_indices=[position], use_threads=False)
        return table.column(0)

    def _sample(self, cells: pa.ChunkedArray, first_row: int) -> pa.Array:
        """Return the cells of every n-th row of the table."""
        rows = np.arange(-first_row % self.step, len(cells), self.step)
        return as_text(cells.take(pa.array(rows))) if self.step > 1 else as_text(cells)

    def _is_coded(self, position: int) -> bool:
        """Tell, by its size in the file, whether a column has few different values."""
        if self.n_rows <= SMALL:
            return False
        chunk = self.metadata.row_group(0).column(position)
        return bool(chunk.total_uncompressed_size < CODED_BYTES * chunk.num_values)

    def _pieces_of(self, position: int) -> list[list[int]]:
        """Return the row groups of each piece in which a column is read."""
        pieces: list[list[int]] = [[]]
        n_rows = n_bytes = 0
        for group, size in enumerate(self.size_of_groups):
            weight = self.metadata.row_group(group).column(position).total_uncompressed_size
            if pieces[-1] and (n_rows + size > PIECE_ROWS or n_bytes + weight > PIECE_BYTES):
                pieces.append([])
                n_rows = n_bytes = 0
            pieces[-1].append(group)
            n_rows, n_bytes = n_rows + size, n_bytes + weight
        return pieces

    def _column(self, position: int, whole: pa.ChunkedArray | None) -> Column:
        groups = self._pieces_of(position) if whole is None else []

        start: list[pa.ChunkedArray] = []  # what was read last time to look at it, and used once
        sample: list[pa.Array] = []

        def read() -> Iterator[pa.ChunkedArray]:
            if whole is not None:
                sample[:] = [self._sample(whole, 0)]
                yield whole
            first_row = 0
            for n, piece in enumerate(groups):
                cells = start.pop() if start and not n else self._read(position, piece)
                if not n:
                    start.append(cells)
                if len(sample) == n:
                    sample.append(self._sample(cells, first_row))
                first_row += len(cells)
                yield cells
            start.clear()

        def make(
            values: np.ndarray, counts: np.ndarray, is_few: bool, n_present: int = 0
        ) -> Column:
            return Column(
                self.names[position], self.n_rows, self.decimal, self.missing, values, counts,
                is_few, n_present, read, sample, is_first=position == 1, has_names=self.has_names,
            )  # fmt: skip

        few = self._count_few(read)
        if few is not None:
            values, counts = tally(*few, self.missing)
            return make(values, counts, True, int(counts.sum()))
        column = make(np.zeros(0, object), np.zeros(0, int), False)
        return fill(column)

    def _shared(self, shared: SharedColumns, n: int, position: int) -> Column:
        picked, counts = shared.values(n)
        return Column(
            self.names[position], self.n_rows, self.decimal, self.missing, objects(picked),
            counts, True, int(counts.sum()), lambda: iter([shared.rows(n)]),
            is_first=position == 1, has_names=self.has_names, picked=picked,
            picked_rows=shared.rows(n, self.step),
            tally=partial(shared.tally, n), rules_out=partial(shared.rules_out, n),
        )  # fmt: skip

    def _count_few(
        self, read: Callable[[], Iterator[pa.ChunkedArray]]
    ) -> tuple[list[str | None], list[int]] | None:
        """Return the different texts of a column and their counts; None where they are many."""
        limit = FEW if self.n_rows > SMALL else self.n_rows
        texts, counts = pa.array([], pa.large_string()), np.zeros(0, int)
        for n, raw in enumerate(read()):
            if self.n_rows > SMALL and not n and _seem_many(raw):
                return None
            for chunk in raw.chunks:
                found, times = _count(chunk)
                if len(found) > limit:
                    return None
                both = pa.concat_arrays([texts, found.cast(texts.type)])
                coded = both.dictionary_encode("encode")
                times = np.concatenate([counts, times])
                counts = np.bincount(coded.indices.to_numpy(), times).astype(int)
                texts = coded.dictionary
                if len(texts) > limit:
                    return None
        return texts.to_pylist(), counts.tolist()


def _count(cells: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Return the different texts of some cells, and how often each stands."""
    if not pa.types.is_dictionary(cells.type):
        counted = cells.value_counts()
        return counted.field("values"), counted.field("counts").to_numpy()
    texts = pa.concat_arrays([cells.dictionary, pa.nulls(1, cells.dictionary.type)])
    codes = cells.indices.fill_null(len(texts) - 1).to_numpy()
    counts = np.bincount(codes, minlength=len(texts))
    there = np.flatnonzero(counts)
    return texts.take(pa.array(there)), counts[there]


def _seem_many(raw: pa.ChunkedArray) -> bool:
    """Tell whether more than half of the first cells differ."""
    head = raw.chunk(0)[:SAMPLE_ROWS] if raw.num_chunks else raw
    return len(head.unique()) > 0.5 * len(head)
