"""How a file is laid out: what stands above and below a table, names over lines, odd quotes."""

import io

import pytest

from tasks.engine.reader.reading import ReadResult
from tasks.engine.table import tables
from tests.engine.reading.conftest import Reader, warnings_of

BODY = "".join(f"{n},2024-01-{n + 1:02d},{n / 2},x{n}\n" for n in range(1, 20))


def table_of(reader: Reader) -> list[str]:
    out = io.BytesIO()
    tables.write_csv(reader.table, out)
    return out.getvalue().decode().splitlines()


def read_well(reader: Reader, text: str, *codes: str, **options: object) -> ReadResult:
    result = reader.read(text, **options)
    assert not result.refused, result.problems
    assert warnings_of(result) == list(codes)
    return result


@pytest.mark.parametrize(
    "above",
    ["Sales of 2025\n", "Sales of 2025\n\nby region, all of them\n", "Sales,,,\n,,,\n",
     "Sales,,,\n", "# made by a machine\n# on a Monday\n"],
)  # fmt: skip
def test_lines_above_the_names_are_left_out_aloud(reader: Reader, above: str) -> None:
    result = reader.read(f"{above}n,day,half,code\n{BODY}")
    assert not result.refused
    assert result.column_names == ["n", "day", "half", "code"]
    assert result.n_rows == 19
    line = above.count("\n") + 1
    assert result.dialect
    assert result.dialect.header_line == line
    assert result.preview[0]["line"] == line + 1
    (problem,) = [p for p in result.problems if p.code == "PREAMBLE"]
    assert f"above the names of the columns in line {line}" in problem.message


def test_a_title_above_rows_without_names_is_asked_about(reader: Reader) -> None:
    text = f"Sales of 2025\n{BODY}"
    code, message, line = reader.refusal(text)
    assert (code, line) == ("CSV_PREAMBLE", 2)
    assert '"Sales of 2025"' in message
    result = read_well(reader, text, header_line=2, header=False)
    assert (result.n_rows, result.column_names[0]) == (19, "column_1")


def test_the_line_of_the_names_can_be_chosen(reader: Reader) -> None:
    result = read_well(reader, f"a,b,c,d\nn,day,half,code\n{BODY}", header_line=2)
    assert result.column_names == ["n", "day", "half", "code"]


@pytest.mark.parametrize(
    ("below", "n"),
    [("Source: the ministry\n", 1), ("\nSource: the ministry, 2025\nAll rights, reserved\n", 2),
     ("\n\n* about\n", 1)],
)  # fmt: skip
def test_lines_below_the_table_are_left_out_aloud(reader: Reader, below: str, n: int) -> None:
    result = reader.read(f"n,day,half,code\n{BODY}{below}")
    assert not result.refused
    assert result.n_rows == 19
    (problem,) = [p for p in result.problems if p.code == "FOOTNOTE"]
    assert problem.count == n
    assert (problem.line or 0) > 20


def test_a_short_line_in_the_middle_is_no_footnote(reader: Reader) -> None:
    assert reader.refusal(f"n,day,half,code\n{BODY}oops\n{BODY}")[0] == "CSV_RAGGED"


@pytest.mark.parametrize("lines", [2, 3])
def test_names_that_go_over_lines_are_joined(reader: Reader, lines: int) -> None:
    result = read_well(reader, "n,day,half,code\n" * lines + BODY, "HEADER_LINES")
    assert result.column_names[0] == " ".join(["n"] * lines)
    assert result.n_rows == 19
    units = "n,day,half,code\ncount,date,EUR,text\n"
    result = read_well(reader, units + BODY, "HEADER_LINES")
    assert result.column_names == ["n count", "day date", "half EUR", "code text"]


def test_a_first_row_with_missing_cells_is_no_second_line_of_names(reader: Reader) -> None:
    for row in ("NA,NA,NA,x\n", ",,,x\n", "?,2024-01-01,,x\n"):
        assert read_well(reader, f"n,day,half,code\n{row}{BODY}").n_rows == 20


def test_a_row_of_words_below_the_names_makes_them_doubtful(reader: Reader) -> None:
    rows = "".join(f"x{n},{n}\n" for n in range(5))
    result = read_well(reader, "Report 2020, all regions\nName,Value\n" + rows, "PREAMBLE")
    assert (result.column_names, result.n_rows) == (["Name", "Value"], 5)
    read_well(reader, "Report,2020\nName,Value\n" + rows, "HEADER_ABSENT")
    read_well(reader, "Report,all\nName,Value\n" + rows, "HEADER_ASSUMED")
    read_well(reader, "Name,Value\nReport,?\n" + rows)


