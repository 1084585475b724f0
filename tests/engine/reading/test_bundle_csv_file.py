"""A bundle reads a CSV file as the product does."""

import argparse
import codecs
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.engine.bundle.csv_file import CsvError, add_options, read_as_asked, read_text_table
from tasks.engine.table import tables
from tests.engine.reading.conftest import Reader

DIALECT = {"delimiter": ",", "quote": '"', "encoding": "utf-8", "header": True, "decimal": "."}


def read(tmp_path: Path, content: str | bytes, needed: list[str] | None = None, **dialect: object):
    path = tmp_path / "in.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_text_table(path, {**DIALECT, **dialect}, needed=needed or ())


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        'a , b\r\n" x ","p\r\nq"\r\n\r\n,"say ""hi"""\r\n',
        "\ufeffa,b\n01,é\n",
        "\n\na,b\n\n1,2\n\n",
    ],
)
def test_cells_are_those_of_the_reader(reader: Reader, tmp_path: Path, text: str) -> None:
    rows = reader.rows(text, header=True)
    frame = read(tmp_path, text)
    assert frame.to_numpy().tolist() == rows
    assert frame.columns.tolist() == tables.column_names(reader.table)
    assert set(frame.dtypes) == {frame["a"].dtype}
    assert frame["a"].dtype == object


@pytest.mark.parametrize("bad_lines", ["skip", "pad"])
@pytest.mark.parametrize("header", [True, False])
def test_ragged_lines_are_those_of_the_reader(
    reader: Reader, tmp_path: Path, bad_lines: str, header: bool
) -> None:
    text = 'a,b,c\n1,2,3\n4\n\n5,"6\n",7,8\n9,,\n"x","y"\n'
    result = reader.read(text, header=header, bad_lines=bad_lines)
    assert result.dialect
    assert result.dialect.bad_lines == bad_lines
    path, said = tmp_path / "in.csv.gz", []
    path.write_bytes(gzip.compress(text.encode()))
    frame = read_text_table(path, result.dialect.as_dict(), warn=said.append)
    assert frame.to_numpy().tolist() == tables.read_rows(reader.table, 0, 99)[1]
    assert len(said) == 1
    assert "3 lines have a different number of cells, first line 3" in said[0]


def test_dialect_of_before_the_choice_was_recorded_refuses(tmp_path: Path) -> None:
    with pytest.raises(CsvError, match="line 2 has 1 cells"):
        read(tmp_path, "a,b\n1\n")


def test_packed_file_is_read_in_its_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "cp1252"):
        packed = gzip.compress("a,b\nMüller,2\n".encode(encoding))
        frame = read(tmp_path, packed, encoding="cp1252")
        assert frame["a"].tolist() == ["Müller"]


def test_damaged_gzip_is_called_so(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 9999)
    for damaged in (packed[:15], packed[:-8] + b"checksum"):
        with pytest.raises(CsvError, match="damaged gzip"):
            read(tmp_path, damaged)


