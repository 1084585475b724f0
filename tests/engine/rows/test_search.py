"""A search ends in time, reads little, and says how far it came."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.engine.rows import cells as row_cells
from tasks.engine.rows.cells import OpenTable, fetch_rows
from tasks.engine.rows.conditions import make_condition
from tasks.engine.rows.search import ORDERED_AT_MOST, Order, RowQuery, find_rows
from tasks.engine.rows.stream import stream_rows
from tasks.engine.rows.values import CellType, cell_type, comparable
from tasks.engine.table.cell_text import MISSING
from tasks.engine.table.coercion import missing_markers
from tasks.engine.table.tables import LINE

TEXT = CellType()
NUMBER = CellType(kind="number")


class Clock:
    """A clock that goes on by a second whenever it is looked at."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


@pytest.fixture
def table(tmp_path: Path) -> OpenTable:
    path = tmp_path / "table.parquet"
    cells = [pa.array([str((n * 7) % 100) for n in range(100)]), pa.array(["x"] * 100)]
    lines = pa.array(range(2, 102), pa.int64())
    pq.write_table(pa.table([lines, *cells], names=[LINE, "a.b", "c"]), path, row_group_size=10)
    return OpenTable(path)


def test_a_search_ends_after_its_time_and_says_how_far_it_came(table: OpenTable) -> None:
    query = RowQuery((make_condition("c", "eq", "x", TEXT),))
    found = find_rows(table, query, offset=0, limit=60, budget_s=3, clock=Clock())
    assert (found.searched, found.total, found.matched, found.is_all) == (30, 100, 30, False)
    assert found.positions == list(range(30))
    ordered = RowQuery(order=Order("a.b", NUMBER))
    found = find_rows(table, ordered, offset=0, limit=3, budget_s=2, clock=Clock())
    assert (found.searched, found.is_all) == (20, False)
    assert found.positions == [0, 15, 1]


def test_matches_are_counted_for_a_moment_after_the_page_is_full(table: OpenTable) -> None:
    query = RowQuery((make_condition("c", "eq", "x", TEXT),))
    found = find_rows(table, query, offset=0, limit=5, budget_s=60, clock=Clock())
    assert found.positions == [0, 1, 2, 3, 4]
    assert found.searched == 10
    found = find_rows(table, query, offset=0, limit=5, budget_s=60, clock=lambda: 0.0)
    assert found.matched == 100


