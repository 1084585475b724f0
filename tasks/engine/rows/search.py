"""Finds rows of a table by their values and in an order, in bounded memory and time.

Row groups are read one after the other, and of each only the columns that decide. What stands in
the rows that were found is read after that, by `row_cells`.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.rows.cells import OpenTable
from tasks.engine.rows.conditions import Condition
from tasks.engine.rows.order import Best
from tasks.engine.rows.values import CellType, are_whole_numbers, comparable, order_keys, present

# A page beyond so many rows of an order would need as many to be kept.
ORDERED_AT_MOST = 100_000
# How long the rows that match are counted after those of the page were found.
COUNT_S = 0.3


@dataclass(frozen=True)
class Order:
    """By which column rows are ordered; those without a value come last, ties in file order."""

    column: str
    type: CellType
    descending: bool = False


@dataclass(frozen=True)
class RowQuery:
    """Which rows are asked for, and in which order; every condition must hold."""

    conditions: tuple[Condition, ...] = ()
    order: Order | None = None


@dataclass(frozen=True)
class FoundRows:
    """The rows of one page, and how much of the table was searched for them.

    Parameters
    ----------
    positions : list of int
        The rows, from 0, in the order asked for.
    matched : int
        How many of the searched rows meet the conditions.
    searched, total : int
        How many rows were looked at, and how many there are.
    """

    positions: list[int]
    matched: int
    searched: int
    total: int

    @property
    def is_all(self) -> bool:
        """Whether every row was looked at, so that `matched` is exact."""
        return self.searched == self.total


def find_rows(
    table: OpenTable,
    query: RowQuery,
    *,
    offset: int,
    limit: int,
    budget_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> FoundRows:
    """Find a page of the rows that are asked for.

    Parameters
    ----------
    table : OpenTable
        The table.
    query : RowQuery
        What is asked for.
    offset, limit : int
        The first row of those, from 0, and how many.
    budget_s : float
        After so many seconds the search ends where it is.
    clock : callable
        Seconds, for tests.

    Returns
    -------
    FoundRows
    """
    total = table.total
    if not query.conditions and not query.order:
        return FoundRows(list(range(total)[offset : offset + limit]), total, total, total)
    search = Search(table, query, clock() + budget_s, clock)
    if query.order is None:
        return search.in_file_order(offset, limit)
    return search.in_order(query.order, offset, limit)


class Search:
    """One search: where it stands, and when it must end."""

    def __init__(
        self,
        table: OpenTable,
        query: RowQuery,
        deadline: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.table, self.query, self.deadline, self.clock = table, query, deadline, clock
        self.total = table.total
        self.searched = self.matched = 0

    def in_file_order(self, offset: int, limit: int) -> FoundRows:
        """Return some of the rows that match, as they stand in the file."""
        found: list[int] = []
        for rows in self.matches():
            skip = max(0, offset - self.matched)
            found += rows.slice(skip, limit - len(found)).to_pylist()
            self.matched += len(rows)
            if len(found) == limit:
                self.deadline = min(self.deadline, self.clock() + COUNT_S)
        return FoundRows(found, self.matched, self.searched, self.total)

    def in_order(self, order: Order, offset: int, limit: int) -> FoundRows:
        """Return some of the rows that match, in an order."""
        wanted = min(offset + limit, ORDERED_AT_MOST)
        best = Best(wanted, order.descending)
        for keys, rows in self.keys(order):
            best.add(keys, rows)
            self.matched += len(rows)
        return FoundRows(best.rows()[offset:wanted], self.matched, self.searched, self.total)

    def matches(self) -> Iterator[pa.Array]:
        """Yield, batch by batch, the rows that meet the conditions, in file order."""
        for first, batch in self._batches([]):
            rows = pc.indices_nonzero(_mask(self.query.conditions, batch))
            yield pc.add(pc.cast(rows, pa.int64()), first)

    def keys(self, order: Order) -> Iterator[tuple[pa.Array, pa.Array]]:
        """Yield, batch by batch, what the matching rows are ordered by, and which they are."""
        given = order.type
        for first, batch in self._batches([order.column]):
            rows = pa.arange(first, first + len(batch))
            cells = batch.column(order.column)
            if first == 0 and given.kind == "identifier":
                given = _as_numbers_if_whole(cells, given)
            if self.query.conditions:
                mask = _mask(self.query.conditions, batch)
                rows, cells = rows.filter(mask), cells.filter(mask)
            yield order_keys(comparable(cells, given)), rows

    def _batches(self, more: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
        names = list(dict.fromkeys([*(c.column for c in self.query.conditions), *more]))
        for first, batch in self.table.batches(names):
            yield first, batch
            self.searched = first + len(batch)
            if self.clock() >= self.deadline:
                return


def _as_numbers_if_whole(cells: pa.Array, given: CellType) -> CellType:
    """Return how identifiers compare: 9 comes before 10 where the first ones are whole numbers."""
    if are_whole_numbers(present(cells, given)):
        return CellType(kind="number", missing=given.missing)
    return given


def _mask(conditions: Sequence[Condition], batch: pa.RecordBatch) -> pa.Array:
    masks = [condition.mask(batch.column(condition.column)) for condition in conditions]
    mask = masks[0]
    for other in masks[1:]:
        mask = pc.and_(mask, other)
    return mask
