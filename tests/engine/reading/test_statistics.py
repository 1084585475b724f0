"""Tables as statistical offices write them: what is above, between and below the rows."""

from tests.engine.reading.conftest import Reader, warnings_of

PLACES = ["North", "South", "East", "West", "Lakes", "Hills"]
NOTES = "".join(f"({n}) Note {n} on the table, in words.\n" for n in range(1, 21))


def rows_of(form: str, places: list[str] = PLACES) -> str:
    """Return rows, each with a place in it and three numbers."""
    return "".join(form.format(p, 100 + n, 200 + n, 300 + n) + "\n" for n, p in enumerate(places))


def test_days_above_a_line_of_units_between_which_sections_stand(reader: Reader) -> None:
    days = ";31.12.2019;31.12.2020;31.12.2021\n;number;number;number\n"
    rows = rows_of("{};{};{};{}")
    text = f"Table: 12\nPopulation: places, days;;;\nLand;;;\n{days}men;;;\n{rows}women;;;\n{rows}"
    result = reader.read(f"{text}__________\nFrom 2011: census.\n(1) few\n")
    assert result.column_names[1:] == [f"31.12.{year} number" for year in (2019, 2020, 2021)]
    assert result.n_rows == 14
    assert {"HEADER_LINES", "ROWS_ALONE", "FOOTNOTE"} <= {*warnings_of(result)}


def test_units_below_names_where_the_first_columns_have_none(reader: Reader) -> None:
    rows = "".join(
        f"202{n};{month};10{n},5;+{n},4\n" for n in range(4) for month in ("May", "June")
    )
    result = reader.read(f"Prices;;;\n;;Index;Change on the year\n;;2020=100;in (%)\n{rows}")
    assert result.column_names[2:] == ["Index 2020=100", "Change on the year in (%)"]
    assert result.n_rows == 8


def test_years_below_names_that_stand_for_several_columns(reader: Reader) -> None:
    rows = rows_of("{};{};{};{};5")
    result = reader.read(f"Area;All;;Men;\n;2021;2022;2021;2022\n{rows}Source: x;;;;\n")
    assert result.column_names == ["Area", "All 2021", "2022", "Men 2021", "2022_2"]
    assert result.n_rows == 6
    assert warnings_of(result) == ["HEADER_LINES", "NAME_REPEATED", "FOOTNOTE"]


def test_a_first_row_of_years_stays_where_it_is_no_part_of_the_names(reader: Reader) -> None:
    for text in (
        f"Area;All;Men\n;2021;2022\n{rows_of('{};{};{}')}",
        f"Area;All;;Men;\nTown;2021;2022;2021;2022\n{rows_of('{};{};{};{};5')}",
        "Area;Born;Died;\n;1850;1900;1901\n" + "X;1851;1899;1902\nY;1852;1898;1903\n" * 3,
        "Area;All;;Men\n" + ";2021;2022;2021\nX;1;2;3\n" * 4,
    ):
        result = reader.read(text)
        assert (result.n_rows, "HEADER_LINES" in warnings_of(result)) == (
            text.count("\n") - 1,
            False,
        )


def test_keys_above_years_with_a_column_of_flags_behind_each(reader: Reader) -> None:
    keys = "Extracted on 1 May,,,,\nDataset: ,Births,,,\n,,,,\nUnit,Number,,,\n,,,,\n"
    result = reader.read(f"{keys}TIME,2020,,2021,\n{rows_of('{},{},,{},p')}")
    assert result.column_names == ["TIME", "2020", "column_3", "2021", "column_5"]
    assert (result.n_rows, warnings_of(result)) == (6, ["PREAMBLE", "NAME_BLANK"])


def test_a_series_below_keys_has_no_names(reader: Reader) -> None:
    keys = '"Title","Population"\n"Code","EB"\n"Pre",""\n"Unit","Thousands"\n"Next","soon"\n'
    series = "".join(f'"{year}","{year * 3}"\n' for year in range(1970, 1980))
    code, message, line = reader.refusal(keys + series)
    assert (code, line) == ("CSV_PREAMBLE", 6)
    assert "that this is the first row" in message
    assert len(reader.rows(keys + series, header=False, header_line=6)) == 10


def test_words_above_numbers_in_both_columns_may_be_rows(reader: Reader) -> None:
    series = "".join(f"{year},{year * 3}\n" for year in range(1970, 1980))
    for words in ("fruit,n\napple,3\npear,4\nplum,5\n", "fruit,n\napple,\n"):
        assert reader.read(words + series).n_rows == words.count("\n") + 9, words


def test_a_long_text_above_and_twenty_notes_below(reader: Reader) -> None:
    above = "".join(f"Line {n} of what is above the table\n" for n in range(15))
    rows = rows_of("{},{},{},{}")
    result = reader.read(f"{above}\nArea,2010,2015,2020\nMen,,,\n{rows}Women,,,\n{rows}{NOTES}")
    assert result.column_names == ["Area", "2010", "2015", "2020"]
    assert result.n_rows == 14
    found = {p.code: p.count for p in result.problems}
    assert (found["PREAMBLE"], found["ROWS_ALONE"]) == (15, 2)
    assert found["FOOTNOTE"] == 20


def test_notes_that_are_more_than_the_rows_are_no_table(reader: Reader) -> None:
    text = f"Births by place\n\nArea,2010,2015,2020\n{rows_of('{},{},{},{}')}"
    result = reader.read(text + NOTES)
    assert (result.n_rows, warnings_of(result)) == (6, ["PREAMBLE", "FOOTNOTE", "BLANK_LINES"])
    assert reader.refusal(text + NOTES.replace("(", "n"))[::2] == ("CSV_RAGGED", 10)
    words = "a,b\n" + "x,y\n" * 20
    assert reader.read("a,b,c,d\n" + "x,y,z,v\n" * 5 + words).refused
