"""Lines, quotes and ragged rows: the numbers are those that `sed` gives."""

import pytest

from tasks.engine.reader import blocks, records, text_source
from tasks.engine.reader.reading import ReadLimits
from tasks.engine.table import tables
from tests.engine.reading.conftest import Reader, warnings_of


def test_line_of_a_row_is_where_it_starts(reader: Reader) -> None:
    text = 'a,b\n1,"x\ny\nz"\n\n2,p\r\n"q\r\nr",3\n4,s\n'
    assert not reader.read(text).refused
    _names, rows, lines = tables.read_rows(reader.table, 0, 10)
    assert rows == [["1", "x\ny\nz"], ["2", "p"], ["q\r\nr", "3"], ["4", "s"]]
    assert lines == [2, 6, 7, 9]
    physical = text.encode().split(b"\n")
    assert [physical[line - 1][:2] for line in lines] == [b"1,", b"2,", b'"q', b"4,"]


def test_form_feeds_and_unicode_line_ends_are_no_line_ends(reader: Reader) -> None:
    rows = reader.rows("a,b\n1,x\u2028y\x85z\x0cw\x1ev\n2,t\n")
    assert rows == [["1", "x\u2028y\x85z\x0cw\x1ev"], ["2", "t"]]
    assert tables.read_rows(reader.table, 0, 10)[2] == [2, 3]


def test_carriage_return_within_quotes_is_kept(reader: Reader) -> None:
    assert reader.rows('a,b\n"1\r2",3\n') == [["1\r2", "3"]]


def test_carriage_return_without_quotes_is_refused(reader: Reader) -> None:
    assert reader.refusal("a,b\n1,2\n3\r4,5\n")[::2] == ("CSV_RAGGED", 3)
    text = "a,b\n" + "1,2\n" * 20_000 + "3\r4,5\n"
    code, message, line = reader.refusal(text)
    assert (code, line) == ("CSV_QUOTES", 20_002)
    assert "carriage return" in message


