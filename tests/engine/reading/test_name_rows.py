"""Names that are more or fewer than the cells below them, or blank."""

import pytest

from tasks.engine.reader import blocks
from tests.engine.reading.conftest import Reader, warnings_of

CARS = "Mazda RX4,21,6,160\nMazda RX4 Wag,21,6,160\nDatsun 710,22.8,4,108\n"
ROWS = [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]


@pytest.mark.parametrize(
    ("delimiter", "above"), [(",", ""), ("\t", ""), (";", "Motor trend of 1974\n"), (" ", "")]
)
def test_names_move_beside_those_of_the_rows(reader: Reader, delimiter: str, above: str) -> None:
    quoted = '"mpg","cyl","disp"\n' + CARS.replace("M", '"M').replace("D", '"D')
    text = quoted.replace("4,21", '4",21').replace("Wag,", 'Wag",').replace("0,2", '0",2')
    result = reader.read(above + text.replace(",", delimiter))
    assert result.column_names == ["column_1", "mpg", "cyl", "disp"]
    assert result.preview[2]["cells"] == ["Datsun 710", "22.8", "4", "108"]
    line = 1 + bool(above)
    told = [(p.code, p.line) for p in result.problems if p.code != "PREAMBLE"]
    assert told == [("NAMES_MOVED", line), ("NAME_BLANK", line)]
    assert "moved one to the right" in result.problems[-2].message


def test_years_are_names_beside_those_of_rows(reader: Reader) -> None:
    result = reader.read("pop,area,2020\nOslo,21,6,1\nRome,22.5,6,2\nBern,20,4,5\n")
    assert result.column_names == ["column_1", "pop", "area", "2020"]
    result = reader.read("pop,area,2020\n21,6,1,\n22.5,6,4,\n")
    assert (result.column_names, result.n_rows) == (["pop", "area", "2020"], 2)


def test_numbers_of_rows_are_names_too(reader: Reader) -> None:
    result = reader.read("mpg,cyl\n1,21,6\n2,22.5,6\n3,20,4\n")
    assert result.column_names == ["column_1", "mpg", "cyl"]
    assert warnings_of(result) == ["NAMES_MOVED", "NAME_BLANK"]


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n1,Bob,5\n2,Al,6\n",  # its first column has a name
        "name,age\nBob,5,x\nBob,6,y\n",  # no names of rows, for they repeat
        "name,age\n2.5,5,x\n3.5,6,y\n",
        "name,5\nBob,5,x\nAl,6,y\n",
        "name,name\nBob,5,x\nAl,6,y\n",
        "name\nBob,5,x\nAl,6,y\n",
        "ID,age\nP1,25,x\nP2,26,y\n",
        "name,amount\nBob,5,25\nAl,6,99\n",  # a decimal comma without quotes
        "Made, by me\nBob,5,x\nAl,6,y\n",
    ],
)
def test_names_that_are_too_few_are_not_moved_else(reader: Reader, text: str) -> None:
    assert reader.refusal(text)[0] in {"CSV_RAGGED", "CSV_PREAMBLE"}


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("a,b,c\n1,2,3,\n4,5,6,\n7,8,9,\n", 1),
        ("a,b,c,\n1,2,3,\n4,5,6,\n7,8,9,\n", 1),
        ("a,b,c,,\n1,2,3,,\n4,5,6, ,\n7,8,9,,\n", 2),
        ("a,b,c,,\n1,2,3,,\n4,5,6\n7,8,9,,\n", 2),
        ("a;b;c\n1;2;3;\n4;5;6;\n7;8;9;\n", 1),
    ],
)
def test_columns_at_the_end_without_anything_are_left_out_aloud(
    reader: Reader, text: str, n: int
) -> None:
    result = reader.read(text)
    assert (result.refused, result.column_names) == (False, ["a", "b", "c"])
    assert [row["cells"] for row in result.preview] == ROWS
    assert [(p.code, p.count) for p in result.problems] == [("COLUMNS_EMPTY", n)]


@pytest.mark.parametrize(
    "text",
    ["a,b,c,\n1,2,3\n4,5,6\n7,8,9\n", "a,b,c,,\n1,2,3\n4,5,6\n7,8,9\n",
     "a,b,c\n1,2,3,\n4,5,6\n7,8,9\n"],
)  # fmt: skip
def test_separators_too_many_in_some_lines_do_no_harm(reader: Reader, text: str) -> None:
    result = reader.read(text)
    assert (result.refused, result.column_names) == (False, ["a", "b", "c"])
    assert [row["cells"] for row in result.preview] == ROWS
    assert warnings_of(result) == ["EXTRA_EMPTY"]


