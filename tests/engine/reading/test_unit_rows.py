"""A row of units below the names is a part of them, also where words stand in it."""

from collections.abc import Sequence

import pytest

from tests.engine.reading.conftest import Reader

TOWNS = [
    ["Bath", "94782", "29.1", "17 Apr 2023"],
    ["Ely", "20574", "59.1", "3 May 2023"],
    ["York", "202821", "271.9", "9 Jan 2023"],
    ["Hull", "2304", "1", "1 Feb 2023"],
]
ROWS = TOWNS * 3


def read(reader: Reader, units: str) -> list[list[str]]:
    return reader.rows(f"Town,Population,Area,As of\n{units}\n" + "\n".join(map(",".join, ROWS)))


@pytest.mark.parametrize(
    "units",
    [
        ",persons,km²,",
        ",persons,%,",
        ",residents,ha,date",
        ",1000 €,km²,",
        ",,km²,",
        ",No.,km²,",
        ",,EUR million,",
        ",000s,£m,",
        ",Anzahl,%,",
    ],
)
def test_units_beside_words_are_a_part_of_the_names(reader: Reader, units: str) -> None:
    assert read(reader, units) == ROWS


@pytest.mark.parametrize("row", ["Derby,closed,km,", ",closed,lost,", ",a,b,", ",12,km²,"])
def test_words_that_may_be_a_row_stay_one(reader: Reader, row: str) -> None:
    assert read(reader, row) == [row.split(","), *ROWS]


def test_thousands_of_blanks_that_do_not_break_are_values(reader: Reader) -> None:
    rows = [[a, f"2\u00a0{b:0>6}"[:5] + "\u202f071", *rest] for a, b, *rest in ROWS]
    text = "Town,Population,Area,As of\n,hab.,km²,\n" + "\n".join(map(",".join, rows))
    assert reader.rows(text) == rows


def test_a_unit_stands_above_numbers_that_are_grouped_as_in_india(reader: Reader) -> None:
    rows = [[name, f"{n},1{n},37{n}", f"{n}.5"] for n, name in enumerate(["Goa", "Bihar"] * 4, 1)]
    lines = "".join(f'{a},"{b}",{c}\n' for a, b, c in rows)
    assert reader.rows(f"State,People,Rate\n,No.,%\n{lines}") == rows


@pytest.mark.parametrize(
    ("above", "names"),
    [
        ("day,Temp,Wind\n,mean,max\n,°C,m/s\n", ["day", "Temp mean °C", "Wind max m/s"]),
        ("day,Temp,Wind\n,Mean,Max\n", ["day", "Temp Mean", "Wind Max"]),
    ],
)
def test_how_values_were_summed_up_is_a_part_of_the_names(
    reader: Reader, above: str, names: list[str]
) -> None:
    rows = "".join(f"2024-01-{n:02},{n}.5,{n}\n" for n in range(1, 13))
    result = reader.read(above + rows)
    assert (result.column_names, result.n_rows) == (names, 12)


def test_answers_below_the_questions_of_a_survey_are_names(reader: Reader) -> None:
    above = "Respondent ID,Age?,Which?,,\n,Open-Ended Response,Car,Bus,Other (please specify)\n"
    rows = "".join(f"{n},{20 + n},{'Car' if n % 2 else ''},Bus,\n" for n in range(1, 13))
    result = reader.read(above + rows)
    whole = ["Age? Open-Ended Response", "Which? Car", "Which? Bus"]
    assert result.column_names == ["Respondent ID", *whole, "Which? Other (please specify)"]
    assert result.n_rows == 12


@pytest.mark.parametrize(
    ("row", "ids", "n_rows"),
    [
        (",Response,a,b", range(2, 14), 13),
        (",Open-Ended Response,a,b", ["", *range(3, 14)], 13),
        (",Open-Ended Response,a,b", range(2, 14), 12),
        (",no,Car,Other (please specify)", range(2, 14), 12),
    ],
)
def test_a_row_with_one_word_of_a_survey_below_one_blank_name(
    reader: Reader, row: str, ids: Sequence[object], n_rows: int
) -> None:
    rows = "".join(f"{n},{'no' if at % 2 else 'yes'},c,d\n" for at, n in enumerate(ids))
    result = reader.read(f"id,answer,kind,\n{row}\n{rows}")
    assert (result.n_rows, result.column_names[0]) == (n_rows, "id")
    assert (result.column_names[1] == "answer") == (n_rows == 13)


def test_a_line_of_dashes_may_have_one_below_a_short_name(reader: Reader) -> None:
    rows = "".join(f"{n},Anna,{n}\n" for n in range(1, 13))
    result = reader.read(f"id,name,n\n--,----,-\n{rows}")
    assert (result.column_names, result.n_rows) == (["id", "name", "n"], 12)
    assert reader.read(f"id,name,n\n-,-,-\n{rows}").n_rows == 13


@pytest.mark.parametrize(
    ("names", "row"),
    [("day,lo,hi", "-,---,---"), ("abc,bcd,cde", "-,-,---"), ("id,name,num", "--,----,-")],
)
def test_missing_cells_below_longer_names_are_a_row(reader: Reader, names: str, row: str) -> None:
    rows = "".join(f"{n},{n}.5,{n}\n" for n in range(12))
    result = reader.read(f"{names}\n{row}\n{rows}")
    assert (result.column_names, result.n_rows) == (names.split(","), 13)
