"""Rows by value and in an order, compared with what pandas says of the same cells."""

import re
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.engine.rows.cells import OpenTable, fetch_rows
from tasks.engine.rows.conditions import make_condition
from tasks.engine.rows.search import Order, RowQuery, find_rows
from tasks.engine.rows.stream import stream_rows
from tasks.engine.rows.values import CellType
from tasks.engine.table.cell_text import MISSING
from tasks.engine.table.tables import LINE
from tests.sampling import examples

NUMBER = CellType(kind="number")
TEXT = CellType(kind="text")
DAY = CellType(kind="date", date_format="%d/%m/%Y")
ISO = CellType(kind="date", date_format="ISO8601")
FOLDER = tempfile.TemporaryDirectory()  # goes with this process
TYPES = {"number.x": NUMBER, "text": TEXT, "day": DAY, "iso": ISO}

missing = st.sampled_from([*MISSING, " NA ", "\t"])
numbers = st.one_of(
    st.integers(-50, 50).map(str),
    st.floats(-1e6, 1e6).map(repr),
    st.sampled_from(["+3", "1e3", "-.5", "7.", " 12 ", "abc", "inf", "1_000", "0x1A", "1e999"]),
    missing,
)
words = st.sampled_from(["Oslo", " oslo", "Ödön", "=cmd()"])
texts = st.one_of(st.text(max_size=6), words, missing)
days = st.one_of(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(lambda day: f"{day:%d/%m/%Y}"),
    st.sampled_from(["31/12/1999", "32/01/2000", "soon"]),
    missing,
)
moments = st.one_of(
    st.datetimes().filter(lambda at: 1900 < at.year < 2100).map(lambda at: at.isoformat()),
    st.sampled_from(["2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+02:00", "soon"]),
    missing,
)
cells = st.tuples(st.one_of(st.none(), numbers), texts, days, moments)
tables = st.lists(cells, min_size=1, max_size=60)


def write(rows: list[tuple[Any, ...]], group: int) -> Path:
    path = Path(FOLDER.name) / "table.parquet"
    columns = list(zip(*rows, strict=True))
    arrays = [pa.array([n * 2 + 2 for n in range(len(rows))], pa.int64())]
    arrays += [pa.array(column, pa.string()) for column in columns]
    pq.write_table(pa.table(arrays, names=[LINE, *TYPES]), path, row_group_size=group)
    return path


def clean(cell: Any) -> str | None:
    stripped = cell.strip() if isinstance(cell, str) else ""
    return None if stripped in MISSING else stripped


def number(cell: str | None) -> float:
    plain = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", cell or "", re.ASCII)
    value = float(str(cell)) if plain else np.nan
    return value if abs(value) < np.inf else np.nan


def keys(name: str, column: tuple[Any, ...]) -> "pd.Series[Any]":
    """What the oracle compares."""
    series = pd.Series([clean(cell) for cell in column], dtype=object)
    if name == "number.x":
        return series.map(number).astype(float)
    if name == "day":
        return pd.to_datetime(series, format="%d/%m/%Y", errors="coerce")
    if name == "iso":
        return pd.to_datetime(series, format="ISO8601", errors="coerce", utc=True)
    return series


@settings(max_examples=examples(150), deadline=None)
@given(tables, st.sampled_from(list(TYPES)), st.booleans(), st.integers(1, 20), st.data())
def test_order_is_that_of_pandas(
    rows: list[tuple[Any, ...]], name: str, descending: bool, group: int, data: st.DataObject
) -> None:
    table = OpenTable(write(rows, group))
    column = list(zip(*rows, strict=True))[list(TYPES).index(name)]
    expected = list(
        keys(name, column)
        .sort_values(ascending=not descending, kind="stable", na_position="last")
        .index
    )
    query = RowQuery(order=Order(name, TYPES[name], descending))
    offset = data.draw(st.integers(0, len(rows)))
    limit = data.draw(st.integers(1, 10))
    found = find_rows(table, query, offset=offset, limit=limit, budget_s=60)
    assert found.positions == expected[offset : offset + limit]
    assert found.is_all
    assert found.matched == len(rows)
    streamed = [row for piece in stream_rows(table, query, list(TYPES)) for row in piece]
    assert [tuple(row) for row in streamed] == [rows[n] for n in expected]


