"""JSON lines: objects in, a table of text out, nothing lost on the way."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.reader.reading import ReadLimits
from tasks.engine.table import tables
from tasks.engine.table.tabular import read_table
from tests.engine.reading.conftest import Reader, warnings_of


def test_columns_are_all_keys_in_the_order_they_come(reader: Reader) -> None:
    text = '{"b": 1, "a": "x"}\n{"a": null, "c": true}\n\n{"b": false}\n'
    assert reader.rows(text) == [["1", "x", None], [None, None, "true"], ["false", None, None]]
    result = reader.read(text)
    assert result.column_names == ["b", "a", "c"]
    assert result.preview[2] == {"line": 4, "cells": ["false", None, None]}
    assert warnings_of(result) == ["BLANK_LINES"]
    assert result.dialect
    assert result.dialect.format == "jsonl"
    assert tables.read_rows(reader.table, 0, 9)[2] == [1, 2, 4]


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("1.10", "1.10"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("9" * 5000, "9" * 5000),
        ("-0.0", "-0.0"),
        ("1e400", "1e400"),
        ("NaN", "NaN"),
        ('"\\u00e9 \\"q\\" \\n"', 'é "q" \n'),
        ('""', ""),
        ('{"a": [1.50, "é", null, {"b": 1e5}]}', '{"a":[1.50,"é",null,{"b":1e5}]}'),
        ("[]", "[]"),
    ],
)
def test_values_are_exact(reader: Reader, written: str, cell: str) -> None:
    text = f'{{"a": 1, "x": {written}}}\n' * 2
    assert reader.rows(text) == [["1", cell]] * 2


def test_one_line_is_a_table_where_its_name_says_so(reader: Reader) -> None:
    assert reader.read('{"a": 1, "b": 2}', name="f.jsonl").n_rows == 1
    assert reader.read(gzip.compress(b'{"a": 1}'), name="f.ndjson.gz").n_rows == 1
    assert reader.refusal('{"a": 1, "b": 2}', name="f.json")[0] == "FILE_JSON"


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        ('{"a": 1}\n\n[1]\n', "JSON_LINE", 3, "Line 3 is no object"),
        ('{"a": 1}\n{"a": 2}\n"x"\n', "JSON_LINE", 3, "Line 3 is no object"),
        ('{"a": 1}\n{"a": 2}\n{"a": \n', "JSON_LINE", 3, "Line 3 is no JSON"),
        ('{"a": 1, "b": 2}\n\n {"a": 1, "b": }\n', "JSON_LINE", 3, "Expecting value in column 15"),
        ('{"a": 1, "b": }\n{"a": 1, "b": 2}\n', "JSON_LINE", 1, "Expecting value in column 15"),
        ('{"a": 1}\n{"a": "\\ud800"}\n', "CELL_UNFIT", None, '"a" in line 2'),
        ('{"a": 1}\n{"a": "\\u0000"}\n', "CELL_UNFIT", None, '"a" in line 2'),
        ('{"a\\u0000": 1}\n{"a": 2}\n', "NAME_NO_TEXT", None, "column 1"),
        ("{}\n{}\n", "FILE_EMPTY", None, "no columns"),
    ],
)
def test_what_is_no_table_is_refused(
    reader: Reader, text: str, code: str, line: int | None, words: str
) -> None:
    found = reader.refusal(text, name="f")
    assert (found[0], words in found[1]) == (code, True), found
    assert line is None or found[2] == line


def test_second_line_may_be_longer_than_what_is_looked_at(reader: Reader) -> None:
    rows = reader.rows(f'{{"a": 1}}\n{{"a": "{"x" * 100_000}"}}\n{{"a": 2}}\n')
    assert [len(cell or "") for (cell,) in rows] == [1, 100_000, 1]


@pytest.mark.parametrize("text", ["{}\n{x}\n{y}\n", '{"a"},{"b"}\n{1},{2}\n', '{"a": 1}\nx\n'])
def test_braces_alone_make_no_json_lines(reader: Reader, text: str) -> None:
    dialect = reader.read(text).dialect
    assert dialect
    assert dialect.format == "csv"


def test_line_that_is_not_utf8_is_refused_with_its_number(reader: Reader) -> None:
    content = b'{"a": 1}\n{"a": 2}\n{"a": "\xe9"}\n'
    assert reader.refusal(content)[::2] == ("CSV_ENCODING", 3)


def test_key_that_comes_twice_is_told(reader: Reader) -> None:
    result = reader.read('{"a": 1, "b": 1}\n{"a": 1, "a": 2}\n')
    assert [(p.code, p.line) for p in result.problems] == [("KEY_REPEATED", 2)]


def test_deep_nesting_is_refused(reader: Reader) -> None:
    deep = '{"a":' * 50_000 + "1" + "}" * 50_000
    code, message, line = reader.refusal(f'{{"a": 1}}\n{{"a": 2}}\n{deep}\n')
    assert (code, line) == ("JSON_LINE", 3)
    assert "nested too deeply" in message


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (ReadLimits(max_rows=2), "CSV_TOO_LONG"),
        (ReadLimits(max_columns=2), "CSV_TOO_WIDE"),
        (ReadLimits(max_cell_chars=9), "CELL_UNFIT"),
        (ReadLimits(max_line_chars=20), "CSV_LINE_LONG"),
    ],
)
def test_limits_are_kept(reader: Reader, limits: ReadLimits, code: str) -> None:
    text = "".join(json.dumps({"a": "x" * 10, "b": n, "c": n}) + "\n" for n in range(3))
    assert reader.refusal(text, limits=limits)[0] == code


def test_a_table_in_which_nearly_nothing_would_stand_is_refused(reader: Reader) -> None:
    text = "".join(f'{{"k{n}":{n}}}\n' for n in range(6_000))
    code, message, _line = reader.refusal(text, name="f.jsonl")
    assert code == "JSON_SPARSE"
    assert "6,000 different keys in 6,000 lines, and a line has 1.0 of them" in message


def test_cells_stay_in_their_rows_where_few_have_a_key(reader: Reader) -> None:
    text = "".join(f'{{"a": {n}, "k{n % 3}": "x{n}"}}\n' for n in range(6))
    assert reader.rows(text)[:4] == [
        ["0", "x0", None, None], ["1", None, "x1", None],
        ["2", None, None, "x2"], ["3", "x3", None, None],
    ]  # fmt: skip


BROKEN = b'{"a": 1}\n{"a": 2}\n{"a": \n[1]\n{"a": "\xe9"}\n{"a": "\\u0000"}\n{"a": 3, "b": 4}\n'


def test_lines_that_are_no_objects_are_left_out_and_kept_with_the_reason(
    reader: Reader, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    reader.source.write_bytes(BROKEN)
    result = read_table(
        reader.source, reader.table, file_name="f.jsonl",
        options=ReadOptions(bad_lines="skip"), rejects=rejects,
    )  # fmt: skip
    assert not result.refused
    assert tables.read_rows(reader.table, 0, 9)[1:] == (
        [["1", None], ["2", None], ["3", "4"]], [1, 2, 7],
    )  # fmt: skip
    (problem,) = result.problems
    assert (problem.severity, problem.code, problem.line, problem.count) == (
        "warning", "JSON_LINE", 3, 4,
    )  # fmt: skip
    assert problem.message.startswith(
        "4 lines that cannot be read were left out. First: Line 3 is no JSON: "
    )
    found = list(csv.DictReader(rejects.read_text("utf-8").splitlines()))
    assert [(line["line"], line["text"]) for line in found] == [
        ("3", '{"a":'), ("4", "[1]"), ("5", '{"a": "\ufffd"}'), ("6", '{"a": "\\u0000"}'),
    ]  # fmt: skip
    assert "is not UTF-8" in found[2]["reason"]


def test_a_file_of_which_no_line_can_be_read_is_refused_for_its_first(reader: Reader) -> None:
    for text in ("{x}\n[1]\n", '{"a": "\\u0000"}\n'):
        found = reader.refusal(text, name="f.jsonl", bad_lines="skip")
        assert "line 1" in found[1].lower(), found