def test_a_blank_cell_among_the_names_is_left_out_where_the_rows_have_none(reader: Reader) -> None:
    result = reader.read("a,,b,c\n" + "1,2,3\n4,5,6\n" * 6)
    assert (result.refused, result.column_names) == (False, ["a", "b", "c"])
    assert [(p.code, p.line) for p in result.problems] == [("EXTRA_EMPTY", 1)]


def test_a_column_is_kept_where_it_has_a_value_far_below(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 100_000)
    result = reader.read("a,b\n" + "1,2,\n" * 90_000 + '3,5"6,\n4,5,x\n')
    assert (result.column_names, result.n_rows) == (["a", "b", "column_3"], 90_002)
    assert [(p.code, p.count) for p in result.problems] == [("NAME_BLANK", 1), ("STRAY_QUOTES", 1)]


def test_one_column_before_separators_is_one(reader: Reader) -> None:
    assert reader.rows("id\n1,\n2,\n3,\n") == [["1"], ["2"], ["3"]]
    assert reader.rows("id;\n1;\n2;\n3;\n") == [["1"], ["2"], ["3"]]


def test_a_title_above_is_no_row_of_names(reader: Reader) -> None:
    result = reader.read("Report;Q1\nName;Wert;\nx;5;\ny;6;\n")
    assert (result.column_names, result.n_rows) == (["Name", "Wert"], 2)


@pytest.mark.parametrize("blank", [",,\n", " , ,\n", '"","",""\n', ",,\n\n,,\n"])
def test_lines_of_separators_above_are_left_out_aloud(reader: Reader, blank: str) -> None:
    result = reader.read(blank + "a,b,c\n1,2,3\n4,5,6\n")
    assert (result.column_names, result.n_rows) == (["a", "b", "c"], 2)
    assert warnings_of(result)[0] == "PREAMBLE"
    assert "No cell there has a value" in result.problems[0].message


def test_names_that_are_all_blank_are_none(reader: Reader) -> None:
    result = reader.read(",,\n1,2,3\n4,5,6\n7,8,9\n")
    assert result.column_names == ["column_1", "column_2", "column_3"]
    assert [row["cells"] for row in result.preview] == ROWS
    assert warnings_of(result) == ["PREAMBLE", "HEADER_ABSENT"]
    assert "above the first row in line 2" in result.problems[0].message


WIDE = "a1,b1,c1,5.5,9,7\na2,b2,c2,8,9,3\na3,b3,c3,4,5,6\n"


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("name,height,born", "".join(f"Bob{n};1,{n};19{n}\n" for n in range(70, 80))),
        ("name,town,note", "".join(f"Bob{n};Rome;x{n}\n" for n in range(9))),
        ("name\theight\tborn", "".join(f"Bob{n},1,19{n}\n" for n in range(70, 80))),
        ('name;"height; in m";born', "".join(f"Bob{n},1,19{n}\n" for n in range(70, 80))),
        ('DATE TIME "Total Price" Qty Kind Note', WIDE),
        ("name is_new v1 v2 v3 id", WIDE),
    ],
)
def test_names_with_a_separator_of_their_own_are_split_by_it(
    reader: Reader, line: str, rows: str
) -> None:
    result = reader.read(f"A report\n\n{line}\n{rows}")
    assert (result.column_names[0], result.n_rows) == (line[:4], rows.count("\n"))
    assert not any(sign in name for name in result.column_names for sign in '\t",')
    assert [(p.code, p.line) for p in result.problems if p.code == "OWN_SEPARATOR"] == [
        ("OWN_SEPARATOR", 3)
    ]


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("Births, Berlin, May", WIDE.replace(",", ";")),  # a sentence
        ("a,b,a,c,d,e", WIDE.replace(",", ";")),
        ("a,b,3,c,d,e", WIDE.replace(",", ";")),
        ("a,b,,c,d,e", WIDE.replace(",", ";")),
        ("a|b|c|d|e|f a;b;c;d;e", WIDE),  # another number, or two ways
        ("a|b;c|d;e|f;g|h;i|j;k|l", WIDE),
        ("a;b;c;d;e;f", WIDE + "a4,b4,c4,5,6\n"),
        ("Births in the North in May", WIDE),
        ("Births a year", "a1,b1,3\na2,b2,4\na3,b3,5\n"),
    ],
)
def test_a_line_that_may_be_no_names_is_not_split_otherwise(
    reader: Reader, line: str, rows: str
) -> None:
    assert reader.refusal(f"{line}\n{rows}")[::2] == ("CSV_PREAMBLE", 2)


