"""Commas that are no separators, beside one that is; and names that are in doubt."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

GERMAN = {
    "Name, Vorname;Betrag": "Nm{n};{n},5",
    "Region;Stadt;Wert, in Mio": "Nord;Kiel;{n},25",
    "Region;Stadt;Wert": "Nord;Kiel;{n},25",
    "Name;Betrag": "Nm{n};1234,{n}",
    "A;B;C;D;Wert": "a;b;c;d;{n},1",
    "Werk;Verfasser": "Buch {n}, Band 1;Meier, Hans",
    "ort;lage": "Kiel;54,3{n},10,1",
}


@pytest.mark.parametrize("names", GERMAN)
def test_a_semicolon_wins_where_commas_belong_to_cells(reader: Reader, names: str) -> None:
    rows = [GERMAN[names].format(n=n) for n in range(10, 50)]
    result = reader.read("\n".join([names, *rows]) + "\n")
    assert (result.refused, result.column_names) == (False, names.split(";"))
    assert result.preview[0]["cells"] == rows[0].split(";")


def test_a_preamble_with_a_comma_does_not_mislead(reader: Reader) -> None:
    text = "Umsatz, 2020\nRegion;Wert\n" + "".join(f"Nord;{n},5\n" for n in range(10, 50))
    result = reader.read(text)
    assert (result.column_names, result.n_rows) == (["Region", "Wert"], 40)


def test_a_comma_wins_where_cells_are_lists(reader: Reader) -> None:
    text = "id,list\n" + "".join(f"{n},1;2;3;{n}\n" for n in range(10, 50))
    result = reader.read(text)
    assert (result.column_names, result.n_rows) == (["id", "list"], 40)


def test_words_alone_do_not_tell_names(reader: Reader) -> None:
    result = reader.read("Alice,London\nBob,Paris\nCarl,Rome\n")
    assert warnings_of(result) == ["HEADER_ASSUMED"]
    assert warnings_of(reader.read("first_name,town\nBob,Paris\nCarl,Rome\n")) == []
    towns = "".join(f"Bob{n},{'Paris' if n % 2 else 'Rome'}\n" for n in range(30))
    assert warnings_of(reader.read("Name,Town\n" + towns)) == []


def test_years_of_a_row_are_no_names(reader: Reader) -> None:
    result = reader.read("Einstein,1879,1955\nBohr,1885,1962\nPauli,1900,1958\n")
    assert (result.n_rows, warnings_of(result)) == (3, ["HEADER_ABSENT"])
    result = reader.read("Land,1990,1991\nFrance,1.5,2.5\nSpain,1.25,3.5\n")
    assert (result.column_names, result.n_rows) == (["Land", "1990", "1991"], 2)


@pytest.mark.parametrize(
    "names",
    ["Province,Lat,1/22/20,1/23/20,1/24/20", "Region,x,01.01.2020,01.02.2020,01.03.2020",
     "Region,x,1,2,3"],
)  # fmt: skip
def test_names_that_number_or_date_the_columns(reader: Reader, names: str) -> None:
    rows = "".join(f"r{n},{n}.5,{n * 3},{n * 7},{n * 11}\n" for n in range(1, 31))
    result = reader.read(f"{names}\n{rows}")
    assert (result.column_names, result.n_rows) == (names.split(","), 30)


def test_rows_of_rising_numbers_are_no_names(reader: Reader) -> None:
    rows = "".join(f"r{n},{n},{n + 1},{n + 2}\n" for n in range(1, 31))
    assert reader.read(rows).n_rows == 30
