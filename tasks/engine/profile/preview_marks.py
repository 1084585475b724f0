"""Marks on the rows of the check page: why a cell is not simply what its column is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.engine.profile.conventions import NOTHING
from tasks.engine.profile.date_formats import days_of
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.table.cell_text import MONEY, THOUSANDS
from tasks.engine.table.cells import Written, as_text, match, parse_numbers, present
from tasks.engine.table.coercion import how_written, missing_markers

GROUPED = "Has thousands separators"
MORE_ROWS, LEAST_MORE, COLUMNS_AT_MOST, COLUMNS_AT_ONCE = 50, 10, 200, 2_000
MORE_CELLS = 200_000  # each is held, sent and kept: of a wide table there are fewer rows
# What is said of a cell that is no plain number; the first pattern that fits.
REASONS = (
    (NOTHING, "May stand for a missing value"),
    (f"[{MONEY}]", "Has a currency sign"),
    ("%", "Has a percent sign"),
    (f"^[^A-Za-z]*[0-9][{''.join(THOUSANDS.values())}][0-9]{{3}}[^A-Za-z]*$", GROUPED),
    (r"^[+-]?[0-9]+,[0-9]+$", "Has a decimal comma"),
    (r"^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]", "Day and month could be either way round"),
)
# How a cell that is not odd is written: a number, a date of a format; "": each cell is odd.
Test = Written | str


def mark_preview(
    preview: Sequence[Mapping[str, Any]],
    columns: Sequence[Mapping[str, Any]],
    parquet: Path,
    dialect: dict[str, Any],
) -> list[dict[str, Any]]:
    """Mark the cells of a preview, and add rows with problems from further down.

    Parameters
    ----------
    preview : sequence of Mapping
        The first rows: ``line`` and ``cells``.
    columns : sequence of Mapping
        The columns' profiles.
    parquet : Path
        The table.
    dialect : dict
        How the file was read.

    Returns
    -------
    list of dict
        The preview's rows, with ``marks`` (what is odd, by the column's position as text) where
        there are any; then up to 50 other rows with marks, 10 of a wide table, with ``problem``
        set.
    """
    cells = TableCells(parquet, dialect, missing_markers({"dialect": dialect}))
    rows = [dict(row) for row in preview]
    tests = {
        n: test for n, facts in enumerate(columns) if (test := _test_of(facts, cells)) is not None
    }
    searched = [n for n in tests if not columns[n].get("ambiguous")][:COLUMNS_AT_MOST]
    more: set[int] = set()
    n_more = max(LEAST_MORE, min(MORE_ROWS, MORE_CELLS // max(len(columns), 1)))
    for n in searched:
        most = -(-n_more // min(len(searched), n_more))
        more.update(_odd_rows(cells, n + 1, tests[n], len(rows), most))
    found = _read_rows(cells.plain, sorted(more)[:n_more])
    rows += [{"line": line, "cells": row, "problem": True} for line, row in found]
    marks: list[dict[str, str]] = [{} for _ in rows]
    for test in dict.fromkeys(tests.values()):
        columns_of = [n for n, of_column in tests.items() if of_column == test]
        for n, row, words in _odd_cells(rows, columns_of, test, cells.missing):
            marks[row][str(n)] = words
    return [
        {**row, "marks": found} if found else row for row, found in zip(rows, marks, strict=True)
    ]


def _test_of(facts: Mapping[str, Any], cells: TableCells) -> Test | None:
    """Return what tells a column's odd cells; None where it has none."""
    question, kind = facts.get("question"), facts["kind"]
    if question and question["about"] == "date" and kind != "date":
        return "" if facts.get("ambiguous") else str(question["formats"][0])
    if kind == "date" and facts.get("unreadable"):
        return str(facts["format"])
    if kind == "number" and facts.get("unreadable") and not question:
        return how_written(dict(facts))
    if question and question["about"] == "number":
        return cells.decimal, "", False
    return None


def _are_odd(cells: pa.Array, test: Test) -> np.ndarray:
    if isinstance(test, tuple):
        return np.asarray(np.isnan(parse_numbers(cells, test)))
    return np.asarray(np.isnan(days_of(cells, test))) if test else np.ones(len(cells), bool)


def _read_rows(file: pq.ParquetFile, rows: Sequence[int]) -> list[tuple[int, list[str | None]]]:
    """Read rows, numbered from 0 and rising, each with the line in which it starts."""
    found: list[tuple[int, list[str | None]]] = []
    start = 0
    for group in range(file.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        inside = [row - start for row in rows if start <= row < start + size]
        if inside:
            found += [(row[0], row[1:]) for row in _take_rows(file, group, inside)]
        start += size
    return found


def _take_rows(file: pq.ParquetFile, group: int, rows: Sequence[int]) -> list[list[Any]]:
    """Return rows of a group, reading some columns at a time: of a wide one all would be much."""
    found: list[list[Any]] = [[] for _ in rows]
    every = range(file.metadata.num_columns)
    for start in every[::COLUMNS_AT_ONCE]:
        part = file.reader.read_row_group(
            group, column_indices=list(every[start : start + COLUMNS_AT_ONCE])
        )
        cells = [column.to_pylist() for column in part.take(pa.array(rows)).columns]
        for row, more in zip(found, zip(*cells, strict=True), strict=True):
            row += more
    return found


def _odd_rows(cells: TableCells, position: int, test: Test, after: int, most: int) -> list[int]:
    """Return the first rows, from 0, whose cell is odd and that the preview does not show."""
    found: list[int] = []
    start = 0
    for raw in cells.raw_pieces(position):
        kept, where = present(as_text(raw), cells.missing)
        rows = np.flatnonzero(_are_odd(kept, test))
        rows = rows if where is None else np.flatnonzero(where)[rows]
        rows = rows[rows + start >= after][: most - len(found)] + start
        found += rows.tolist()
        start += len(raw)
        if len(found) >= most:
            break
    return found


def _odd_cells(
    rows: Sequence[Mapping[str, Any]],
    positions: Sequence[int],
    test: Test,
    missing: Collection[str],
) -> Iterator[tuple[int, int, str]]:
    """Yield the odd cells of columns that have the same test: column, row, and why it is odd.

    All at once: an array for each of some thousand columns would take minutes.
    """
    cells = pa.array([row["cells"][n] for n in positions for row in rows], pa.string())
    kept, where = present(cells, missing)
    odd = _are_odd(kept, test)
    places = np.flatnonzero(odd if where is None else where)
    places = places if where is None else places[odd]
    for place, words in zip(places.tolist(), _reasons(kept.filter(pa.array(odd))), strict=True):
        yield positions[place // len(rows)], place % len(rows), words


def _reasons(cells: pa.Array) -> list[str]:
    reasons = np.full(len(cells), "Is text", object)
    for pattern, words in reversed(REASONS):
        reasons[match(cells, pattern)] = words
    return [str(words) for words in reasons]
