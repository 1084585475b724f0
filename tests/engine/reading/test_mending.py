"""Lines that do not split as the others do, and what is kept about them."""

import csv

import pytest

from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.mending import drop_empty, mend_delimiter, mend_quotes
from tasks.engine.reader.records import Record
from tasks.engine.reader.rejects import Rejects
from tasks.engine.table.tabular import ReadOptions, read_table
from tests.engine.reading.conftest import Reader, warnings_of

COMMA = Dialect()
ROWS = "".join(f'{n},"text, {n}",{n}.5\n' for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('1,"x,2,"a, b"', ["1", '"x', "2", "a, b"]),
        ('"1,x,2,"a, b"', ['"1', "x", "2", "a, b"]),
        ('1,"say "hi", now",2,x', ["1", 'say "hi", now', "2", "x"]),
        ('1,"10"","a, b",x', ["1", '10"', "a, b", "x"]),
        ('1,2,3,"x', ["1", "2", "3", '"x']),
        ('1,""x, y",2,3', ["1", '"x, y', "2", "3"]),
    ],
)
def test_odd_quotes_are_mended_where_the_width_says_how(text: str, cells: list[str]) -> None:
    assert mend_quotes(text, COMMA, 4) == cells


def test_the_way_to_split_is_that_of_which_most_cells_suit(reader: Reader) -> None:
    words = ["scarf", "red", "warm wool", "Hat", "a-b", "to it", "X y", "(no)", "so so", "+", "z"]
    rows = [[str(n), f"{words[n % 11]}, fine", words[n % 11], "5"] for n in range(20)]
    rows += [["A-20", 'He said "scarf", scarf', "scarf", "8"]]  # no row above begins so
    lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
    assert reader.rows("\n".join(["id,text,who,label", *lines])) == rows


def test_no_way_to_split_is_no_way() -> None:
    assert mend_quotes('1,"x,2', COMMA, 7) is None
    assert mend_quotes("1,2,3", COMMA, 3) is None
    assert mend_quotes('"' * 400 + ",", COMMA, 300) is None


def test_a_separator_of_its_own_must_suit_the_columns() -> None:
    typed = (True, False, True)
    assert mend_delimiter("1;x;2", COMMA, 3, typed) == ["1", "x", "2"]
    assert mend_delimiter("1;2;x", COMMA, 3, typed) is None
    assert mend_delimiter("1;x", COMMA, 2, typed[:2]) is None
    assert mend_delimiter("one more thing", COMMA, 3, typed) is None


def test_empty_cells_too_many_go_where_the_row_suits_its_columns() -> None:
    typed = (True, False, True)
    assert drop_empty(["1", "x", "2", "", " "], 3, typed) == ["1", "x", "2"]
    assert drop_empty(["", "1", "x", "2"], 3, typed) == ["1", "x", "2"]
    assert drop_empty(["1", "x", "y", "2"], 3, typed) is None
    assert drop_empty(["1"], 3, typed) is None


def test_mended_lines_are_told_and_kept(reader: Reader) -> None:
    text = f'n,text,half\n{ROWS}9,"text 9,9.5\n10;x;1.5\n11,y,2.5,,\n{ROWS}'
    rejects = reader.table.with_name("rejects")
    reader.source.write_text(text)
    result = read_table(reader.source, reader.table, file_name="f", rejects=rejects)
    assert not result.refused
    assert warnings_of(result) == ["OWN_SEPARATOR", "EXTRA_EMPTY", "QUOTES_REPAIRED"] or set(
        warnings_of(result)
    ) == {"OWN_SEPARATOR", "EXTRA_EMPTY", "QUOTES_REPAIRED"}
    assert result.n_rows == 19
    with rejects.open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["line"], row["text"]) for row in found] == [
        ("10", '9,"text 9,9.5'), ("11", "10;x;1.5"), ("12", "11,y,2.5,,"),
    ]  # fmt: skip
    assert "kept as part of the text" in found[0]["reason"]
    [told] = [p.message for p in result.problems if p.code == "QUOTES_REPAIRED"]
    assert told.endswith("the quote was kept as part of the text")


