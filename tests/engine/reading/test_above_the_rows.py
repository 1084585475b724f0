"""What stands above the rows in the table's own width: keys with values, and units."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

ROWS = "".join(f"x{n},{n},{n * 2}.5,{n * 3}\n" for n in range(1, 15))
PAIRS = "".join(f"x{n},{n}.5\n" for n in range(1, 15))


@pytest.mark.parametrize(
    "above",
    ["Title,x,,\nDate,2020-01-01,,\n", "Title:,x,,\n", "Title,x,,\n,,,\n", "Date,2020-01-01,,\n",
     "Report,,,\nStation,Berlin,,\n,,,\n,,,\n", "Title: x\nDate,2020-01-01\n"],
)  # fmt: skip
def test_keys_with_values_above_a_wider_table(reader: Reader, above: str) -> None:
    result = reader.read(f"{above}name,a,b,c\n{ROWS}")
    assert (result.column_names, result.n_rows) == (["name", "a", "b", "c"], 14)
    assert warnings_of(result) == ["PREAMBLE"]


@pytest.mark.parametrize(
    "above", ["Station,Berlin\nDate,2020-01-01\n\n", "Station:,Berlin\n", "Height:,52\nBy:,me\n"]
)
def test_keys_with_values_above_a_table_of_two_columns(reader: Reader, above: str) -> None:
    result = reader.read(f"{above}name,a\n{PAIRS}")
    assert (result.column_names, result.n_rows) == (["name", "a"], 14)
    assert "PREAMBLE" in warnings_of(result)


@pytest.mark.parametrize(
    ("text", "n_rows"),
    [
        (f"name,a\n\n{PAIRS}", 14),
        (f"name,a\nx,1\n\ny,2\n{PAIRS}", 16),
        (f"name,a\nx,1\n\nname,a\n{PAIRS}", 15),
        ("name,a,,\n" + "x,1,,\n" * 9 + "y,2,z,w\n" + "x,1,,\n" * 30, 40),
    ],
)
def test_rows_are_no_keys_with_values(reader: Reader, text: str, n_rows: int) -> None:
    result = reader.read(text)
    assert result.column_names[:2] == ["name", "a"]
    assert (result.n_rows, "PREAMBLE" in warnings_of(result)) == (n_rows, False)


@pytest.mark.parametrize(
    ("names", "first"),
    [
        ("Question:,Answer:\n", "age,12\nname,Bob\n"),
        ("Question:,Answer\n", "age,12\nname,Bob\n"),
        ("name,a\n\n", "x0,NA\n"),
        *(("name,a\n\n", f"x0,{none}\n") for none in ("n.d.", "k. A.", "..", "(c)", "unknown")),
        ("name,a\n\n", "x0,closed\nx1,closed\n"),
        ("ID,Name,,\n", "1,Bob,,\n2,Ann,,\n3,Tim,x,y\n4,Zoe,x,y\n5,Al,x,y\n6,Cy,x,y\n"),
    ],
)
def test_names_are_no_keys_with_values(reader: Reader, names: str, first: str) -> None:
    rest = PAIRS if names.count(",") == 1 else ""
    result = reader.read(names + first + rest)
    labels = [name for name in names.strip().split(",") if name]
    assert (result.refused, result.column_names[:2]) == (False, labels)
    assert result.n_rows == (first + rest).count("\n")


def test_a_key_with_a_value_below_which_nothing_is(reader: Reader) -> None:
    assert reader.refusal("sep=;\na\n:;2,5\n")[0] == "CSV_RAGGED"
    assert reader.rows("a:,1\n", header=False) == [["a:", "1"]]


def test_rows_at_the_top_that_end_early_are_no_keys_with_values(reader: Reader) -> None:
    rows = "1,Bob,,\n2,Ann,,\n3,Tim,4,5\n4,Zoe,4,5\n5,Al,4,5\n6,Cy,4,5\n"
    result = reader.read(rows)
    assert (result.n_rows, warnings_of(result)) == (6, ["HEADER_ABSENT"])


def test_keys_with_values_above_rows_without_names_are_refused(reader: Reader) -> None:
    code, message, line = reader.refusal(f"Height:,52\nWidth:,12\n{PAIRS}")
    assert (code, line) == ("CSV_PREAMBLE", 3)
    assert "below" in message


@pytest.mark.parametrize(
    ("units", "names"),
    [
        (",(kg),(m),", ["name", "a (kg)", "b (m)", "c"]),
        (",kg,m/s,1/min", ["name", "a kg", "b m/s", "c 1/min"]),
        ("[-],[kg],[m/s],[W m-2]", ["name [-]", "a [kg]", "b [m/s]", "c [W m-2]"]),
        (",,°C,", ["name", "a", "b °C", "c"]),
    ],
)
def test_units_below_the_names_become_a_part_of_them(
    reader: Reader, units: str, names: list[str]
) -> None:
    result = reader.read(f"name,a,b,c\n{units}\n{ROWS}")
    assert (result.column_names, result.n_rows) == (names, 14)
    assert warnings_of(result) == ["HEADER_LINES"]


@pytest.mark.parametrize("row", ["x0,kg,1.5,2", ",kg,,5", "m,,,", ",unknown,,", ",(5),,"])
def test_a_first_row_is_no_row_of_units(reader: Reader, row: str) -> None:
    result = reader.read(f"name,a,b,c\n{row}\n{ROWS}")
    assert (result.column_names, result.n_rows) == (["name", "a", "b", "c"], 15)


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        ("S1,offline,offline\n", "".join(f"S{n},{n}.5,{n * 2}\n" for n in range(2, 14))),
        ("A,M,M\n", "B,3,4\nC,4,5\nD,5,6\nE,6,7\nF,7,8\n"),
        ("Oslo,broken,broken\n", "Oslo,3,4\nRome,4,5\nOslo,5,6\nRome,6,7\n"),
    ],
)
def test_a_first_row_without_numbers_that_is_like_those_below_is_no_part_of_the_names(
    reader: Reader, first: str, rest: str
) -> None:
    result = reader.read(f"station,a,b\n{first}{rest}")
    assert (result.column_names, result.refused) == (["station", "a", "b"], False)
    assert result.preview[0]["cells"] == first.strip().split(",")


def test_names_over_two_lines_that_both_stand_again_are_joined(reader: Reader) -> None:
    names = "Region,Men,Women\nname,number,share\n"
    rows = "".join(f"town {n},{n},{n}.5\n" for n in range(1, 9))
    result = reader.read(names + rows + names + rows)
    assert result.column_names == ["Region name", "Men number", "Women share"]


@pytest.mark.parametrize("space", ["", " "])
def test_names_with_spaces_between_them_are_no_title(reader: Reader, space: str) -> None:
    rows = "S1,{0}offline,{0}offline\n" + "".join(
        f"S{n},{{0}}{n}.5,{{0}}{n}\n" for n in range(2, 9)
    )
    result = reader.read("sensor, temp, hum\n" + rows.format(space))
    assert (result.column_names, result.n_rows) == (["sensor", "temp", "hum"], 8)
    rows = "town,{0}broken,{0}broken\n" + "".join(f"ville,{{0}}{n}.5,{{0}}9\n" for n in range(8))
    result = reader.read("station, temp, hum\n" + rows.format(" "))
    assert result.column_names[0].startswith("station")


@pytest.mark.parametrize("first", ["Oslo,n.d.,n.d.", "Oslo,off,off", "Oslo,k.A.,broken"])
def test_names_with_spaces_stay_above_a_first_row_without_values(
    reader: Reader, first: str
) -> None:
    result = reader.read(f"name, temp, hum\n{first}\nRome,3.5,1\nBern,2.5,2\nBonn,1.5,3\n")
    assert [name.split()[0] for name in result.column_names] == ["name", "temp", "hum"]
    assert "PREAMBLE" not in warnings_of(result)
    assert ("HEADER_LINES" in warnings_of(result)) == ("off" in first)


def test_a_title_that_the_separator_splits_stands_above_the_names(reader: Reader) -> None:
    result = reader.read("Rainfall, in mm, May\nplace,rain,days\n" + "x,1.5,2\ny,2.5,3\n" * 4)
    assert (result.column_names, warnings_of(result)) == (["place", "rain", "days"], ["PREAMBLE"])


def test_sentences_that_the_separator_splits_stand_above_the_names(reader: Reader) -> None:
    text = "".join(f"Line {n}, with commas, of them\n" for n in range(12)) + "One, more\n"
    result = reader.read(f"{text}place,rain,days\nx, a,2\n" + "x,1.5,2\ny,2.5,3\n" * 4)
    assert (result.column_names, result.n_rows) == (["place", "rain", "days"], 9)
    assert [(p.code, p.count) for p in result.problems] == [("PREAMBLE", 13)]


def test_rows_that_are_spaced_as_sentences_are_stay(reader: Reader) -> None:
    for rows in ("Oslo, far, 5\n" * 3 + "Rome,near,4\n" * 9, "Oslo, far, 5\n" * 9):
        result = reader.read(f"town, way, n\n{rows}Bern, far, 3\n")
        assert result.n_rows == rows.count("\n") + 1


def test_a_line_below_the_names_that_is_not_split_leaves_them_names(reader: Reader) -> None:
    code, message, line = reader.refusal(" a | b\n--- ? ---\n" + " 1 | 2\n" * 9)
    assert (code, line) == ("CSV_RAGGED", 2)
    assert "Line 2 has the names" not in message


@pytest.mark.parametrize(
    ("above", "names"),
    [
        ("# created 2024\n# by x, y, z\n", "a,b,c\n"),
        ("# by x, y, z\n", "a,b,c\n"),
        ("#by x,y,z\n##of 3, 4, 5\n#\n", "a,b,c\n"),
    ],
)
@pytest.mark.parametrize("rows", ["1,2,3\n", "1,2,3\n4,5,6\n7,8,9\n"])
def test_marked_lines_above_names_are_none(
    reader: Reader, above: str, names: str, rows: str
) -> None:
    result = reader.read(above + names + rows)
    assert (result.column_names, result.n_rows) == (["a", "b", "c"], rows.count("\n"))
    assert warnings_of(result) == ["PREAMBLE"]


def test_marked_lines_above_names_with_words_below_some(reader: Reader) -> None:
    result = reader.read(f"# by a, b, c, d\nname,a,b,c\n{ROWS}")
    assert (result.column_names, result.n_rows) == (["name", "a", "b", "c"], 14)


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        ("# a, b, c", "1,2,3\n4,5,6\n"),
        ("# made by x\n# a,b,c", "1,2,3\n4,5,6\n"),
        ("#a,b,c", "x,y,z\n1,2,3\n4,5,6\n7,8,9\n"),
        ("# a,b,c", "x,closed,closed\n" + "x,1,2\n" * 5),
        ("# a,b,c", "x,y,z\n" * 5),
        ("#,b,c", "no,u,v\n" + "1,2,3\n" * 5),
    ],
)
def test_names_that_are_marked_stay(reader: Reader, names: str, rows: str) -> None:
    result = reader.read(f"{names}\n{rows}")
    assert [name[0] for name in result.column_names] == ["#", "b", "c"]


TOA5 = '"TOA5","CR1000","CR1000","12345","CR1000.Std.32","CPU:prog.CR1","4521","Table1"\n'
LOGGED = "".join(f'"2024-05-01 00:{n:02}:00",{n},{n}.5,{n + 40}\n' for n in range(30))


@pytest.mark.parametrize("below", ["", '"TS","RN","Deg C","%"\n"","","Avg","Smp"\n'])
def test_a_first_line_with_more_cells_that_says_what_made_the_file_is_left_out(
    reader: Reader, below: str
) -> None:
    result = reader.read(f'{TOA5}"TIMESTAMP","RECORD","Temp_Avg","RH"\n{below}{LOGGED}')
    assert [name.split()[0] for name in result.column_names] == [
        "TIMESTAMP", "RECORD", "Temp_Avg", "RH"
    ]  # fmt: skip
    assert result.n_rows == 30
    assert "PREAMBLE" in warnings_of(result)


def test_names_with_fewer_cells_below_them_stay_names(reader: Reader) -> None:
    rows = "".join(f"{n},x{n},{n}.5\n" for n in range(30))
    assert reader.refusal(f"a,b,c,d\n{rows}")[0] == "CSV_RAGGED"
    words = "".join(f"p{n},x{n},q{n}\n" for n in range(30))
    assert reader.refusal(f"a,b,c,d\n{words}")[0] == "CSV_RAGGED"


@pytest.mark.parametrize(
    ("names", "first"),
    [
        ("station,temp,rain,comment", "Berlin,high,low"),
        ("product,price,stock,remark", "unknown,none,missing"),
        ("name,city,age,note", "Ann,Rome,old"),
        ("station,2019,2020,comment", "Berlin,high,low"),
    ],
)
def test_a_row_of_words_below_too_many_names_is_a_row(
    reader: Reader, names: str, first: str
) -> None:
    rows = "".join(f"s{n},{n}.5,{n}\n" for n in range(30))
    assert reader.refusal(f"{names}\n{first}\n{rows}")[::2] == ("CSV_RAGGED", 2)