def test_only_the_groups_that_hold_the_rows_are_read(
    table: OpenTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    batches = OpenTable.batches

    def noted(self: OpenTable, names: list[str], groups: list[int], **more: int):  # type: ignore[no-untyped-def]
        read.extend(groups)
        return batches(self, names, groups, **more)

    monkeypatch.setattr(OpenTable, "batches", noted)
    lines, cells = fetch_rows(table, [95, 12, 13], ["c", "a.b"])
    assert read == [1, 9]
    assert lines == [97, 14, 15]
    assert cells == [["x", "65"], ["x", "84"], ["x", "91"]]


def test_identifiers_that_are_whole_numbers_are_in_the_order_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    ids = pa.array(["10", "9", "100", None, "7"])
    pq.write_table(pa.table([pa.array(range(5)), ids], names=[LINE, "id"]), path)
    order = Order("id", CellType(kind="identifier"))
    found = find_rows(OpenTable(path), RowQuery(order=order), offset=0, limit=9, budget_s=9)
    assert found.positions == [4, 1, 0, 2, 3]


def test_an_order_is_followed_to_a_depth(table: OpenTable) -> None:
    order = Order("a.b", NUMBER)
    found = find_rows(table, RowQuery(order=order), offset=ORDERED_AT_MOST, limit=10, budget_s=9)
    assert found.positions == []
    assert found.matched == 100


def test_a_download_in_an_order_goes_window_by_window(
    table: OpenTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.engine.rows.stream.WINDOW_CELLS", 7)
    monkeypatch.setattr("tasks.engine.rows.stream.ORDER_ROWS", 11)
    query = RowQuery(order=Order("a.b", NUMBER, descending=True))
    pieces = list(stream_rows(table, query, ["a.b"]))
    assert max(map(len, pieces)) == 7
    assert [row[0] for piece in pieces for row in piece] == [str(n) for n in range(99, -1, -1)]


def test_a_download_in_an_order_looks_at_the_rows_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not once for each piece, of which a long table has hundreds."""
    monkeypatch.setattr("tasks.engine.rows.stream.WINDOW_CELLS", 14)
    path, n_rows = tmp_path / "table.parquet", 300
    keys = [None if n % 50 == 7 else str(n * 37 % n_rows) for n in range(n_rows)]
    cells = [None if n % 3 else f"{n}" for n in range(n_rows)]
    columns = [pa.array(range(n_rows)), pa.array(keys), pa.array(cells)]
    pq.write_table(pa.table(columns, names=[LINE, "k", "place"]), path, row_group_size=40)
    looks, batches = [], OpenTable.batches

    def counted(self: OpenTable, names: Sequence[str], *more: Any, **options: Any) -> Any:
        looks.append((tuple(names), more))
        return batches(self, names, *more, **options)

    monkeypatch.setattr(OpenTable, "batches", counted)
    query = RowQuery(order=Order("k", NUMBER))
    pieces = list(stream_rows(OpenTable(path), query, ["k", "place"]))
    assert max(map(len, pieces)) == 7
    known = sorted((int(k), n) for n, k in enumerate(keys) if k is not None)
    in_order = [n for _, n in known] + [n for n, k in enumerate(keys) if k is None]
    assert [row for piece in pieces for row in piece] == [[keys[n], cells[n]] for n in in_order]
    assert looks.count((("k", "place"), ())) == 1


def test_cells_with_much_text_are_read_a_few_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    texts = pa.array([f"{n}" + "xyz" * 100_000 for n in range(300)])
    pq.write_table(pa.table([pa.array(range(300)), texts], names=[LINE, "t"]), path,
                   use_dictionary=False)  # fmt: skip
    table = OpenTable(path)
    sizes = [len(batch) for _, batch in table.batches(["t"])]
    assert sum(sizes) == 300
    assert max(sizes) * 300_000 <= row_cells.BATCH_BYTES
    lines, cells = fetch_rows(table, [299], ["t"], cut=10)
    assert cells == [["299" + "xyzxyzxy"]]
    assert lines == [299]


@pytest.mark.parametrize(
    ("cell", "given", "value"),
    [
        ("1.234,5", {"decimal": ",", "thousands": "."}, 1234.5),
        ("$1,050,000", {"thousands": ",", "symbols": True}, 1_050_000),
        ("61 %", {"symbols": True}, 61),
        ("(12.5)", {"symbols": True}, -12.5),
        ("- €3", {"symbols": True}, -3),
        ("12,34,567.5", {"thousands": ","}, 1_234_567.5),
        ("1'000", {"thousands": "'"}, 1000),
    ],
)
def test_numbers_are_read_as_the_column_writes_them(
    cell: str, given: dict[str, object], value: float
) -> None:
    read_as = cell_type({"kind": "number", **given}, None)
    assert make_condition("x", "eq", cell, read_as).value == value
    assert make_condition("x", "eq", str(value), read_as).value == value


FORMATS = (
    "%Y-%m", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d/%m/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p", "%d-%m-%Y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d-%b-%y",
    "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%m/%Y",
)  # fmt: skip


@pytest.mark.parametrize("date_format", FORMATS)
def test_dates_are_read_in_every_format_that_a_column_may_have(date_format: str) -> None:
    read_as = CellType(kind="date", date_format=date_format)
    moments = pd.date_range("1970-01-01", "2068-12-31", periods=500)
    texts = [moment.strftime(date_format) for moment in moments]
    expected = pd.to_datetime(pd.Series(texts), format=date_format).astype("datetime64[us]")
    found = comparable(pa.array(texts), read_as)
    assert found.to_pylist() == expected.astype("int64").tolist()


def test_what_is_missing_is_the_same_as_in_training() -> None:
    assert set(MISSING) == missing_markers({})
    assert cell_type({"kind": "text"}, {"missing": ["", "-9"]}).missing == ("", "-9")
