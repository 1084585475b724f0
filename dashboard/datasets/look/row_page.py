"""The rows tab of a dataset: what there is to show, and the addresses that lead on from it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from dashboard.datasets.look.row_views import (
    PREFIX,
    Asked,
    describe,
    key_of,
    look_for_rows,
    position_of_line,
    read_asked,
)
from dashboard.datasets.words import markers_of
from dashboard.db import Dataset
from dashboard.errors import NotFound
from dashboard.filters import url_with
from dashboard.paging import Page, read_number
from tasks.engine.rows.conditions import OPERATORS
from tasks.engine.rows.search import ORDERED_AT_MOST, FoundRows

ROWS_PER_PAGE = 100
COLUMNS_LISTED = 200
FARTHEST = 2**40
Args = Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class RowsView:
    """A page of rows, and how it came about.

    Parameters
    ----------
    columns : sequence of Mapping
        Those that are shown.
    column_page : Page
        Which of all columns these are.
    rows : sequence of dict
        ``line`` and ``cells``: of each its text, or None, and whether its column is of numbers.
    page : Page
        Which rows these are of those that match.
    found : FoundRows
        How much was searched.
    asked : Asked
        What the address asked for.
    chips : sequence of (str, str)
        Each condition in words, and the address without it.
    csv_url : str
        The same rows as a file.
    missing : collection of str
        The cells that mean that there is no value.
    """

    columns: Sequence[Mapping[str, Any]]
    column_page: Page
    rows: Sequence[Mapping[str, Any]]
    page: Page
    found: FoundRows
    asked: Asked
    chips: Sequence[tuple[str, str]]
    csv_url: str
    patient: bool
    listed: Sequence[str]
    missing: Collection[str]
    ordered_at_most: int = ORDERED_AT_MOST

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """The conditions as parts of an address."""
        return [(key_of(c), c.text) for c in self.asked.query.conditions]

    @property
    def is_cut(self) -> bool:
        """Whether rows match that the pages of an order do not reach."""
        return self.page.total < self.found.matched

    @property
    def has_others(self) -> bool:
        """Whether columns are not shown."""
        return self.column_page.pages > 1


def read_rows_page(
    dataset: Dataset, args: Args, *, number: int, first_column: int, patient: bool
) -> RowsView | None:
    """Return what the rows tab shows; None where the table is gone.

    Parameters
    ----------
    dataset : Dataset
        A dataset that was read.
    args : sequence of (name, values)
        The address's query.
    number : int
        The page, from 1.
    first_column : int
        The page of the columns, from 1.
    patient : bool
        Whether the person waits for a search through all rows.
    """
    asked = read_asked(dataset, args)
    offset = (number - 1) * ROWS_PER_PAGE
    try:
        found = look_for_rows(
            dataset, asked, offset=offset, limit=ROWS_PER_PAGE, column_page=first_column,
            patient=patient,
        )  # fmt: skip
    except NotFound:
        return None
    names = set(found.columns)
    by_name = {column["name"]: column for column in dataset.columns if column["name"] in names}
    columns = [by_name.get(name, {"name": name, "kind": None}) for name in found.columns]
    return RowsView(
        columns=columns,
        column_page=found.across,
        rows=_with_kinds(found.rows, columns),
        page=Page(number, ROWS_PER_PAGE, found.reachable),
        found=found.found,
        asked=asked,
        chips=_chips(asked),
        csv_url=_csv_url(dataset, args),
        patient=patient,
        listed=dataset.column_names[:COLUMNS_LISTED],
        missing=frozenset(markers_of(dataset.dialect)),
    )


def _with_kinds(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return rows whose cells say whether they stand in a column of numbers."""
    are_numbers = [column["kind"] == "number" for column in columns]
    return [
        {"line": row["line"], "cells": list(zip(row["cells"], are_numbers, strict=True))}
        for row in rows
    ]


def _chips(asked: Asked) -> list[tuple[str, str]]:
    conditions = asked.query.conditions
    chips = []
    for condition in conditions:
        key = key_of(condition)
        rest = [c.text for c in conditions if key_of(c) == key and c is not condition]
        chips.append((describe(condition), url_with(**{key: rest or None})))
    return chips


def _csv_url(dataset: Dataset, args: Args) -> str:
    kept = [
        (name, value)
        for name, values in args
        if name == "sort" or name.startswith(PREFIX)
        for value in values
    ]
    url = url_for("look.download_rows", dataset_id=dataset.id)
    return f"{url}?{urlencode(kept)}" if kept else url


def way_with_condition(dataset: Dataset, args: Args) -> str | None:
    """Return the address with the condition that a form added, or None when there is none."""
    given = {name: values[-1] for name, values in args if values}
    name, operator = given.get("column"), given.get("op")
    if not name or operator not in {*OPERATORS, "present"}:
        return None
    value = given.get("value", "")
    if operator in {"missing", "present"}:
        value, operator = ("1" if operator == "missing" else "0"), "missing"
    kept = [
        (key, text)
        for key, values in args
        if key == "sort" or key.startswith(PREFIX)
        for text in values
    ]
    query = urlencode([*kept, (f"{PREFIX}{name}.{operator}", value)])
    return f"{url_for('look.rows', dataset_id=dataset.id)}?{query}"


def way_to_line(dataset: Dataset, text: str | None) -> str | None:
    """Return the address of the page that shows a line of the file, or None."""
    line = read_number(text, 0, FARTHEST)
    if not line:
        return None
    try:
        position = position_of_line(dataset, line) or 0
    except NotFound:
        return None
    number = position // ROWS_PER_PAGE + 1
    anchor = f"row-{position + 1}"
    return url_for("look.rows", dataset_id=dataset.id, page=number, _anchor=anchor)
