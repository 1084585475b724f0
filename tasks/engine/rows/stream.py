"""All rows that are asked for, one piece after the other, for a download; in bounded memory."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.rows.cells import OpenTable, fetch_rows
from tasks.engine.rows.order import Best
from tasks.engine.rows.relay import PIECES_AT_MOST, relay_rows
from tasks.engine.rows.search import Order, RowQuery, Search

# How much of the table is held at once.
WINDOW_CELLS = 1_000_000
WINDOW_BYTES = 5_000_000
# Of an order only keys and numbers of rows are held, so many more of them: each round costs a look
# at all keys.
ORDER_ROWS = 1_000_000
ORDER_BYTES = 50_000_000
KEY_BYTES = 16  # of a number with its row
Rows = list[list[str | None]]


def stream_rows(table: OpenTable, query: RowQuery, names: Sequence[str]) -> Iterator[Rows]:
    """Yield the rows that are asked for, in their order, in pieces.

    An order that does not fit into memory is made in rounds, each by a look at all keys.

    Parameters
    ----------
    table : OpenTable
        The table.
    query : RowQuery
        Which rows, and in which order.
    names : sequence of str
        The columns that are wanted.
    """
    if not query.conditions and query.order is None:
        for _, batch in table.batches(names):
            columns = [batch.column(name).to_pylist() for name in names]
            yield [list(row) for row in zip(*columns, strict=True)]
        return
    size = _window(table, names)
    if query.order is None:
        found = _in_file(table, query)
    else:
        for ordered in _in_order(table, query, query.order, _round(table, query.order, size)):
            yield from relay_rows(table, ordered, names, size)
        found = _without_key(table, query, query.order)
    for rows in found:
        for start in range(0, len(rows), size):
            yield fetch_rows(table, rows[start : start + size], names)[1]


def _window(table: OpenTable, names: Sequence[str]) -> int:
    about = table.file.metadata
    groups = [about.row_group(n) for n in range(min(about.num_row_groups, 5))]
    a_row = max((g.total_byte_size / max(1, g.num_rows) for g in groups), default=1.0)
    return max(1, min(WINDOW_CELLS // max(1, len(names)), int(WINDOW_BYTES / max(1.0, a_row))))


def _round(table: OpenTable, order: Order, size: int) -> int:
    """Return how many rows of an order are held at once."""
    about, column = table.file.metadata, table.index[order.column]
    groups = [about.row_group(n) for n in range(about.num_row_groups)]
    text = sum(group.column(column).total_uncompressed_size for group in groups)
    a_key = KEY_BYTES + text / max(1, table.total)
    return max(1, min(ORDER_ROWS, int(ORDER_BYTES / a_key), PIECES_AT_MOST * size))


def _in_file(table: OpenTable, query: RowQuery) -> Iterator[list[int]]:
    for rows in Search(table, query).matches():
        yield rows.to_pylist()


def _in_order(table: OpenTable, query: RowQuery, order: Order, size: int) -> Iterator[list[int]]:
    after: tuple[pa.Scalar, int] | None = None
    while True:
        best = Best(size, order.descending, after)
        for keys, rows in Search(table, query).keys(order):
            best.add(keys, rows)
        found, after = best.present(), best.last
        yield found
        if after is None or len(found) < size:
            break


def _without_key(table: OpenTable, query: RowQuery, order: Order) -> Iterator[list[int]]:
    for keys, rows in Search(table, query).keys(order):
        yield rows.filter(pc.is_null(keys)).to_pylist()
