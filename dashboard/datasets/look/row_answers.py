"""Rows that a script asks for: whole cells of all columns, and what cannot be answered refused."""

from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.datasets.look.row_views import PATIENT_BUDGET_S, read_asked, table_key
from dashboard.datasets.queries import get_rows
from dashboard.db import Dataset
from dashboard.errors import ValidationFailed
from dashboard.storage import get_storage
from tasks.engine.rows.cells import OpenTable, fetch_rows
from tasks.engine.rows.search import ORDERED_AT_MOST, FoundRows, find_rows

# Each column costs a reading at each place where rows lie; these take some seconds.
PIECES_AT_MOST = 10_000


def answer_rows(
    dataset: Dataset, args: Iterable[tuple[str, Sequence[str]]], *, offset: int, limit: int
) -> dict[str, Any]:
    """Find rows by the conditions and in the order that an address has, as the rows page does.

    Parameters
    ----------
    dataset : Dataset
        The dataset.
    args : iterable of (name, values)
        The address's query.
    offset, limit : int
        The first row of those that match, from 0, and how many.

    Returns
    -------
    dict
        ``columns``, ``rows`` and ``lines``; ``matched`` of the ``searched`` of ``total`` rows.

    Raises
    ------
    ValidationFailed
        When a condition or the order has no meaning, or more is asked for than is found at once.
    Conflict
        When the dataset has no table.
    """
    asked = read_asked(dataset, args)
    if asked.left_out:
        raise ValidationFailed(dict(asked.left_out))
    if not asked.query.conditions and asked.query.order is None:
        names, rows, lines = get_rows(dataset, offset, limit)
        total = dataset.rows or 0
        return _answer(names, rows, lines, FoundRows([], total, total, total))
    if asked.query.order and offset + limit > ORDERED_AT_MOST:
        words = f"An order is known up to row {ORDERED_AT_MOST:,}. Reverse it, or filter"
        raise ValidationFailed({"offset": words})
    with get_storage().seekable(table_key(dataset)) as file:
        table = OpenTable(file)
        found = find_rows(
            table, asked.query, offset=offset, limit=limit, budget_s=PATIENT_BUDGET_S
        )
        _check_work(table, found)
        lines, rows = fetch_rows(table, found.positions, table.names)
    return _answer(table.names, rows, lines, found)


def _check_work(table: OpenTable, found: FoundRows) -> None:
    places = len(table.groups_of(found.positions))
    if places * len(table.names) > PIECES_AT_MOST and places > 1:
        words = (
            f"These {len(found.positions):,} rows lie in {places:,} places of a table of "
            f"{len(table.names):,} columns. Ask for fewer rows at once"
        )
        raise ValidationFailed({"limit": words})


def _answer(
    names: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    lines: Sequence[int],
    found: FoundRows,
) -> dict[str, Any]:
    return {
        "columns": names, "rows": rows, "lines": lines,
        "matched": found.matched, "searched": found.searched, "total": found.total,
    }  # fmt: skip
