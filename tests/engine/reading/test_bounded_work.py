"""Files that are small and would take long, or much memory, if each way were tried."""

import io
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tasks.engine.reader import other_tables, reading, short_rows
from tasks.engine.reader.blocks import Block, take_block
from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.encodings import find_encoding
from tasks.engine.reader.mending import drop_empty, mend_quotes
from tasks.engine.reader.names import name_columns
from tasks.engine.reader.short_rows import Column, _begin_with
from tasks.engine.reader.text_source import TextSource
from tasks.engine.table.cell_text import number_of
from tasks.engine.table.tables import load_columns
from tests.engine.reading.conftest import Reader

PATIENCE_S = 14  # each took longer, or did not end; a contended core counts more


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < PATIENCE_S


def test_one_bad_row_of_a_wide_quoted_table(reader: Reader) -> None:
    names = ",".join(f'"n{n}"' for n in range(1_600))
    row = ",".join(f'"v{n}"' for n in range(1_600))
    bad = row.replace('"v1599"', '"v"15"99"')
    result = reader.read("\n".join([names, *[row] * 20, bad, row]) + "\n")
    assert (result.n_rows, result.refused) == (22, False)
    assert {problem.code for problem in result.problems} >= {"QUOTES_REPAIRED"}


def test_quotes_are_mended_as_deep_as_a_line_is_wide() -> None:
    cells = mend_quotes(",".join(['"a"b"'] * 900), Dialect(delimiter=","), 900)
    assert cells == ['a"b'] * 900
    assert mend_quotes(",".join(['"a"b"'] * 30), Dialect(delimiter=","), 31) is None


def test_half_empty_rows_with_a_comma_too_many(reader: Reader) -> None:
    width = 4_000
    names = ",".join(f"n{n}" for n in range(width))
    row = ",".join("5" if n % 2 else "" for n in range(width))
    result = reader.read("\n".join([names, *[row] * 20, *[row + ","] * 5]) + "\n")
    assert (result.n_rows, result.refused) == (25, False)
    assert [p.code for p in result.problems if p.line] == ["EXTRA_EMPTY"]


def test_the_cell_goes_that_suits_the_columns_best() -> None:
    typed = [False, True, False, True]
    assert drop_empty(["a", "", "1", "b", "2"], 4, typed) == ["a", "1", "b", "2"]
    assert drop_empty(["a", "1", "b", "2", ""], 4, typed) == ["a", "1", "b", "2"]
    assert drop_empty(["a", "1", "", "2", ""], 4, typed) == ["a", "1", "", "2"]
    assert drop_empty(["a", "1", "b", "2"], 4, typed) is None
    assert drop_empty(["a", "1", "b", "2", "3"], 4, typed) is None


def test_a_long_second_table(reader: Reader) -> None:
    text = "a,b,c,d\n" + "1,2,3,4\n" * 200 + "\na,b\n" + "5,6\n" * 150_000
    result = reader.read(text)
    second = [p for p in result.problems if p.code == "SECOND_TABLE"]
    assert [problem.count for problem in second] == [150_001]
    assert result.n_rows == 200


def test_json_lines_that_share_no_key(reader: Reader) -> None:
    text = "".join(f'{{"k{n}":{n}}}\n' for n in range(4_000))
    result = reader.read(text, name="many.jsonl")
    assert (result.n_rows, len(result.column_names)) == (4_000, 4_000)
    assert result.column_names == [f"k{n}" for n in range(4_000)]
    cells = load_columns(reader.table, ["k7"])["k7"]
    assert cells[6:9].tolist() == [None, "7", None]


def test_a_block_of_rows_of_another_width_is_given_back_at_the_first_of_them() -> None:
    source = TextSource(io.BytesIO(b"5,6\n" * 2_000_000), "utf-8", 1_000)
    started = time.process_time()
    assert take_block(source, Dialect(), 4, max_cell=1_000) is None
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("blank", "n"),
    [("\n", 10_000_000), pytest.param(" \t\r\n", 3_000_000, marks=pytest.mark.long)],
)
def test_millions_of_blank_lines_above_a_table(reader: Reader, blank: str, n: int) -> None:
    result = reader.read(blank * n + "a,b\n1,2\n3,4\n")
    assert (result.column_names, result.n_rows) == (["a", "b"], 2)
    assert [(p.code, p.count) for p in result.problems] == [("BLANK_LINES", n)]
    assert [row["line"] for row in result.preview] == [n + 2, n + 3]


def test_millions_of_lines_with_a_quote_alone(reader: Reader) -> None:
    result = reader.read('"\n' * 2_000_000)
    told = [(p.code, p.count) for p in result.problems]
    assert (result.n_rows, told[-1]) == (1_000_000, ("QUOTED_ROWS", 1_000_000))


def test_a_quote_for_inches_in_each_row(reader: Reader) -> None:
    n = 1_000_000
    result = reader.read("a,b\n" + "".join(f'{row},5" wide\n' for row in range(n)))
    assert [(p.code, p.count, p.line) for p in result.problems] == [("STRAY_QUOTES", n, 2)]
    assert (result.n_rows, result.preview[0]["cells"]) == (n, ["0", '5" wide'])


