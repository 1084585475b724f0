"""The rows of a dataset as its page shows them: what the address asks for, and what was found.

What cannot be understood in the address is left out, with words that say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.db import Dataset
from dashboard.errors import Conflict, NotFound
from dashboard.paging import Page
from dashboard.storage import get_storage
from tasks.engine.rows.cells import OpenTable, fetch_rows
from tasks.engine.rows.conditions import Condition, make_condition
from tasks.engine.rows.search import ORDERED_AT_MOST, FoundRows, Order, RowQuery, find_rows
from tasks.engine.rows.values import cell_type

PREFIX = "col."
CONDITIONS_AT_MOST = 20
CELL_CHARS = 300
# A wider table would take a browser seconds.
COLUMNS_AT_MOST = 100
# Rows that lie far apart cost a reading of each column at each place, so fewer columns are shown.
PIECES_AT_ONCE = 800
LEAST_COLUMNS = 10
BUDGET_S = 1.0
PATIENT_BUDGET_S = 20.0
WORDS = {
    "eq": "is", "ne": "is not", "gt": "above", "ge": "at least", "lt": "below", "le": "at most",
    "contains": "contains",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What an address asks for.

    Parameters
    ----------
    query : RowQuery
        What can be asked.
    sort : str
        The column that rows are ordered by, with a minus for the other direction; or "".
    left_out : list of (str, str)
        The parts of the address that were left out, and why.
    """

    query: RowQuery
    sort: str = ""
    left_out: list[tuple[str, str]] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """What was left out, and why, in words."""
        return [words for _, words in self.left_out]


def read_asked(dataset: Dataset, args: Iterable[tuple[str, Sequence[str]]]) -> Asked:
    """Read conditions and order from an address.

    Parameters
    ----------
    dataset : Dataset
        The dataset.
    args : iterable of (name, values)
        The query's parts: ``col.NAME.eq``, ``sort`` and others, which are not looked at.
    """
    given = {name: list(values) for name, values in args}
    if not any(name == "sort" or name.startswith(PREFIX) for name in given):
        return Asked(RowQuery())
    columns = {column["name"]: column for column in dataset.columns}
    left_out: list[tuple[str, str]] = []
    conditions = list(_conditions(dataset, columns, given, left_out))
    for condition in conditions[CONDITIONS_AT_MOST:]:
        words = f"Only {CONDITIONS_AT_MOST} filters count; “{describe(condition)}” was left out"
        left_out.append((key_of(condition), words))
    sort = (given.get("sort") or [""])[-1]
    order = _order(dataset, columns, sort)
    if sort and order is None:
        words = f'There is no column "{sort.removeprefix("-")[:60]}" to sort by'
        left_out.append(("sort", words))
        sort = ""
    return Asked(RowQuery(tuple(conditions[:CONDITIONS_AT_MOST]), order), sort, left_out)


def _conditions(
    dataset: Dataset,
    columns: Mapping[str, Mapping[str, Any]],
    given: Mapping[str, Sequence[str]],
    left_out: list[tuple[str, str]],
) -> Iterable[Condition]:
    for key, values in given.items():
        if not key.startswith(PREFIX):
            continue
        name, _, operator = key.removeprefix(PREFIX).rpartition(".")
        if name not in columns:
            left_out.append((key, f'There is no column "{name[:60]}" to filter by'))
            continue
        for text in values:
            try:
                given_type = cell_type(columns[name], dataset.dialect)
                yield make_condition(name, operator, text, given_type)
            except ValueError as problem:
                words = f'The filter of "{name[:60]}" was left out: {problem}'
                left_out.append((key, words))


def _order(dataset: Dataset, columns: Mapping[str, Mapping[str, Any]], sort: str) -> Order | None:
    # A name may itself begin with a minus.
    for name, descending in ((sort, False), (sort.removeprefix("-"), True)):
        if name in columns:
            return Order(name, cell_type(columns[name], dataset.dialect), descending)
    return None


