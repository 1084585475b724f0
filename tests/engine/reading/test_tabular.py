"""The reader: what can be read is read right, what cannot is refused by name and line."""

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.engine.table.tables import LINE, load_columns, read_rows, write_csv
from tasks.engine.table.tabular import ReadLimits, ReadOptions, ReadResult, read_table
from tests.sampling import examples

SLOW: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}


def read(content: bytes, folder: Path, name: str = "t.csv", **kwargs: object) -> ReadResult:
    (folder / "source").write_bytes(content)
    return read_table(folder / "source", folder / "table", file_name=name, **kwargs)  # type: ignore[arg-type]


def codes(result: ReadResult) -> set[str]:
    return {problem.code for problem in result.problems}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encoding_and_separator_are_found(delimiter: str, encoding: str, tmp_path: Path) -> None:
    text = f"name{delimiter}preis\nJürgen{delimiter}3\nAnna{delimiter}4\n"
    result = read(text.encode(encoding), tmp_path)
    assert not result.refused
    assert result.dialect is not None
    assert result.dialect.delimiter == delimiter
    assert result.preview[0]["cells"] == ["Jürgen", "3"]
    assert ("ENCODING_ASSUMED" in codes(result)) == (encoding == "cp1252")


@pytest.mark.parametrize("n_blank", [65_536, 300_000])
def test_a_table_below_very_many_blank_lines_is_read(n_blank: int, tmp_path: Path) -> None:
    result = read(b"\n" * n_blank + b"a,b\n1,2\n3,4\n", tmp_path)
    assert (result.column_names, result.n_rows) == (["a", "b"], 2)
    result = read(b"\n" * n_blank, tmp_path)
    assert codes(result) == {"FILE_EMPTY"}


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "FILE_EMPTY", "t.csv is empty"),
        (b"\n\n", "FILE_EMPTY", "t.csv is empty"),
        (b"PK\x03\x04....xl/workbook.xml", "FILE_XLSX", "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50, "FILE_XLSX", "Excel workbook"),
        (b"%PDF-1.7 \x00", "FILE_BINARY", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "FILE_BINARY", "a picture"),
        (b"a,b\n1,\x002\n" + b"\0\n" * 20, "FILE_BINARY", "not a text file"),
        (b"<!DOCTYPE html><html>", "FILE_HTML", "web page"),
        (b"a,b\n1,2\n1,2,3\n4\n", "CSV_RAGGED", "First: line 3 has 3, line 1 has 2"),
        (b"a,b\n", "CSV_NO_ROWS", "a header but no rows"),
        (b'a,b,c\n1,2,3\n"3,4\n5,6\n', "CSV_QUOTES", "line 3 is never closed"),
        (b"a,b\nx\x81,\xff\xfe\n", "CSV_ENCODING", "first in line 2"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    content: bytes, code: str, words: str, tmp_path: Path
) -> None:
    result = read(content, tmp_path)
    assert result.refused
    problem = next(p for p in result.problems if p.severity == "error")
    assert problem.code == code
    assert words in problem.message
    assert not (tmp_path / "table").exists()


def test_line_numbers_are_those_of_the_file_even_with_quoted_newlines(tmp_path: Path) -> None:
    content = b'a,b\r\n"one\r\ntwo",1\r\nx,2\r\n\r\ny,3\r\n'
    read(content, tmp_path)
    columns, rows, lines = read_rows(tmp_path / "table", 0, 10)
    assert columns == ["a", "b"]
    assert lines == [2, 4, 6]
    assert rows[0] == ["one\r\ntwo", "1"]


def test_ragged_lines_are_skipped_or_padded_when_asked(tmp_path: Path) -> None:
    content = b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n"
    skipped = read(content, tmp_path, options=ReadOptions(bad_lines="skip"))
    assert (skipped.n_rows, skipped.refused) == (1, False)
    padded = read(content, tmp_path, options=ReadOptions(bad_lines="pad"))
    assert (padded.n_rows, padded.refused) == (2, False)
    assert padded.preview[1] == {"line": 3, "cells": ["4", "5", None]}
    assert "2 lines have a different number of cells" in padded.problems[0].message


def test_header_is_told_from_values(tmp_path: Path) -> None:
    named = read(b"age,city\n31,Oslo\n44,Rome\n", tmp_path)
    unnamed = read(b"31,Oslo\n44,Rome\n", tmp_path)
    years = read(b"country,1990,1991\nNorway,1,2\nItaly,3,4\n", tmp_path)
    forced = read(b"31,Oslo\n44,Rome\n", tmp_path, options=ReadOptions(header=True))
    assert named.column_names == ["age", "city"]
    assert unnamed.column_names == ["column_1", "column_2"]
    assert "HEADER_ABSENT" in codes(unnamed)
    assert years.column_names == ["country", "1990", "1991"]
    assert forced.column_names == ["31", "Oslo"]


def test_decimal_comma_is_found_where_it_is_one(tmp_path: Path) -> None:
    german = read(b"a;b\n1,5;x\n2,25;y\n", tmp_path)
    thousands = read(b'a,b\n"1,500",x\n"2,250",y\n', tmp_path)
    assert german.dialect is not None
    assert german.dialect.decimal == ","
    assert thousands.dialect is not None
    assert thousands.dialect.decimal == "."


def test_gzip_is_read_and_its_size_limited(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 1000)
    assert read(packed, tmp_path).n_rows == 1000
    limited = read(packed, tmp_path, limits=ReadLimits(max_unpacked_bytes=100))
    assert codes(limited) == {"FILE_TOO_BIG"}


def test_too_many_rows_or_columns_are_refused(tmp_path: Path) -> None:
    wide = read(b",".join(b"c%d" % n for n in range(20)) + b"\n", tmp_path,
                limits=ReadLimits(max_columns=10))  # fmt: skip
    assert codes(wide) == {"CSV_TOO_WIDE"}
    long = read(b"a,b\n" + b"1,2\n" * 100, tmp_path, limits=ReadLimits(max_rows=50))
    assert codes(long) == {"CSV_TOO_LONG"}


def test_names_with_dots_are_no_nested_columns(tmp_path: Path) -> None:
    read(b"a.b,a,c\n1,2,3\n4,5,6\n", tmp_path)
    columns = load_columns(tmp_path / "table", ["a"])
    assert set(columns) == {LINE, "a"}
    assert list(columns["a"]) == ["2", "5"]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@settings(
    deadline=None,
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=12))
def test_table_comes_back_as_it_was_written(rows: list[tuple[str, ...]], tmp_path: Path) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([("a", "b", "c"), *rows])
    options = ReadOptions(delimiter=",", header=True, encoding="utf-8")
    result = read(buffer.getvalue().encode(), tmp_path, options=options)
    assert not result.refused
    out = io.BytesIO()
    write_csv(tmp_path / "table", out)
    back = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
    assert back == [["a", "b", "c"], *[list(row) for row in rows]]


@settings(
    deadline=None,
    max_examples=examples(150),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_never_an_error(content: bytes, tmp_path: Path) -> None:
    result = read(content, tmp_path)
    assert result.refused or result.n_rows > 0
    for problem in result.problems:
        assert problem.message
