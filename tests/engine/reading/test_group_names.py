"""Groups of columns above names that are alike: they go into the names."""

import pytest

from tasks.engine.bundle.csv_file import read_text_table
from tests.engine.reading.conftest import Reader, warnings_of

ROWS = "".join(f"s{n},{n}00,{n}10,{n}20,{n}30\n" for n in range(1, 12))
NAMES = "Sector,Men,Women,Men,Women\n"


@pytest.mark.parametrize("title", ["", "Table 3: Employment\nSource: Office\n\n"])
@pytest.mark.parametrize(
    "groups",
    [
        ("2019", "2020"),
        ("Rural", "Urban"),
        ("2019/20", "2020/21"),
        ("1", "2"),
        ("10", "20"),
        ("0.5", "1.5"),
        ("5 %", "10 %"),
        ("01.01.2024", "01.01.2025"),
    ],
)
def test_groups_above_equal_names_are_part_of_them(
    reader: Reader, title: str, groups: tuple[str, str]
) -> None:
    one, other = groups
    result = reader.read(f"{title},{one},,{other},\n{NAMES}{ROWS}")
    whole = ["Sector", f"{one} Men", f"{one} Women", f"{other} Men", f"{other} Women"]
    assert (result.column_names, result.n_rows) == (whole, 11)
    assert "HEADER_LINES" in warnings_of(result)


@pytest.mark.parametrize(
    ("above", "names"),
    [
        (",2019,,2020,\n", "Sector,Men,Women,Young,Old\n"),
        (",2019,,2020,\n\n", NAMES),
        (",2019,,,\n", NAMES),
        ("Year,2019,,2020,\n", "Sector,Men,Women,Young,Old\n"),
        (",People at work in a year,,People out of work in it,\n", NAMES),
    ],
)
def test_another_line_above_is_no_part_of_names(reader: Reader, above: str, names: str) -> None:
    result = reader.read(f"{above}{names}{ROWS}")
    assert result.n_rows == 11
    assert result.column_names[:2] in (["Sector", "Men"], ["Year Sector", "2019 Men"])


def test_names_above_words_alone_stay_names(reader: Reader) -> None:
    rows = "".join(f"s{n},a{n},b{n},c{n},d{n}\n" for n in range(11))
    result = reader.read(f",2019,,2020,\n{NAMES}{rows}")
    assert (result.column_names[0], result.n_rows) == ("Sector", 11)


def test_one_line_of_names_was_asked_for(reader: Reader) -> None:
    result = reader.read(f",2019,,2020,\n{NAMES}{ROWS}", header_lines=1)
    assert (result.column_names[:2], result.n_rows) == (["Sector", "Men"], 11)


MERGED = "".join(f"0{n}.03.2022;A{n};{n}00;{n},5\n" for n in range(1, 10))


@pytest.mark.parametrize("title", ["", "Traffic;;;\n;;;\n", "Traffic\n\n"])
@pytest.mark.parametrize("groups", ["Date;Counts;;", "Date;Counts;Counts;Counts"])
@pytest.mark.parametrize("units", ["", ";;n;%\n"])
def test_names_of_merged_cells_are_one_line(
    reader: Reader, title: str, groups: str, units: str
) -> None:
    result = reader.read(f"{title}{groups}\n;Place;Cars;Trucks\n{units}{MERGED}")
    names = ["Date", "Counts Place", "Counts Cars", "Counts Trucks"]
    shown = [name.removesuffix(" n").removesuffix(" %") for name in result.column_names]
    assert (shown, result.n_rows) == (names, 9)
    assert "HEADER_LINES" in warnings_of(result)


def test_a_title_right_above_groups_is_no_half_of_them(reader: Reader) -> None:
    rows = "".join(f"P{n},{n}40,{n}35,{n}\n" for n in range(1, 9))
    result = reader.read(f"Results,,,\nNovember 3,,,\n,President,,Senator\nPlace,A,B,C\n{rows}")
    assert (result.column_names[0], result.n_rows) == ("Place", 8)