def describe(condition: Condition) -> str:
    """Return a condition in words: ``tenure above 12``."""
    if condition.operator == "missing":
        return f"{condition.column} {'is missing' if condition.value else 'is not missing'}"
    return f"{condition.column} {WORDS[condition.operator]} {condition.text[:60]}"


def key_of(condition: Condition) -> str:
    """Return the part of an address that asks for a condition."""
    return f"{PREFIX}{condition.column}.{condition.operator}"


@dataclass(frozen=True)
class RowsFound:
    """A page of rows.

    Parameters
    ----------
    columns : sequence of str
        The columns that are shown.
    across : Page
        Which of all columns these are; those that the query names stand before them.
    rows : list of dict
        ``line`` and ``cells`` of each; a cell is text or None.
    found : FoundRows
        How much was searched, and how many match.
    reachable : int
        How many rows can be paged through.
    """

    columns: Sequence[str]
    across: Page
    rows: list[dict[str, Any]]
    found: FoundRows
    reachable: int


def look_for_rows(
    dataset: Dataset, asked: Asked, *, offset: int, limit: int, column_page: int, patient: bool
) -> RowsFound:
    """Find a page of rows.

    Parameters
    ----------
    dataset : Dataset
        The dataset.
    asked : Asked
        From `read_asked`.
    offset, limit : int
        The first row of those that match, from 0, and how many.
    column_page : int
        Which columns, from 1.
    patient : bool
        Whether the person waits for a search through all rows.

    Raises
    ------
    Conflict
        When the dataset has no table.
    NotFound
        When the table is missing from the storage.
    """
    budget_s = PATIENT_BUDGET_S if patient else BUDGET_S
    with get_storage().seekable(table_key(dataset)) as file:
        table = OpenTable(file)
        found = find_rows(table, asked.query, offset=offset, limit=limit, budget_s=budget_s)
        per = _columns_at_once(len(table.groups_of(found.positions)))
        across = Page(column_page, per, len(table.names))
        names = table.names[across.first - 1 : across.last]
        names = [*(name for name in _named(asked.query) if name not in names), *names]
        lines, cells = fetch_rows(table, found.positions, names, cut=CELL_CHARS)
    rows = [{"line": n, "cells": cut_cells(row)} for n, row in zip(lines, cells, strict=True)]
    most = ORDERED_AT_MOST if asked.query.order else found.total
    return RowsFound(names, across, rows, found, min(found.matched, most))


def _columns_at_once(places: int) -> int:
    """Return how many columns are shown of rows that lie in so many places of the file."""
    return max(LEAST_COLUMNS, min(COLUMNS_AT_MOST, PIECES_AT_ONCE // max(1, places)))


def _named(query: RowQuery) -> list[str]:
    names = [condition.column for condition in query.conditions]
    return list(dict.fromkeys([*([query.order.column] if query.order else []), *names]))


def cut_cells(row: Sequence[str | None]) -> list[str | None]:
    """Return cells as they are shown: long ones end with a sign that there is more."""
    return [
        f"{cell[:CELL_CHARS]}…" if cell is not None and len(cell) > CELL_CHARS else cell
        for cell in row
    ]


def position_of_line(dataset: Dataset, line: int) -> int | None:
    """Return the row, from 0, that a line of the file belongs to."""
    with get_storage().seekable(table_key(dataset)) as file:
        return OpenTable(file).find_line(line)


def find_cell(dataset: Dataset, line: int, name: str) -> str | None:
    """Return the cell of a column in the row of a line of the file; None without one."""
    try:
        with get_storage().seekable(table_key(dataset)) as file:
            table = OpenTable(file)
            row = table.find_line(line)
            rows = [] if row is None else fetch_rows(table, [row], [name])[1]
    except (Conflict, NotFound):
        return None
    return rows[0][0] if rows else None


def table_key(dataset: Dataset) -> str:
    """Return the key of a dataset's table.

    Raises
    ------
    Conflict
        When it has none.
    """
    if dataset.table_key is None:
        raise Conflict(f"{dataset.file_name} has no rows to show: it is {dataset.state}")
    return dataset.table_key