def test_another_table_below_is_left_out_aloud(reader: Reader) -> None:
    second = "n,day,half\n" + "".join(f"{n},2024-01-01,{n}\n" for n in range(30))
    result = read_well(reader, f"n,day,half,code\n{BODY}{second}", "SECOND_TABLE")
    assert result.n_rows == 19
    assert (result.problems[0].line, result.problems[0].count) == (21, 31)


def test_names_that_stand_again_are_no_rows(reader: Reader) -> None:
    names = "n,day,half,code\n"
    result = read_well(reader, names + BODY + names + BODY, "HEADER_REPEATED")
    assert result.n_rows == 38


def test_names_that_are_blank_or_repeat_are_numbered_aloud(reader: Reader) -> None:
    result = read_well(reader, "age,,age,b,\n1,2,3,4,5\n", "NAME_REPEATED", "NAME_BLANK")
    assert result.column_names == ["age", "column_2", "age_2", "b", "column_5"]
    words = 'Two columns are called "age" (columns 1 and 3). Column 3 is read as "age_2"'
    assert result.problems[0].message == words
    assert table_of(reader)[0] == "age,,age,b,"


def test_numbered_names_never_meet_a_name_of_the_file(reader: Reader) -> None:
    result = reader.read("a,a,a_2,,column_4\n1,2,3,4,5\n")
    assert len(set(result.column_names)) == 5
    result = reader.read("a,,column_2\n1,2,3\n")
    assert result.column_names == ["a", "column_2_2", "column_2"]
    assert result.problems[0].message.endswith('It is read as "column_2_2"')


def test_apostrophes_quote_where_they_do(reader: Reader) -> None:
    text = "n,text\n1,'a, b'\n2,'c, d'\n3,'e'\n"
    result = read_well(reader, text, "QUOTE_APOSTROPHE")
    assert [row["cells"] for row in result.preview] == [["1", "a, b"], ["2", "c, d"], ["3", "e"]]
    assert reader.rows("n,text\n1,it's\n2,'tis\n3,x\n") == [
        ["1", "it's"],
        ["2", "'tis"],
        ["3", "x"],
    ]


def test_quotes_that_a_backslash_escapes(reader: Reader) -> None:
    text = "n,text,m\n" + '1,"10\\" wide, so",2\n2,"plain, text",3\n' * 3
    result = read_well(reader, text, "ESCAPE_BACKSLASH")
    assert result.preview[0]["cells"] == ["1", '10" wide, so', "2"]
    assert reader.rows('a,b\n"C:\\x\\","y"\n') == [["C:\\x\\", "y"]]


def test_rows_without_any_value_are_told(reader: Reader) -> None:
    result = read_well(reader, "a,b\n1,2\n,\n3,4\n,\n", "ROWS_EMPTY")
    assert (result.problems[0].line, result.problems[0].count, result.n_rows) == (3, 2, 4)


def test_spaces_after_separators_are_no_part_of_cells(reader: Reader) -> None:
    assert reader.rows('a, b, c\n1, "x, y", 2\n3, "z", 4\n') == [
        ["1", "x, y", "2"],
        ["3", "z", "4"],
    ]
    assert reader.rows("a,b\n1, x\n2,y\n3,z\n4,q\n")[0] == ["1", " x"]


@pytest.mark.parametrize(
    "text", ["name\nAnn Lee\nBob Ray\n", "day\n2020-01-01 10:00\n2020-01-02 11:00\n", "a\n1\n2\n"]
)
def test_one_column_stays_one_aloud(reader: Reader, text: str) -> None:
    result = read_well(reader, text, "ONE_COLUMN")
    assert [row["cells"] for row in result.preview] == [[line] for line in text.split("\n")[1:-1]]


def test_a_file_that_falls_apart_under_every_separator_is_no_one_column(reader: Reader) -> None:
    text = "".join("a," * (n % 7) + "b\n" for n in range(1, 60))
    assert reader.refusal(text)[0] in {"CSV_ONE_COLUMN", "CSV_RAGGED"}


def test_values_that_stand_again_below_are_no_names(reader: Reader) -> None:
    rows = "Oslo,north\nRome,south\nOslo,south\nRome,north\n"
    read_well(reader, rows, "HEADER_ABSENT")
    assert read_well(reader, "city,side\n" + rows).column_names == ["city", "side"]


def test_dates_and_amounts_in_the_first_line_are_no_names(reader: Reader) -> None:
    read_well(reader, "28/01/2018,$7.50,x\n29/01/2018,$8.00,y\n", "HEADER_ABSENT")
