"""Separator, header and decimal sign: found, or as chosen."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_is_found(reader: Reader, delimiter: str, end: str) -> None:
    lines = [["name", "size", "note"], ["a b", "1", "x-y"], ["c", "2", ""]]
    result = reader.read("".join(delimiter.join(line) + end for line in lines))
    assert result.dialect
    assert result.dialect.delimiter == delimiter
    assert result.column_names == lines[0]
    assert [row["cells"] for row in result.preview] == lines[1:]
    assert [row["line"] for row in result.preview] == [2, 3]


def test_separators_inside_quotes_do_not_count(reader: Reader) -> None:
    assert reader.rows('a;b\n"1,2,3";"x,y,z"\n"4,5,6";"p,q,r"\n') == [
        ["1,2,3", "x,y,z"],
        ["4,5,6", "p,q,r"],
    ]


def test_decimal_commas_are_no_separators(reader: Reader) -> None:
    result = reader.read("1,5;2,25\n3,5;4,75\n2,0;1,5\n")
    assert result.dialect
    assert (result.dialect.delimiter, result.dialect.decimal) == (";", ",")
    assert result.column_names == ["column_1", "column_2"]
    assert warnings_of(result) == ["HEADER_ABSENT"]


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("a;b\n1,5;x\n2,25;y\n", ","),
        ("a;b\n1.5;x\n2.25;y\n", "."),
        ("a,b\n1.5,x\n2,y\n", "."),
        ("a;b\n1;x\n2;y\n", "."),
        ('a,b\n"1,234",x\n"2,345",y\n', "."),
        ('a,b\n"1,2",x\n"2,345",y\n', ","),
        ("a;b\n1,234;x\n2,345;y\n", "."),
        ("a;b\n0,234;x\n2,345;y\n", ","),
        ("a\tb\n1,234\t2,5\n2,345\t3,5\n", ","),
        ("a;b\n1.234;2,5\n2.345;3,5\n", ","),
        ("a;b\n1,234;2.5\n2,345;3.5\n", "."),
        ("a;b\n1.234,56 €;x\n2,5 €;y\n", ","),
        ("a;b\n9,2 °C;x\n3,0 °C;y\n", ","),
        ("a;b\n€1,234.56;x\n€2,345.50;y\n", "."),
        ("a;b\n$1,234;x\n$2,345;y\n", "."),
        ("a;b\n1,5 %;2.5\n2,5 %;3.5\n", "."),
        ("a;b\nNo. 3,5;x\nNo. 4,5;y\n", "."),
    ],
)
def test_decimal_sign_is_found(reader: Reader, text: str, decimal: str) -> None:
    result = reader.read(text)
    assert result.dialect
    assert result.dialect.decimal == decimal


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("a,b\n1,2\n3,4\n", True),
        ("1,2\n3,4\n5,6\n", False),
        ("M,1.5\nF,2.5\nM,3.5\n", False),
        ("red,big\ngreen,small\n", True),
        ("country,2010,2011\nA,1,2\nB,3,4\n", True),
        ("id,100022\nx,a\ny,b\n", True),
        ("?,1\nb,2\nc,3\n", False),
        ("a,b\n", True),
        ("1,2\n", False),
    ],
)
def test_header_is_found(reader: Reader, text: str, header: bool) -> None:
    result = reader.read(text)
    assert result.dialect
    assert result.dialect.header is header


@pytest.mark.parametrize("header", [True, False])
def test_header_can_be_forced(reader: Reader, header: bool) -> None:
    result = reader.read("1,2\n3,4\n5,6\n", header=header)
    assert result.column_names == (["1", "2"] if header else ["column_1", "column_2"])
    assert result.n_rows == 3 - header
    assert [row["line"] for row in result.preview] == [2, 3] if header else [1, 2, 3]


def test_any_single_character_can_be_chosen_as_separator(reader: Reader) -> None:
    assert reader.rows("a b\n1 2\n3 4\n", delimiter=" ") == [["1", "2"], ["3", "4"]]


def test_wrong_separator_leaves_one_column_and_is_refused(reader: Reader) -> None:
    code, _message, _line = reader.refusal("a,b\n1,2\n", delimiter=";")
    assert code == "CSV_ONE_COLUMN"


def test_one_column_is_a_table_where_it_is_asked_for(reader: Reader) -> None:
    assert reader.rows("a\n1\n2\n", one_column=True) == [["1"], ["2"]]
    assert reader.rows("a;b\n1;2\n", one_column=True) == [["1", "2"]]


def test_beginning_decides_nothing_that_the_rest_denies(reader: Reader) -> None:
    text = "a,b\n" + "1,2\n" * 100_000 + "1,2,3\n" + "1,2\n" * 5
    code, message, line = reader.refusal(text)
    assert (code, line) == ("CSV_RAGGED", 100_002)
    assert "line 100002 has 3, line 1 has 2" in message
