"""Files that are no tables, each refused with the words of the interface."""

import csv
import gzip
import io
import zipfile
import zlib
from pathlib import Path

import pytest

from tasks.engine.reader import rejects
from tasks.engine.reader.reading import ReadLimits
from tasks.engine.table import tables
from tasks.engine.table.tabular import read_table
from tests.engine.reading.conftest import Reader

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1"


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "a,b\n1,2\n")
    return buffer.getvalue()


WORKBOOK_WORDS = (
    'f is an Excel workbook. In Excel choose File, Save As, "CSV UTF-8 (Comma delimited)", '
    "then upload that file"
)
WORKBOOK = ("FILE_XLSX", WORKBOOK_WORDS)
WEB_PAGE = (
    "FILE_HTML",
    "f looks like a web page, not a CSV. The download link may have needed a sign-in",
)
A_PDF = (
    "FILE_BINARY",
    "f is a PDF, not a text file. Save its table as CSV, then upload that file",
)
A_PICTURE = ("FILE_BINARY", "f is a picture, not a text file. Upload the table itself as CSV")
NO_TEXT = ("FILE_BINARY", "f is not a text file")
FULL_OF_CONTROLS = (
    "FILE_BINARY",
    "f is not a text file: it is full of control characters such as U+0001",
)
EMPTY = ("FILE_EMPTY", "f is empty")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EMPTY),
        (b"\xef\xbb\xbf", EMPTY),
        (b"\r\n \t\n", EMPTY),
        (gzip.compress(b"", mtime=0), EMPTY),
        (gzip.compress(b"\n\n", mtime=0), EMPTY),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), WORKBOOK),
        (gzip.compress(zipped("[Content_Types].xml", "xl/workbook.xml"), mtime=0), WORKBOOK),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), WORKBOOK),
        (b"<!DOCTYPE html><html><body>Sign in</body>", WEB_PAGE),
        (b"\xef\xbb\xbf\n <HTML lang=en>", WEB_PAGE),
        (b"%PDF-1.7\n1 0 obj", A_PDF),
        (PNG, A_PICTURE),
        (b"a,b\n1," + b"\0" * 30 + b"\n", NO_TEXT),
        (b"\x01\x02\x03\x04,\x05\x06\n" * 20, FULL_OF_CONTROLS),
        (b"a,b\n", ("CSV_NO_ROWS", "f has a header but no rows")),
    ],
)  # fmt: skip
def test_file_is_refused_as_what_it_is(
    reader: Reader, content: bytes, refusal: tuple[str, str]
) -> None:
    code, message, _line = reader.refusal(content, name="f")
    assert (code, message) == refusal


@pytest.mark.parametrize("n_before", [1, 50_000])
def test_a_few_zero_bytes_are_left_out_and_told(reader: Reader, n_before: int) -> None:
    content = b"a,b\n" + b"1,2\n" * n_before + b"1,\x00x\x00\n3,4\n\x005,6\n" + b"\0" * 512
    result = reader.read(content)
    first = n_before + 2
    assert [(p.code, p.line, p.count) for p in result.problems] == [("ZERO_BYTES", first, 515)]
    assert tables.read_rows(reader.table, n_before, 9)[1:] == (
        [["1", "x"], ["3", "4"], ["5", "6"]], [first, first + 1, first + 2],
    )  # fmt: skip


def test_the_lines_with_zero_bytes_are_among_the_rejects(tmp_path: Path) -> None:
    source, listed = tmp_path / "source", tmp_path / "rejects.csv"
    source.write_bytes(b"a,b\n1,2\n3,\x004\n5,6\n")
    read_table(source, tmp_path / "table", file_name="f", rejects=listed)
    assert listed.read_text().splitlines()[1:] == ['3,"it has a zero byte, left out","3,�4"']


def test_a_list_of_rejects_that_ends_early_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejects, "MAX_LINES", 3)
    monkeypatch.setattr(rejects, "SHOWN_CHARS", 5)
    source, listed = tmp_path / "source", tmp_path / "rejects.csv"
    source.write_text("a,b\n" + "".join(f'{n},5"\n' for n in range(1, 3)) + '34567,5"\n' * 2)
    result = read_table(source, tmp_path / "table", file_name="f", rejects=listed)
    assert [(p.code, p.count) for p in result.problems] == [
        ("STRAY_QUOTES", 4),
        ("REJECTS_CUT", 4),
    ]
    reason = "a cell that is not quoted has a quote in it"
    assert list(csv.reader(listed.read_text().splitlines()))[1:] == [
        ["2", reason, '1,5"'], ["3", reason, '2,5"'],
        ["4", f"{reason} (the first 5 of 8 characters)", "34567"],
    ]  # fmt: skip
    few = read_table(source, tmp_path / "table", file_name="f")
    assert [p.code for p in few.problems] == ["STRAY_QUOTES"]


