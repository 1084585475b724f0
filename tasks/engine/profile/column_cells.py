"""The columns of a table, one at a time, with little of it in memory.

A column with few different values is reduced to these and how often each stands. One with many is
read in pieces, and again for each question about all of them unless it is small enough to keep.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.profile.all_different import are_different
from tasks.engine.profile.number_tally import NumberTally
from tasks.engine.table.cell_text import ZONE, zone_minutes
from tasks.engine.table.cells import (
    as_text,
    edge_bits,
    hash_cells,
    objects,
    plain_numbers,
    present,
    trim,
)
from tasks.engine.table.picked import Picked, plain_array

KEPT_BYTES = 64_000_000
FREQUENT = 40
SAMPLE_ROWS, SAMPLE_NUMBERS = 20_000, 2_000


@dataclass
class Column:
    """One column: its distinct values with their counts, or its cells in pieces.

    `values`, without surrounding space and missing cells, the most frequent first, and `counts`
    are those of all rows where `is_few`, else of a sample of rows.
    """

    name: str
    n_rows: int
    decimal: str  # the file's
    missing: Collection[str]
    values: np.ndarray
    counts: np.ndarray
    is_few: bool
    n_present: int
    read: Callable[[], Iterator[pa.ChunkedArray | Picked]] = field(repr=False)
    sample: list[pa.Array] = field(default_factory=list, repr=False)  # cells of some rows
    # Where there are many: the cells that are not missing, and their numbers where all are some.
    kept: list[pa.Array] = field(default_factory=list, repr=False)
    plain: list[np.ndarray] = field(default_factory=list, repr=False)
    is_first: bool = False  # of its table
    has_names: bool = True  # whether the file names its columns
    # Where it was read with other columns: its values, its cells of some rows, its numbers as a
    # question reads them, and which questions none of its values passes, as far as it is known.
    picked: Picked | None = field(default=None, repr=False)
    picked_rows: Picked | None = field(default=None, repr=False)
    tally: Callable[..., NumberTally | None] = field(default=lambda *_: None, repr=False)
    rules_out: Callable[..., bool] = field(default=lambda *_: False, repr=False)

    @cached_property
    def cells(self) -> pa.Array:
        """The values, as Arrow has them."""
        if self.picked is not None:
            return self.picked
        return pa.array(self.values, pa.string())

    @property
    def sampled(self) -> pa.Array:
        """The cells of some rows of the table, trimmed."""
        if self.picked_rows is not None:
            return self.picked_rows
        return trim(as_text(pa.chunked_array(self.sample, pa.string()))).fill_null("")

    def pieces(self) -> Iterator[tuple[pa.Array, np.ndarray | None]]:
        """Yield all cells that are not missing, trimmed; with counts where they are distinct."""
        if self.is_few:
            yield self.cells, self.counts
        elif self.kept:
            yield from ((cells, None) for cells in self.kept)
        else:
            for raw in self.read():
                yield present(as_text(raw), self.missing)[0], None

    def count(self, test: Callable[[pa.Array], np.ndarray]) -> int:
        """Count the cells that pass a test."""
        total = 0
        for cells, counts in self.pieces():
            passed = test(cells)
            total += int(passed.sum() if counts is None else counts[passed].sum())
        return total

    def find_row(self, test: Callable[[pa.Array], np.ndarray]) -> tuple[int, str] | None:
        """Return the first row, from 0, whose cell passes a test, and the cell."""
        start = 0
        for raw in self.read():
            texts = as_text(raw)
            cells, where = present(texts, self.missing)
            passed = np.flatnonzero(test(cells))
            if len(passed):
                at = int(passed[0])
                row = at if where is None else int(np.flatnonzero(where)[at])
                return start + row, objects(cells[at : at + 1])[0]
            start += len(texts)
        return None

    @cached_property
    def is_all_different(self) -> bool:
        """Whether no value stands twice: exactly, of all cells."""
        if self.is_few or len(self.values) < self.counts.sum():
            return len(self.values) == self.n_present
        return are_different(lambda: (cells for cells, _counts in self.pieces()), self.n_present)

    @cached_property
    def frequent(self) -> tuple[np.ndarray, np.ndarray]:
        """The values, the most frequent first, and how often each stands in all rows.

        Where they are many: some that are the most frequent in the sample.
        """
        if self.is_few:
            return self.values, self.counts
        values = self.values[:FREQUENT]
        if self.__dict__.get("is_all_different"):  # known already
            return values, np.ones(len(values), int)
        totals = np.zeros(len(values), int)
        for cells, _counts in self.pieces():
            found = pc.index_in(cells, value_set=pa.array(values, cells.type)).drop_null()
            totals += np.bincount(found.to_numpy(), minlength=len(values))
        order = np.argsort(-totals, kind="stable")
        return values[order], totals[order]

    @cached_property
    def zones(self) -> tuple[Counter[int], int]:
        """The cells of each time zone, in minutes ahead of UTC, and how many have none."""
        found, without = Counter[int](), 0
        for cells, counts in self.pieces():
            zones = pc.struct_field(
                pc.extract_regex(plain_array(cells), ZONE), "zone"
            ).dictionary_encode()
            codes = zones.indices.fill_null(len(zones.dictionary)).to_numpy(zero_copy_only=False)
            totals = np.bincount(codes, counts, len(zones.dictionary) + 1)
            for zone, total in zip(zones.dictionary.to_pylist(), totals, strict=False):
                found[zone_minutes(zone)] += int(total)
            without += int(totals[-1])
        return found, without

    @cached_property
    def distinct(self) -> int:
        """How many values differ; where they are many, about so many."""
        if self.is_few:
            return len(self.values)
        if self.__dict__.get("is_all_different"):  # known already
            return self.n_present
        return about_distinct((cells for cells, _counts in self.pieces()), self.n_present)


def about_distinct(pieces: Iterable[pa.Array], n: int) -> int:
    """Return about how many of `n` cells differ: a part of them tells it, chosen by their bytes.

    Of many millions a smaller part, for the bits of those that are chosen are kept.
    """
    chosen, parts, size = [], 0, 0
    for cells in pieces:
        parts = parts or 1 << max(0, (max(len(cells), n // 20) // 10_000).bit_length())
        part = edge_bits(cells) & np.uint64(parts - 1) == 0
        chosen.append(hash_cells(cells.filter(pa.array(part))))
        size += len(cells)
    if not chosen:
        return 0
    found = np.concatenate(chosen)
    return min(size, round(len(np.unique(found)) * size / max(len(found), 1)))


def tally(
    texts: list[str | None], counts: list[int], missing: Collection[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct values that are not missing and their counts, the most frequent first.

    Values that differ in surrounding space only are the same.
    """
    totals: dict[str, int] = {}
    for text, count in zip(texts, counts, strict=True):
        value = "" if text is None else text.strip()
        if value not in missing:
            totals[value] = totals.get(value, 0) + count
    values, found = np.array([*totals, None], dtype=object)[:-1], np.array([*totals.values()], int)
    order = np.argsort(-found, kind="stable")
    return values[order], found[order]