def test_columns_without_a_header_are_numbered(tmp_path: Path) -> None:
    frame = read(tmp_path, "1;2\n3;4\n", header=False, delimiter=";")
    assert frame.columns.tolist() == ["column_1", "column_2"]
    assert len(frame) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ('a,b\n"1\n",2\n3,4,5\n', "line 4 has 3 cells, the first line has 2"),
        ('a,b\n1,2\n3,"4\n', "line 3 cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CsvError, match=words):
        read(tmp_path, text)


def test_utf8_is_understood_by_a_model_trained_on_windows_1252(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        frame = read(tmp_path, "a,b\nMüller,2\n".encode(encoding), encoding="cp1252")
        assert frame["a"].tolist() == ["Müller"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_mark_of_utf8_is_no_part_of_a_name_in_another_encoding(
    reader: Reader, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    content = codecs.BOM_UTF8 + b"a,b\n\xe9,1\n" * 9
    reader.read(content, encoding="cp1252")
    frame = read(tmp_path, pack(content), encoding="cp1252")
    assert frame.columns.tolist() == tables.column_names(reader.table) == ["a", "b"]
    assert frame["a"].tolist() == ["é", *["a", "é"] * 8]


def test_encoding_of_neither_kind_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnicodeError):
        read(tmp_path, "a,b\nü,2\n".encode("cp1252"))
    frame = read(tmp_path, "a,b\nü,2\n".encode("utf-16"), encoding="utf-16")
    assert frame["a"].tolist() == ["ü"]


@pytest.mark.parametrize(
    ("text", "delimiter", "suggested"),
    [
        ("age;city\n1;Oslo\n", ",", "semicolons: pass --delimiter ';'"),
        ('"age";"city"\n1;Oslo\n', ",", "semicolons: pass --delimiter ';'"),
        ("age;city\n1,5;Oslo\n", ",", "semicolons: pass --delimiter ';'"),
        ("age\tcity\n1\tOslo\n", ";", "tabs: pass --delimiter tab"),
        ("x|city|age\n0|Oslo|1\n", "\t", "pipes: pass --delimiter '|'"),
        ("age,city\n1,Oslo\n", "~", "commas: pass --delimiter ','"),
        ("\n\nage;town\n1;Oslo\n", ",", "semicolons: pass --delimiter ';'"),
    ],
)
def test_separator_that_would_find_the_columns_is_suggested(
    tmp_path: Path, text: str, delimiter: str, suggested: str
) -> None:
    with pytest.raises(CsvError) as refused:
        read_needed(tmp_path, text, delimiter)
    assert str(refused.value).endswith(f"This file seems to be separated by {suggested}")


def read_needed(tmp_path: Path, text: str, delimiter: str = ","):
    path = tmp_path / "in.csv"
    path.write_text(text)
    return read_text_table(path, DIALECT | {"delimiter": delimiter}, needed=["age", "city"])


def test_missing_columns_are_named_beside_what_the_header_holds(tmp_path: Path) -> None:
    with pytest.raises(CsvError) as refused:
        read_needed(tmp_path, "\ntown,age\nOslo,1\n")
    assert str(refused.value) == (
        'these columns are missing: "city"; split by commas, line 2 reads "town", "age"'
    )
    with pytest.raises(CsvError, match=r"\.\.\.$") as refused:
        read_needed(tmp_path, ",".join(f"column_{n}" for n in range(2000)) + "\n")
    assert len(str(refused.value)) < 500
    assert len(read_needed(tmp_path, "city,more,age\nOslo,x,1\n")) == 1


def ask(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return parser.parse_args(arguments)


def test_options_say_how_a_file_is_laid_out(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("age;city\n1,5;Münch\n".encode("utf-16"))
    columns = [{"name": "age", "kind": "number", "decimal": "."}]
    trained = {"dialect": DIALECT, "columns": columns}
    options = ["--delimiter", "semicolon", "--encoding", "utf-16", "--decimal", ","]
    text, schema = read_as_asked(ask(str(path), *options), trained, ["age", "city"])
    assert text.to_numpy().tolist() == [["1,5", "Münch"]]
    assert schema["dialect"]["delimiter"] == ";"
    assert schema["columns"][0]["decimal"] == ","
    assert trained == {"dialect": DIALECT, "columns": columns}
    assert columns[0]["decimal"] == "."


def test_chosen_encoding_rules_even_where_the_bytes_are_utf8(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("a,b\né,1\n".encode())
    for encoding, cell in (("cp1252", "Ã©"), ("UTF8", "é")):
        text, _schema = read_as_asked(
            ask(str(path), "--encoding", encoding), {"dialect": DIALECT, "columns": []}, ["a"]
        )
        assert text["a"].tolist() == [cell]


@pytest.mark.parametrize(
    ("option", "value"),
    [("--delimiter", ";;"), ("--delimiter", '"'), ("--encoding", "klingon"),
     ("--encoding", "base64"), ("--decimal", "x")],
)  # fmt: skip
def test_options_of_another_kind_are_refused(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        ask("in.csv", option, value)
    assert option in capsys.readouterr().err
    assert ask("in.csv", "--delimiter", "\\t").delimiter == "\t"


@pytest.mark.parametrize(
    "text",
    [
        "A title\n\na,b,c\n1,x,2\n3,y,4\n5,z,6\n",
        "a,b,c\nn,text,m\n1,x,2\n3,y,4\n5,z,6\n7,z,8\n",
        "n,text,m\n1,'a, b',2\n3,'c, d',4\n5,'e',6\n",
        'n,text,m\n1,"10\\" wide, so",2\n3,"x, y",4\n5,"10\\" wide, so",6\n',
        'a, b, c\n1, "x, y", 2\n3, "z", 4\n',
        "a,,a,a_2\n1,2,3,4\n5,6,7,8\n",
        "x,2019,,2020,\n,Men,Women,Men,Women\n" + "y,1,2,3,4\n" * 5,
        "one\nx y\nz, or so\n",
    ],
)
def test_layouts_are_those_of_the_reader(reader: Reader, tmp_path: Path, text: str) -> None:
    result = reader.read(text)
    assert not result.refused, result.problems
    assert result.dialect
    path = tmp_path / "in.csv"
    path.write_text(text)
    names, rows, _lines = tables.read_rows(reader.table, 0, 99)
    for needed in (names, ()):
        frame = read_text_table(path, result.dialect.as_dict(), needed=needed)
        assert frame.columns.tolist() == names
        assert frame.to_numpy().tolist() == rows


def test_names_of_one_line_suit_a_model_whose_names_went_over_two(tmp_path: Path) -> None:
    dialect = {"header_lines": 2, "header_line": 3}
    frame = read(tmp_path, "a n,b text\n1,x\n", needed=["a n", "b text"], **dialect)
    assert frame.to_numpy().tolist() == [["1", "x"]]


def test_lines_of_another_width_are_refused_unless_it_is_said_what_becomes_of_them(
    reader: Reader, tmp_path: Path
) -> None:
    """The product mends this line by the form of its columns: a separator was lost in it."""
    rows = [f"{n % 28 + 1:02d}/05/2018,{n % 24:02d}:30,{n}.5" for n in range(40)]
    rows[20] = rows[20].replace(",", "", 1)
    text = "day,time,price\n" + "\n".join(rows) + "\n"
    result = reader.read(text, bad_lines="pad")
    assert [problem.code for problem in result.problems] == ["CELLS_PARTED"]
    path = tmp_path / "in.csv"
    path.write_text(text)
    trained = {"dialect": result.dialect.as_dict(), "columns": [], "mended_lines": True}
    with pytest.raises(CsvError, match=r"line 22 has 2 cells, .* --ragged skip"):
        read_as_asked(ask(str(path)), trained, ["price"])
    left, _schema = read_as_asked(ask(str(path), "--ragged", "skip"), trained, ["price"])
    assert len(left) == 39