def holds(name: str, operator: str, value: Any) -> Callable[[Any], bool]:
    tests = {
        "eq": lambda key: key == value, "ne": lambda key: key != value,
        "gt": lambda key: key > value, "ge": lambda key: key >= value,
        "lt": lambda key: key < value, "le": lambda key: key <= value,
    }  # fmt: skip
    return lambda key: not pd.isna(key) and bool(tests[operator](key))


@settings(max_examples=examples(150), deadline=None)
@given(
    tables,
    st.sampled_from(list(TYPES)),
    st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]),
    st.integers(1, 20),
    st.data(),
)
def test_comparisons_are_those_of_pandas(
    rows: list[tuple[Any, ...]], name: str, operator: str, group: int, data: st.DataObject
) -> None:
    column = list(zip(*rows, strict=True))[list(TYPES).index(name)]
    series = keys(name, column)
    fitting = [cell for cell, key in zip(column, series, strict=True) if not pd.isna(key)]
    if not fitting:
        return
    text = data.draw(st.sampled_from(fitting))
    value = keys(name, (text,)).iloc[0]
    expected = [n for n, key in enumerate(series) if holds(name, operator, value)(key)]
    table = OpenTable(write(rows, group))
    query = RowQuery((make_condition(name, operator, text, TYPES[name]),))
    found = find_rows(table, query, offset=0, limit=100, budget_s=60)
    assert found.positions == expected
    assert found.matched == len(expected)
    lines, cells = fetch_rows(table, found.positions, ["day", "number.x"])
    assert lines == [n * 2 + 2 for n in expected]
    assert cells == [[rows[n][2], rows[n][0]] for n in expected]


@settings(max_examples=examples(80), deadline=None)
@given(tables, st.sampled_from(list(TYPES)), st.booleans(), st.integers(1, 20))
def test_missing_is_what_training_takes_for_missing(
    rows: list[tuple[Any, ...]], name: str, wanted: bool, group: int
) -> None:
    column = list(zip(*rows, strict=True))[list(TYPES).index(name)]
    expected = [n for n, key in enumerate(keys(name, column)) if pd.isna(key) == wanted]
    query = RowQuery((make_condition(name, "missing", str(int(wanted)), TYPES[name]),))
    found = find_rows(OpenTable(write(rows, group)), query, offset=0, limit=100, budget_s=60)
    assert found.positions == expected


@settings(max_examples=examples(80), deadline=None)
@given(tables, st.integers(1, 20), st.data())
def test_a_condition_and_an_order_go_together(
    rows: list[tuple[Any, ...]], group: int, data: st.DataObject
) -> None:
    part = data.draw(st.sampled_from(["o", "0", "1", "NA"]))
    column = [clean(row[1]) for row in rows]
    matching = [n for n, cell in enumerate(column) if cell and part.lower() in cell.lower()]
    order = keys("number.x", tuple(row[0] for row in rows)).iloc[matching]
    expected = list(order.sort_values(kind="stable", na_position="last").index)
    query = RowQuery((make_condition("text", "contains", part, TEXT),), Order("number.x", NUMBER))
    found = find_rows(OpenTable(write(rows, group)), query, offset=0, limit=100, budget_s=60)
    assert found.positions == expected
    assert found.matched == len(expected)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=40), st.integers(1, 9))
def test_a_line_leads_to_the_row_that_holds_it(steps: list[int], group: int) -> None:
    starts = list(np.cumsum(steps))
    path = Path(FOLDER.name) / "table.parquet"
    table = pa.table([pa.array(starts, pa.int64()), pa.array(["x"] * len(starts))], [LINE, "x"])
    pq.write_table(table, path, row_group_size=group)
    table = OpenTable(path)
    for line in range(starts[-1] + 3):
        before = [n for n, start in enumerate(starts) if start <= line]
        assert table.find_line(line) == (before[-1] if before else None)