def fill(column: Column) -> Column:
    """Count the cells of a column of many values, keep them if they are small, sample them."""
    sample, size, is_plain, is_small = [], 0, True, None
    for raw in column.read():
        texts = as_text(raw)
        if is_small is None:  # what will not be kept in the end is not kept meanwhile
            is_small = texts.nbytes / max(len(texts), 1) * column.n_rows <= KEPT_BYTES
        numbers = plain_numbers(texts, column.missing) if is_plain else None
        is_plain = numbers is not None
        cells = texts if is_plain else present(texts, column.missing)[0]
        column.n_present, size = column.n_present + len(cells), size + cells.nbytes
        if is_small and size <= KEPT_BYTES:
            column.kept.append(cells)
            column.plain += [] if numbers is None else [numbers]
        step = max(1, column.n_rows // (SAMPLE_NUMBERS if is_plain else SAMPLE_ROWS))
        sample.append(cells.take(pa.array(np.arange(0, len(cells), step))))
    if not is_small or size > KEPT_BYTES or not is_plain:
        column.plain = []
    column.kept = column.kept if is_small and size <= KEPT_BYTES else []
    counted = pa.chunked_array(sample, pa.string()).value_counts()
    texts, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    column.values, column.counts = tally(texts, counts, ())
    return column