def test_lines_that_are_left_out_are_kept_with_their_reason(reader: Reader) -> None:
    rejects = reader.table.with_name("rejects")
    reader.source.write_text("a,b,c\n1,2,3\n4\n5,6,7\n\nthe end\n")
    options = ReadOptions(bad_lines="skip")
    read_table(reader.source, reader.table, file_name="f", options=options, rejects=rejects)
    with rejects.open(newline="") as file:
        found = [(row["line"], row["reason"]) for row in csv.DictReader(file)]
    assert found == [("3", "it has 1 cells, the table has 3"), ("6", "it stands below the table")]


def test_a_table_without_a_fault_leaves_no_file(reader: Reader) -> None:
    rejects = reader.table.with_name("rejects")
    reader.source.write_text("a,b\n1,2\n")
    read_table(reader.source, reader.table, file_name="f", rejects=rejects)
    assert not rejects.exists()


def test_no_more_lines_are_kept_than_the_limit(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.engine.reader.rejects.MAX_LINES", 3)
    path = reader.table.with_name("rejects")
    rejects = Rejects(path)
    for n in range(10):
        rejects.add("ragged", Record(n, [], "x" * 20_000), "why")
    rejects.close()
    assert rejects.counts["ragged"] == 10
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 4
    assert len(rows[1][2]) == 10_000


@pytest.mark.parametrize(
    "line",
    ['"x",' * 400_000, '"' * 1_000_000, "," * 30_000, '"",' * 5_000 + '"', ' "x' * 200_000],
)
def test_no_line_takes_long(reader: Reader, line: str) -> None:
    text = "a,b,c\n" + "1,2,3\n" * 50 + (line + "\n") * 3
    result = reader.read(text, bad_lines="skip")  # the test's own time limit is the check
    assert result.column_names == ["a", "b", "c"]


def test_many_lines_that_cannot_be_mended_take_no_time(reader: Reader) -> None:
    text = "a,b,c\n" + "1,2,3\n" * 600 + '"x" y,"z\n' * 30_000
    assert reader.read(text, bad_lines="skip").n_rows == 600


def test_a_wide_table_whose_names_are_longer_than_a_sample(reader: Reader) -> None:
    names = ",".join(f"a_rather_long_name_of_column_{n}" for n in range(15_000))
    result = reader.read(f"{names}\n" + ",".join("1" for _ in range(15_000)) + "\n")
    assert not result.refused, result.problems
    assert len(result.column_names) == 15_000


def test_a_wide_table_whose_names_are_all_the_same(reader: Reader) -> None:
    result = reader.read(",".join(["a"] * 15_000) + "\n" + ",".join(["1"] * 15_000) + "\n")
    assert len(set(result.column_names)) == 15_000


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ('5,"a\nb",6,', ["5", "a\nb", "6"]),
        ('5,6,"a\nx,y,b",', ["5", "6", "a\nx,y,b"]),
        ('"a\nb",,5,6', ["a\nb", "5", "6"]),
    ],
)
def test_a_row_over_several_lines_is_mended_as_a_whole(
    reader: Reader, row: str, cells: list[str]
) -> None:
    rows = [",".join(f'"{cell}"' for cell in cells)] * 9
    result = reader.read("\n".join(["one,two,three", *rows, row, *rows]) + "\n")
    assert [shown["cells"] for shown in result.preview] == [cells] * 19
    assert warnings_of(result) == ["EXTRA_EMPTY"]


@pytest.mark.parametrize("n_rows", [30, 8])
def test_a_comma_in_a_text_makes_no_empty_cell_before_it_one_too_many(
    reader: Reader, n_rows: int
) -> None:
    rows = "".join(f"{n},{'' if n % 2 else 'ok'},some words,{n * 2}\n" for n in range(n_rows))
    code, _message, line = reader.refusal(f"id,note,text,v\n{rows}31,,hello, world,3\n")
    assert (code, line) == ("CSV_RAGGED", n_rows + 2)


def test_a_separator_that_is_doubled_is_one_too_many(reader: Reader) -> None:
    rows = "".join(f"{n},ok,some words,{n * 2}\n" for n in range(30))
    assert reader.rows(f"id,note,text,v\n{rows}31,,so,words,3\n")[-1] == ["31", "so", "words", "3"]