def test_only_the_rows_around_a_fault_are_read_one_by_one(reader: Reader) -> None:
    rows = ["x" * 8 + ",12345678\n"] * 2_000_000
    rows[::400_000] = ['"x"y,1\n'] * 5
    result = reader.read("a,b\n" + "".join(rows))
    assert [(p.code, p.count, p.line) for p in result.problems] == [("QUOTES_REPAIRED", 5, 2)]
    assert result.n_rows == 2_000_000


def test_the_texts_of_a_column_are_looked_through_once_for_all_rows_to_part(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def begin_with(text: str, column: Column) -> list[int]:
        asked.append(text)
        return _begin_with(text, column)

    monkeypatch.setattr(short_rows, "_begin_with", begin_with)
    words = [
        "A hat",
        "x-1",
        "(no)",
        "of it",
        "a.b",
        "C",
        "so big",
        "is it?",
        "a/b",
        "D",
        "+a",
        "z",
    ]
    rows = "".join(f"{n},${n % 90}.50,{words[n % 12]} {'y' * (n % 9)}\n" for n in range(3_000))
    text = f"n,price,name\n{rows}" + "".join(f"{n},$1.50Hat\n" for n in range(2_000))
    assert reader.rows(text)[-1] == ["1999", "$1.50", "Hat"]
    assert len(asked) < 6_000


def test_thousands_of_digits(reader: Reader) -> None:
    digits = "9" * 5_000
    assert number_of(digits + "x") != number_of(digits + "x")
    result = reader.read("when,n\n" + f"{digits}-01-01,1\n" * 1_000)
    assert (result.n_rows, result.refused) == (1_000, False)


@pytest.mark.parametrize(("names", "row"), [("1" * 4_999, "1"), ("1", "1" * 4_999)])
def test_names_that_number_the_columns_with_thousands_of_digits(
    reader: Reader, names: str, row: str
) -> None:
    lines = [",".join(f"{cell}{n}" for n in range(4)) + ",x\n" for cell in (names, row)]
    assert not reader.read(lines[0] + lines[1] * 100).refused


def test_many_comments_before_no_web_page(reader: Reader) -> None:
    assert reader.read("<!-- -->" * 8_000 + "\n1\n2\n").dialect is not None


def test_very_many_columns_of_one_name() -> None:
    names, problems = name_columns(["x"] * 20_000)
    assert (names[-1], len(set(names))) == ("x_20000", 20_000)
    assert {problem.code for problem in problems} == {"NAME_REPEATED"}


@pytest.mark.parametrize(
    "cell", ["", *(pytest.param(cell, marks=pytest.mark.long) for cell in ("a", '"a"')), '""']
)
def test_an_endless_line_is_refused_by_its_width(reader: Reader, cell: str) -> None:
    result = reader.read(f"{cell}," * (16_000_000 // (len(cell) + 1)))
    assert [p.code for p in result.problems if p.severity == "error"] == ["CSV_TOO_WIDE"]
    assert "200,000 or more columns. The limit on this server is 20,000" in str(result.problems)


def test_a_cell_of_many_separators_is_one_cell(reader: Reader) -> None:
    text = f'a,b\n"{"x," * 300_000}",2\n"{"y," * 300_000}",3\n'
    result = reader.read(text)
    assert (result.column_names, result.n_rows, result.refused) == (["a", "b"], 2, False)


def test_plain_ascii_is_looked_through_once() -> None:
    read: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            read.append(len(found))
            return found

    text = b"name,cost\n" + b"plain,5\n" * 1_000_000
    assert find_encoding(Watched(text), None) == ("utf-8", [])
    assert sum(read) < 1.1 * len(text)


def test_line_ends_in_cells_are_counted_in_all_columns_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted: list[int] = []

    def count(cells: pa.Array, sign: str) -> pa.Array:
        counted.append(len(cells))
        return pc.count_substring(cells, sign)

    monkeypatch.setattr(other_tables, "pc", SimpleNamespace(count_substring=count))
    column = pa.array(["a", None, "b\nc\nd", "e"])
    lines = np.array([2, 4, 5, 2_006])  # below a blank line; below 2,000 ends in cells
    tables = other_tables.OtherTables()
    tables.look(lines, [column] * 1_000, np.zeros(4, bool))
    assert (tables.n_cells, tables.next_line) == (1, 2_007)
    assert counted == [3_000]


def test_a_wide_table_is_read_in_larger_blocks(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each block has its costs of each column: 20,000 columns took 2 s more in small ones."""
    sizes: list[int] = []

    def take(*given: Any, size: int, **more: Any) -> Block | None:
        sizes.append(size)
        return take_block(*given, size=size, **more)

    monkeypatch.setattr(reading, "take_block", take)
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100_000)
    text = ",".join(f"c{n}" for n in range(500)) + "\n" + (",".join(["1"] * 500) + "\n") * 700
    assert len(reader.rows(text)) == 700
    assert set(sizes) == {1024 * 500}
    sizes.clear()
    reader.rows("a,b\n" + "1,2\n" * 50)
    assert set(sizes) == {0}


def test_what_was_taken_of_a_text_is_not_held() -> None:
    n_bytes = 20_000_000
    source = TextSource(io.BytesIO(b"5,6\n" * (n_bytes // 4)), "utf-8", 1_000)
    assert len(source.held(n_bytes)) == n_bytes
    source.take(n_bytes - 400, n_bytes // 4 - 100)
    assert len(source.buffer) == 400
    assert source.next_line() == "5,6\n"
    assert (source.line, source.taken) == (n_bytes // 4 - 98, n_bytes - 396)