def test_years_that_repeat_above_names_are_groups_of_them(reader: Reader) -> None:
    rows = ROWS.replace(",", ";")
    result = reader.read(f"Sector;2020;2020;2021;2021\n;Men;Women;Men;Women\n{rows}")
    assert (result.column_names[1], result.n_rows) == ("2020 Men", 11)


@pytest.mark.parametrize("row", [";x;y;z", ";A1;7;2,5", "02.03.2022;A2;100;2,5"])
def test_a_row_below_blank_names_stays_one(reader: Reader, row: str) -> None:
    rows = MERGED if ";y;" not in row else "".join(f"s{n};a;b{n};c\n" for n in range(9))
    result = reader.read(f"Date;Counts;;\n{row}\n{rows}")
    assert (result.n_rows, result.preview[0]["cells"]) == (10, row.split(";"))


@pytest.mark.parametrize(
    ("names", "row", "rows"),
    [("name,score,", ",absent,ill", "r{n},{n},"), ("id,,v", ",x,n/a", "{n},r{n},{n}"),
     ("id,v,v", ",x,n/a", "{n},{n},{n}")],
)  # fmt: skip
def test_a_first_row_with_a_remark_or_a_missing_value_is_no_half_of_names(
    reader: Reader, names: str, row: str, rows: str
) -> None:
    result = reader.read("\n".join([names, row, *(rows.format(n=n) for n in range(12))]))
    assert (result.n_rows, result.preview[0]["cells"]) == (13, row.split(","))
    assert result.column_names[0] == names.partition(",")[0]


LEVELS = "Town,young,old,young,old,young,old,young,old\n"
LEVEL_ROWS = "".join(
    f"Town {c},{n},{n + 3},7,{n},1,{n},{n},5\n" for n, c in enumerate("ABCDEFG", 11)
)
WHOLE = [f"{y} {s} {a}" for y in (2023, 2024) for s in ("men", "women") for a in ("young", "old")]


BLANK = ",2023,,,,2024,,,\n,men,,women,,men,,women,\n"
FULL = ",2023,2023,2023,2023,2024,2024,2024,2024\n,men,men,women,women,men,men,women,women\n"
PANDAS = f"year{FULL}".replace(",men", "sex,men", 1) + "age" + LEVELS[4:]


@pytest.mark.parametrize("title", ["", "Table 3: People\nSource: Office\n\n", ",All,,,,,,,\n"])
@pytest.mark.parametrize(
    ("names", "first"),
    [
        (BLANK + LEVELS, "Town"),
        (FULL + LEVELS, "Town"),
        (f"Town{BLANK}{LEVELS[4:]}", "Town"),
        (PANDAS, "year sex age"),
        (f"{PANDAS}town,,,,,,,,\n", "year sex age town"),
    ],
)
def test_three_levels_of_names_are_joined_as_two_are(
    reader: Reader, title: str, names: str, first: str
) -> None:
    result = reader.read(f"{title}{names}{LEVEL_ROWS}")
    assert result.column_names == [first, *WHOLE]
    assert (result.n_rows, result.preview[0]["cells"][:2]) == (7, ["Town A", "11"])
    assert "HEADER_LINES" in warnings_of(result)
    assert result.dialect
    frame = read_text_table(reader.source, result.dialect.as_dict(), needed=WHOLE)
    assert (frame.columns.tolist(), len(frame)) == (result.column_names, 7)


@pytest.mark.parametrize(
    ("above", "names"),
    [
        # The lowest names say enough, a line is missing, or a row of words is a row.
        (",A,,,,B,,,\n,x,,y,,x,,y,\n", "Town,a1,a2,a3,a4,b1,b2,b3,b4\n"),
        (",2023,,,,2024,,,\n\n,men,,women,,men,,women,\n", "Town,a,b,c,d,e,f,g,h\n"),
        ("a,b,c,d,e,f,g,h,i\nTown X,u,u,v,v,u,u,v,v\n", "Town Y,u,u,u,v,v,u,v,v\n"),
    ],
)
def test_what_is_no_third_level_of_names_is_not_joined(
    reader: Reader, above: str, names: str
) -> None:
    result = reader.read(f"{above}{names}{LEVEL_ROWS}")
    assert result.column_names[1] in {"a1", "a", "b"}