def test_a_line_above_names_is_not_split(reader: Reader) -> None:
    result = reader.read("a;b;c\nname,town,n\n" + "Bob,Rome,5\nTim,Bern,6\n" * 3)
    assert (result.column_names, warnings_of(result)) == (["name", "town", "n"], ["PREAMBLE"])


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (["", "b"], "{n},w{n}"),
        (["", "b"], "{n},{n}.5"),
        (["", "b"], "{n}.0,w{n}"),
        (["", "b"], "2024-01-{n},{n}.5"),
        (["", "b"], "k{n},w{n}"),
        (["", "house price"], "k{n},{n}.5"),
        (["", "", "b"], "x{n},{n},{n}.5"),
    ],
)
def test_one_name_beside_an_index_is_no_title(reader: Reader, names: list[str], row: str) -> None:
    rows = [row.format(n=n) for n in range(11, 30)]
    for options in ({}, {"header": True}):
        result = reader.read("\n".join([",".join(names), *rows]), **options)
        assert (result.n_rows, result.column_names[-1]) == (19, names[-1]), result.problems
        assert "NAME_BLANK" in warnings_of(result)


@pytest.mark.parametrize("row", ["{n},w{n}", "{n},{n}.5", "2024-01-{n},w"])
@pytest.mark.parametrize("n_rows", [2, 19])
def test_a_name_beside_a_blank_one_is_no_title(reader: Reader, row: str, n_rows: int) -> None:
    rows = [row.format(n=n) for n in range(11, 11 + n_rows)]
    result = reader.read("\n".join(["id,", *rows]))
    assert (result.n_rows, result.column_names) == (n_rows, ["id", "column_2"]), result.problems
    assert "NAME_BLANK" in warnings_of(result)


@pytest.mark.parametrize("above", ["Two words,\n", "id,\n\n", "2020,\n"])
def test_what_may_be_a_title_above_rows_is_asked_about(reader: Reader, above: str) -> None:
    text = above + "".join(f"{n},{n}.5\n" for n in range(11, 30))
    assert reader.refusal(text)[0] in {"CSV_PREAMBLE", "CSV_RAGGED"}


@pytest.mark.parametrize(
    "above", [",Report\nname,value\n", ",The report of this year\nname,value\n", ",b\n\nx,value\n"]
)
def test_a_title_in_a_later_column_is_no_name(reader: Reader, above: str) -> None:
    result = reader.read(above + "".join(f"k{n},{n}.5\n" for n in range(11, 30)))
    assert result.column_names[1] == "value"
    assert (result.n_rows, warnings_of(result)[0]) == (19, "PREAMBLE")


def test_a_sentence_in_a_later_column_above_no_names_is_asked_about(reader: Reader) -> None:
    text = ",The report of this year\n" + "".join(f"{n},{n}.5\n" for n in range(11, 30))
    assert reader.refusal(text)[0] == "CSV_PREAMBLE"


@pytest.mark.parametrize(
    "text",
    [
        ",Population\nRegion,2019\n" + "".join(f"k{n},{n}\n" for n in range(11, 30)),
        ",Summary\nk1,2019\nBob,5.5\n",
        ",Summary\nRegion,2019\nBob,5.5\nAl,7\nEve,9\n",
        ",,Summary\nRegion,12,all\nBob,4,5.5\nAl,6,7\nEve,8,9\n",
        ",,Summary\nRegion,town,2019\nBob,Rome,5.5\nAl,Bern,7\nEve,Paris,9\n",
    ],
)
def test_a_title_above_a_year_or_a_word_is_asked_about(reader: Reader, text: str) -> None:
    assert reader.refusal(text)[0] == "CSV_PREAMBLE"


@pytest.mark.parametrize(
    "rows",
    ["Bob,2019\nAl,2020\nEve,1999\n", "k1,2019\nk2,12\nk3,5\n", "7,2019\n8,12\n9,5\n",
     "2024-01-11,2019\n2024-01-12,5.5\n2024-01-13,4\n"],
)  # fmt: skip
def test_a_year_beside_an_index_may_be_a_value(reader: Reader, rows: str) -> None:
    result = reader.read(",count\n" + rows)
    assert (result.n_rows, result.column_names) == (3, ["column_1", "count"]), result.problems