@pytest.mark.parametrize("options", [{}, {"encoding": "utf-8"}])
@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a,b\n" + b"1,2\n" * 50_000 + b"1,\0\n" * 10_001, 50_002),
        (b"a,b\n" + b"1,\0\n" * 50, None),
        (b"\0" * 999, None),
    ],
)
def test_many_zero_bytes_are_no_text(
    reader: Reader, content: bytes, line: int | None, options: dict[str, str]
) -> None:
    code, message, found = reader.refusal(content, **options)
    assert (code, found) == ("FILE_BINARY", line)
    assert "not a text file" in message


def test_name_of_the_line_column_is_reserved(reader: Reader) -> None:
    assert reader.refusal("__line__,b\n1,2\n")[0] == "CSV_HEADER_RESERVED"


def test_gzip_is_read_like_what_it_holds(reader: Reader) -> None:
    packed = gzip.compress(b"a,b\n1,2\n", mtime=0) + gzip.compress(b"3,4\n", mtime=0)
    assert reader.rows(packed) == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("cut", [11, 15, 40, -9, -4])
def test_cut_gzip_is_refused(reader: Reader, cut: int) -> None:
    packed = gzip.compress("".join(f"{i},{i * 7919 % 1000}\n" for i in range(500)).encode())
    code, message, _line = reader.refusal(packed[:cut])
    assert code == "FILE_BINARY"
    assert "damaged gzip" in message


def test_gzip_with_damage_inside_is_refused(reader: Reader) -> None:
    packed = bytearray(gzip.compress(b"a,b\n" + b"1,2\n" * 1000))
    packed[12:20] = b"\xff" * 8
    with pytest.raises(zlib.error):
        gzip.decompress(bytes(packed))
    assert reader.refusal(bytes(packed))[0] == "FILE_BINARY"


def test_gzip_bomb_is_stopped_at_the_limit(reader: Reader) -> None:
    bomb = gzip.compress(b"a,b\n" + b"0,0\n" * 2_000_000)
    limits = ReadLimits(max_unpacked_bytes=1_000_000)
    code, message, _line = reader.refusal(bomb, limits=limits)
    assert code == "FILE_TOO_BIG"
    assert "1,000,000 bytes" in message


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        ("a,b\n1,2\n3,4\n5,6\n", ReadLimits(max_rows=2), "CSV_TOO_LONG"),
        ("a,b,c\n1,2,3\n", ReadLimits(max_columns=2), "CSV_TOO_WIDE"),
        ("a,b\n1," + "x" * 200 + "\n", ReadLimits(max_cell_chars=100), "CSV_CELL_LONG"),
        ("a,b\n" + "1," * 100 + "\n", ReadLimits(max_line_chars=50), "CSV_LINE_LONG"),
    ],
)
def test_limits_are_kept(reader: Reader, content: str, limits: ReadLimits, code: str) -> None:
    assert reader.refusal(content, limits=limits)[0] == code


def test_refused_file_still_shows_how_it_was_read(reader: Reader) -> None:
    result = reader.read("a;b\n1;2\n3;4;5\n")
    assert result.refused
    assert result.dialect
    assert result.dialect.delimiter == ";"
    assert result.column_names == ["a", "b"]
    assert result.preview == [{"line": 2, "cells": ["1", "2"]}]


@pytest.mark.parametrize(
    "start",
    ["<table><tr>", "<!-- made -->\n<html>", "<meta charset=x>", "\ufeff \n<TABLE border=1>",
     "<!--[if IE]><p>", "<script>\nvar x = 1, y = 2;", "<h1>Sorry, no</h1>", "<tr><td>1</td></tr>",
     '<meta http-equiv="refresh" content="0; url=x">'],
)  # fmt: skip
def test_tables_of_the_web_are_named(reader: Reader, start: str) -> None:
    code, message, _ = reader.refusal(f"{start}\n<td>1</td>\n<td>2</td>\n")
    assert (code, "a web page" in message) == ("FILE_HTML", True)


@pytest.mark.parametrize(
    "name", ["<b>", "<div>name</div>", '"<p>a, b</p>"', "<table>", "<title_de>"]
)
def test_a_first_cell_may_be_markup(reader: Reader, name: str) -> None:
    assert reader.rows(f"{name},n\n<i>x</i>,1\n<b>y</b>,2\n") == [
        ["<i>x</i>", "1"],
        ["<b>y</b>", "2"],
    ]


def test_many_comments_before_no_page_take_no_time(reader: Reader) -> None:
    assert reader.read("<!-- -->" * 3_000 + "x,y\n1,2\n").n_rows == 1
