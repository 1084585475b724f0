"""Lines of another width: a bundle reads the product's rows, or refuses the file."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from tasks.engine.bundle.csv_file import CsvError, add_options, read_as_asked, read_text_table
from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.ragged import MENDED
from tasks.engine.reader.reading import ReadResult
from tasks.engine.reader.told_lines import MENDED as TOLD
from tasks.engine.reader.told_lines import tell_lines
from tasks.engine.reader.words import MENDED_WORDS
from tasks.engine.table import tables
from tests.engine.reading.conftest import Reader

TABLE = "a,b,c\n" + "".join(f"{n},{n}.5,x\n" for n in range(30))
MODES = ["refuse", "skip", "pad"]


def ask(path: Path, *options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return parser.parse_args([str(path), *options])


def schema_of(result: ReadResult) -> dict[str, Any]:
    """Return what a bundle knows of a dataset that was read so."""
    assert result.dialect
    told = tell_lines((problem.code, problem.line) for problem in result.problems)
    return {"dialect": result.dialect.as_dict(), "columns": [], **told}


def read_both(
    reader: Reader, text: str, bad_lines: str
) -> tuple[list[list[str | None]] | None, list[list[str | None]] | None]:
    """Return the rows of the product and of the bundle; None where one refuses."""
    result = reader.read(text, bad_lines=bad_lines)
    ours = None if result.refused else tables.read_rows(reader.table, 0, 9999)[1]
    try:
        theirs, _schema = read_as_asked(ask(reader.source), schema_of(result), ["a"])
    except CsvError:
        return ours, None
    return ours, theirs.to_numpy().tolist()


@pytest.mark.parametrize("bad_lines", MODES)
@pytest.mark.parametrize(
    "below",
    [
        "\n7,8\n9,10\n",  # of two cells, after a blank line
        "-----\n",
        "---,---\n7,8\n",
        "   \n",
        "\n\na,b\n1,2\n3,4\n",  # another table
        "\ncity,mayor\nOslo,Anne\nRome,Bo\n",
        "word\n" * 60,
        "7,8\n",
        "7\n8\n",
        "Note: x,1\n5,6\n",
        "Note: x,1\n",
        "Note: x,y\n5\n",
        "Note: x,y\n(revised)\n",
        "Note: all is rounded\n" + "5,6\n" * 10,
        "".join(f"Remarks: {n},{n}\n" for n in range(10)),
        "Source: the office, Oslo\nRemarks: none, so far\n",
        "Source: the office, 2024\n",
        "Source: the office\n",
        "word\n5,6\n",
        "7,8,9,10\n",
        "Note: one, two, three, four\n",
        "# a, b\nSource: the office\n",
        "# a\n7,8\nSource: the office\n",
    ],
)
def test_what_stands_below_is_as_the_reader_takes_it(
    reader: Reader, bad_lines: str, below: str
) -> None:
    ours, theirs = read_both(reader, TABLE + below, bad_lines)
    assert theirs is None or theirs == ours


@pytest.mark.parametrize("bad_lines", MODES)
@pytest.mark.parametrize(
    "text",
    [
        TABLE + "end,,,,\n",
        TABLE + "end,,,,\n7,8,9\n",
        TABLE.replace("12,12.5,x\n", "---\n12,12.5,x\n"),
        TABLE.replace("12,12.5,x\n", "12,12.5\n"),
        TABLE.replace("12,12.5,x\n", "12,12.5,x\\, y\n").replace("7,7.5,x", "7,7.5,x\\, z"),
        TABLE.replace("12,12.5,x\n", '"# 12",12.5\n'),
        TABLE.replace("12,12.5,x\n", "# 12, 12.5, x\n# x\n"),
        TABLE.replace(",x\n", ",\n").replace("12,12.5,\n", "# rain\n"),
        TABLE.replace("a,b,c", "a,#b,c").replace("12,12.5,x\n", "# x\n12\n"),
        TABLE.replace("a,b,c", "#a,b,c").replace("12,12.5,x\n", "# x\n"),
        TABLE.replace(",x\n", ",\n").replace("12,12.5,\n", "12,12.5\n"),
        TABLE.replace("a,b,c", "a,b,").replace(",x\n", ",\n").replace("12,12.5,\n", "12,12.5\n"),
    ],
)
def test_what_stands_in_the_table_is_as_the_reader_takes_it(
    reader: Reader, bad_lines: str, text: str
) -> None:
    ours, theirs = read_both(reader, text, bad_lines)
    assert theirs is None or theirs == ours


@pytest.mark.parametrize("below", ["Note: x,1\n5,6\n", "Note: all is rounded\n" + "5,6\n" * 10])
def test_rows_below_a_line_begun_as_a_note_are_refused_as_the_reader_does(
    reader: Reader, below: str
) -> None:
    assert reader.refusal(TABLE + below)[0] == "CSV_RAGGED"
    assert read_both(reader, TABLE + below, "refuse")[1] is None


def test_lines_are_left_out_as_the_datasets_were_and_filled_up_only_when_told(
    reader: Reader,
) -> None:
    text = "a,b,c\n1,2,3\n4,5\n6,7,8\n"
    for bad_lines, rows in (("skip", 2), ("pad", 3)):
        trained = schema_of(reader.read(text, bad_lines=bad_lines))
        told, _schema = read_as_asked(ask(reader.source, "--ragged", bad_lines), trained, ["a"])
        assert len(told) == rows
        with pytest.raises(CsvError, match="line 3 has 2 cells"):
            read_as_asked(ask(reader.source, "--ragged", "refuse"), trained, ["a"])
        if bad_lines == "skip":
            assert len(read_as_asked(ask(reader.source), trained, ["a"])[0]) == rows
        else:
            with pytest.raises(CsvError, match=r"line 3 has 2 cells.* --ragged pad to fill"):
                read_as_asked(ask(reader.source), trained, ["a"])


@pytest.mark.parametrize("bad_lines", MODES)
@pytest.mark.parametrize(
    "note",
    [
        "Source: the office",
        "\n\nSource: the office, Oslo\n(revised)\n",
        "word\n" * 50,
        "Source: the office, 2024\n",
        "\nRates of 2023, in percent\n7,8\n",
    ],
)
def test_a_note_below_the_table_is_left_out_as_the_reader_does(
    reader: Reader, bad_lines: str, note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "FOOTNOTE" in {p.code for p in reader.read(TABLE + note, bad_lines=bad_lines).problems}
    ours, theirs = read_both(reader, TABLE + note, bad_lines)
    assert ours == theirs
    assert len(theirs or []) == 30
    assert "stands below the table; left out" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["a,b\n1,2\nSource: x\n3,4\n", "a,b\n1,2\n3,4,5\n"])
def test_a_line_of_another_width_that_is_no_note_is_named(reader: Reader, text: str) -> None:
    reader.source.write_text(text)
    trained = schema_of(reader.read("a,b\n1,2\n3,4\n5,6\n"))
    reader.source.write_text(text)
    with pytest.raises(CsvError, match=r"line 3 has [13] cells"):
        read_as_asked(ask(reader.source), trained, ["a"])


def test_a_note_with_figures_is_known_by_its_line_alone(reader: Reader) -> None:
    trained = schema_of(reader.read(TABLE + "Source: the office, 2024\n"))
    assert trained["note_line"] == 32
    for text in (
        TABLE + "30,30.5,x\nSource: the office, 2024\n",  # a row more than there were
        TABLE + "Source: the office, 2024\n30,30.5,x\n",
        TABLE + "5,6\n" * 51,
    ):
        reader.source.write_text(text)
        with pytest.raises(CsvError, match=r"line 3[23] has 2 cells"):
            read_as_asked(ask(reader.source), trained, ["a"])
    reader.source.write_text(TABLE + "30,30.5,x\n")
    assert len(read_as_asked(ask(reader.source), trained, ["a"])[0]) == 31


def test_each_way_to_mend_a_line_is_known_to_a_bundle() -> None:
    assert {MENDED_WORDS[kind][0] for kind in MENDED} <= TOLD


@pytest.mark.parametrize(
    "line",
    [
        "# gap, because of rain",
        "## a",
        "Page 2 of 3",
        "seite 7",
        "----+----",
        "=====",
        "# a, b, c, d",
    ],
)
@pytest.mark.parametrize("at", [0, 1, 7, 12])
def test_comments_among_rows_are_left_out_as_the_reader_does(
    reader: Reader, tmp_path: Path, line: str, at: int
) -> None:
    rows = [f"Town {chr(65 + n)},{n + 1:03},{1000 + n * 37}" for n in range(12)]
    text = "\n".join(["town,code,people", *rows[:at], line, *rows[at:]]) + "\n"
    result = reader.read(text)
    assert result.dialect, result.problems
    (path := tmp_path / "in.csv").write_text(text)
    said: list[str] = []
    frame = read_text_table(path, result.dialect.as_dict(), warn=said.append)
    assert frame.to_numpy().tolist() == tables.read_rows(reader.table, 0, 99)[1]
    assert len(frame) == 12
    assert [f"line {at + 2} " in words for words in said] == [True]


@pytest.mark.parametrize(
    ("above", "n_rows"),
    [
        ("id,name,num\n--,----,---", 12),
        ("id,name,n\n--,----,-", 12),
        ("a,n,c\n:-:,=====,--:", 12),
        ("id,name,num\n\n# made by hand\n--,----,---", 12),
        ("#id,name,num\n---,----,---", 12),
        ("A report\nid,name,num\n,kg,mm\n--,----,---", 12),
        ("id,name,num\n--,----,---\n--,----,---", 13),
        ("id,name,num\n--,----,-", 13),
        ("id,name,num\n,----,", 13),
        ("a,b,c\n-,-,-", 13),
    ],
)
def test_a_line_drawn_below_the_names_is_left_out_as_the_reader_does(
    reader: Reader, tmp_path: Path, above: str, n_rows: int
) -> None:
    text = f"{above}\n" + "".join(f"{n},{n * 37},{n}.5\n" for n in range(1, 13))
    result = reader.read(text)
    assert result.dialect, result.problems
    (path := tmp_path / "in.csv").write_text(text)
    frame = read_text_table(path, result.dialect.as_dict(), warn=str)
    assert frame.to_numpy().tolist() == tables.read_rows(reader.table, 0, 99)[1]
    assert len(frame) == n_rows


def test_what_is_no_comment_is_refused_by_both(reader: Reader, tmp_path: Path) -> None:
    rows = [f"{n},{n},x" for n in range(9)]
    for names, line in (("a,b,c", "#b,1"), ("#a,b,c", "# b,1")):
        text = "\n".join([names, *rows[:4], line, *rows[4:]]) + "\n"
        assert reader.refusal(text)[0] == "CSV_RAGGED"
        (path := tmp_path / "in.csv").write_text(text)
        with pytest.raises(CsvError, match="line 6 has 2 cells"):
            read_text_table(path, Dialect().as_dict())


def test_many_comments_one_behind_the_other_take_no_time(tmp_path: Path) -> None:
    (path := tmp_path / "in.csv").write_text("a,b\n1,2\n" + "# x\n" * 60_000 + "3,4\n")
    said: list[str] = []
    frame = read_text_table(path, Dialect().as_dict(), warn=said.append)
    assert frame.to_numpy().tolist() == [["1", "2"], ["3", "4"]]
    assert said == ["line 3 is a comment; 60000 such left out"]