ENDS = ["\n", "\r\n", "\r", "\r\r\n"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1 << 20])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_lines_may_end_in_every_way(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, size: int, encoding: str
) -> None:
    monkeypatch.setattr(text_source, "HEAD_BYTES", 15 * (1 + (encoding == "utf-16")))
    monkeypatch.setattr(text_source, "CHUNK_BYTES", size)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size + 4)
    text = "a,b" + "".join(f"{ENDS[n % 4]}{n},x" for n in range(20)) + "\r"
    result = reader.read(text.encode(encoding))
    _names, rows, lines = tables.read_rows(reader.table, 0, 100)
    assert [row[0] for row in rows] == [str(n) for n in range(20)]
    assert lines == list(range(2, 22))
    assert warnings_of(result) == ["LINE_ENDS_MIXED"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_an_end_between_two_blocks_is_one(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, size: int, end: str
) -> None:
    monkeypatch.setattr(text_source, "HEAD_BYTES", 6)
    monkeypatch.setattr(text_source, "CHUNK_BYTES", size)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size + 5)
    result = reader.read("".join(f"{line}{end}" for line in ["a,b", "1,2", "3,4", '"5","6"']))
    _names, rows, lines = tables.read_rows(reader.table, 0, 100)
    assert (rows, lines) == ([["1", "2"], ["3", "4"], ["5", "6"]], [2, 3, 4])
    assert not result.problems


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 1 << 20])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_marks_of_files_that_were_put_together_are_left_out(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, size: int, encoding: str
) -> None:
    monkeypatch.setattr(text_source, "HEAD_BYTES", 6)
    monkeypatch.setattr(text_source, "CHUNK_BYTES", size)
    text = "\ufeff\ufeffa,b\n1,2\n\ufeffa,b\n3,\ufeff4\n\ufeff5,6\n"
    result = reader.read(text.encode(encoding))
    assert tables.read_rows(reader.table, 0, 9)[1:] == (
        [["1", "2"], ["3", "\ufeff4"], ["5", "6"]], [2, 4, 5],
    )  # fmt: skip
    of_lines = [p for p in result.problems if p.code != "HIDDEN_CHARACTERS"]
    assert [(p.code, p.line, p.count) for p in of_lines] == [
        ("HEADER_REPEATED", 3, 1), ("MARKS_INSIDE", 3, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [('a,b\n"1\n2","3\n4,5\n', 3), ('a,b,c\n1,2,3\n"4,5\n6,7\n', 3)],
)
def test_quote_never_closed_is_named_by_the_line_it_opens_in(
    reader: Reader, text: str, line: int
) -> None:
    code, message, found = reader.refusal(text, delimiter=",")
    assert (code, found) == ("CSV_QUOTES", line)
    assert message.startswith(f"The quote opened in line {line} is never closed")


def test_quote_that_swallows_too_much_is_named_by_its_line(reader: Reader) -> None:
    text = 'a,b\n"x\ny","z\n' + "1,2\n" * 200
    code, message, line = reader.refusal(text, limits=ReadLimits(max_cell_chars=500))
    assert (code, line) == ("CSV_QUOTES", 3)
    assert "never closed" in message


def test_quotes_that_are_never_closed_again_and_again_take_no_time(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_READ_AHEAD", 20_000)
    text = "a,b,c\n" + ('"x,1\n' + "1,2,3\n" * 60) * 200
    code, message, _line = reader.refusal(text, bad_lines="skip")
    assert code == "CSV_QUOTES"
    assert "as in many lines before" in message


def test_quote_inside_an_unquoted_cell_is_kept_and_told(reader: Reader) -> None:
    result = reader.read("a,b\n1,2\n5'11\",3\n")
    assert warnings_of(result) == ["STRAY_QUOTES"]
    assert result.problems[0].line == 3
    assert result.preview[1]["cells"] == ["5'11\"", "3"]


def test_quote_beside_quoted_cells_is_told_too(reader: Reader) -> None:
    result = reader.read('a,b\n"x ""y""",2\n5\'11","x ""y"""\n', header=True)
    assert [(p.code, p.line, p.count) for p in result.problems] == [("STRAY_QUOTES", 3, 1)]


def test_doubled_quotes_are_one_and_nothing_is_told(reader: Reader) -> None:
    result = reader.read('a,b\n"say ""hi""",2\n')
    assert result.preview[0]["cells"] == ['say "hi"', "2"]
    assert not result.problems


def test_blank_lines_inside_are_counted_those_at_the_end_are_not(reader: Reader) -> None:
    result = reader.read("\na,b\n\n1,2\n\r\n3,4\n\n\n")
    assert [row["line"] for row in result.preview] == [4, 6]
    (problem,) = result.problems
    assert (problem.code, problem.count) == ("BLANK_LINES", 3)


def test_header_that_stands_again_is_told(reader: Reader) -> None:
    result = reader.read("a,b\n1,2\na,b\n3,4\na,b\n")
    (problem,) = result.problems
    assert (problem.code, problem.line, problem.count) == ("HEADER_REPEATED", 3, 2)


RAGGED = "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n"


@pytest.mark.parametrize(("sign", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar (|)")])
def test_refusal_of_ragged_lines_names_the_separator(reader: Reader, sign: str, name: str) -> None:
    message = reader.refusal(RAGGED.replace(",", sign))[1]
    assert message.endswith(f"line 3 has 2, line 1 has 3. Often a {name} is missing")
    longer = RAGGED.replace("4,5", "4,5,6,7").replace(",", sign)
    assert reader.refusal(longer)[1].endswith(f"has 3. Often this is an unquoted {name}")


def test_lines_that_are_drawn_are_left_out_and_told(reader: Reader) -> None:
    result = reader.read(
        " id | name \n----+------\n  1 | a\n  2 | b\n----+------\n  3 | c\n  4 | d\n"
    )
    assert [(p.code, p.line, p.count) for p in result.problems if p.line] == [("DRAWN", 2, 2)]
    assert [row["line"] for row in result.preview] == [3, 4, 6, 7]


def test_ragged_lines_are_refused_with_count_and_first(reader: Reader) -> None:
    code, message, line = reader.refusal(RAGGED)
    assert (code, line) == ("CSV_RAGGED", 3)
    assert message == (
        "2 lines have a different number of cells. First: line 3 has 2, line 1 has 3. "
        "Often a comma is missing"
    )


def test_wildly_ragged_file_is_not_called_one_column(reader: Reader) -> None:
    assert reader.refusal("id,name,age\n1,John\n2,Julie,26,Potatoes\n")[0] == "CSV_RAGGED"


def test_ragged_lines_can_be_skipped(reader: Reader) -> None:
    assert reader.rows(RAGGED, bad_lines="skip") == [["1", "2", "3"], ["10", "11", "12"]]
    result = reader.read(RAGGED, bad_lines="skip")
    (problem,) = result.problems
    assert (problem.severity, problem.code, problem.count) == ("warning", "CSV_RAGGED", 2)


@pytest.mark.parametrize(
    ("line", "bad_lines", "told"),
    [("1,2", "skip", "It was left out"), ("1,2", "pad", "It was filled up at its end"),
     ("1,2,3,4", "pad", "It was left out"), ("1,2,3,4\n1", "skip", "They were left out")],
)  # fmt: skip
def test_one_ragged_line_is_told_of_as_one(
    line: str, bad_lines: str, told: str, reader: Reader
) -> None:
    result = reader.read(f"a,b,c\n1,2,3\n{line}\n4,5,6\n", bad_lines=bad_lines)
    assert result.problems[0].message.endswith(f". {told}")


def test_short_lines_can_be_padded_with_absent_cells(reader: Reader) -> None:
    rows = reader.rows(RAGGED, bad_lines="pad")
    assert rows == [["1", "2", "3"], ["4", "5", None], ["10", "11", "12"]]


def test_skipping_every_row_leaves_none_and_is_refused(reader: Reader) -> None:
    assert reader.refusal("a,b,c\n1,2\n3,4\n", bad_lines="skip")[0] == "CSV_NO_ROWS"


def test_preview_holds_the_first_twenty_rows(reader: Reader) -> None:
    result = reader.read("a,b\n" + "".join(f"{n},x\n" for n in range(50)))
    assert [row["cells"][0] for row in result.preview] == [str(n) for n in range(20)]


@pytest.mark.parametrize("size", [1, 3, 1 << 20])
@pytest.mark.parametrize("line", range(1, 7))
def test_blank_lines_are_stepped_over_up_to_the_line_of_the_names(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, size: int, line: int
) -> None:
    monkeypatch.setattr(text_source, "CHUNK_BYTES", size)
    text = "\n\r\n \n\t\n" + " " * 300 + "\na,b\n" + "\n" * 5 + "1,2\n\n\n3,4\n\n"
    result = reader.read(text, header_line=line, header=True)
    assert (result.column_names, result.preview) == (
        ["a", "b"], [{"line": 12, "cells": ["1", "2"]}, {"line": 15, "cells": ["3", "4"]}],
    )  # fmt: skip
    assert [p.count for p in result.problems if p.code == "BLANK_LINES"] == [12]


@pytest.mark.parametrize("end", ["20,", "20,name", "20,x20,20."])
@pytest.mark.parametrize("bad_lines", ["refuse", "skip", "pad"])
def test_a_last_row_that_is_cut_off_is_told_as_such(
    reader: Reader, end: str, bad_lines: str
) -> None:
    rows = "".join(f"{n},x{n},{n}.5,town\n" for n in range(1, 20))
    result = reader.read(f"id,name,age,city\n{rows}{end}", bad_lines=bad_lines)
    (told,) = [problem for problem in result.problems if problem.code == "CSV_RAGGED"]
    assert (told.line, told.count, result.refused) == (21, 1, bad_lines == "refuse")
    assert "It is the last line and seems to be cut off" in told.message
    assert "unquoted" not in told.message


@pytest.mark.parametrize("end", ["20", "2024-01-05 10:11:12", "$20", "100%"])
def test_a_value_alone_below_the_rows_is_none(reader: Reader, end: str) -> None:
    rows = "".join(f"{n},x{n},{n}.5,town\n" for n in range(1, 20))
    result = reader.read(f"id,name,age,city\n{rows}{end}")
    assert (result.n_rows, warnings_of(result)) == (19, ["FOOTNOTE"])
