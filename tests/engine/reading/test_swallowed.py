"""Rows between two quotes that are no pair, and cells that do go over lines."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of


def rows_with(first: str, last: str, n_rows: int = 40) -> str:
    """Write rows of which the 5th and the 17th have another text."""
    texts = {5: first, 17: last}
    rows = [f"{n},{texts.get(n, f'J{n}')},{n * 2}\n" for n in range(1, n_rows + 1)]
    return "id,name,v\n" + "".join(rows)


@pytest.mark.parametrize(
    ("first", "last"),
    [('"Smith', 'Brown"'), ('"5 inch', '6"'), ('"Smith', '"Brown'), ('"x, y"', '"a ""b"""')],
)
def test_rows_between_two_lone_quotes_stay_rows(reader: Reader, first: str, last: str) -> None:
    rows = reader.rows(rows_with(first, last))
    assert len(rows) == 40
    assert [row[0] for row in rows] == [str(n) for n in range(1, 41)]


def test_the_line_of_a_lone_quote_is_told(reader: Reader) -> None:
    result = reader.read(rows_with('"Smith', 'Brown"'))
    assert [(p.code, p.line) for p in result.problems] == [
        ("QUOTES_REPAIRED", 6), ("STRAY_QUOTES", 18),
    ]  # fmt: skip


def test_names_in_the_last_column_too(reader: Reader) -> None:
    rows = reader.rows('id,name\n1,"Smith\n2,Jones\n3,Brown"\n4,x\n')
    assert rows == [["1", '"Smith'], ["2", "Jones"], ["3", 'Brown"'], ["4", "x"]]


def test_a_lone_quote_among_the_names_hides_no_rows(reader: Reader) -> None:
    result = reader.read(rows_with("Smith", 'Brown"').replace("name", '"name'))
    assert (result.column_names, result.n_rows) == (["id", '"name', "v"], 40)
    assert warnings_of(result) == ["QUOTES_REPAIRED", "STRAY_QUOTES"]


@pytest.mark.parametrize(
    "cell",
    [
        "a st, 5\nLondon, UK\nX, Y",
        "first\n\nsecond",
        "a,b\n1,2\n3,4",
        "see 1,2,3\nand 4,b,6",
        "\n",
    ],
)
def test_cells_of_several_lines_stay_cells(reader: Reader, cell: str) -> None:
    text = f'id,note,v\n1,"{cell}",3\n2,"{cell}",4\n3,plain,5\n'
    result = reader.read(text)
    assert (result.n_rows, warnings_of(result)) == (3, [])
    assert result.preview[0]["cells"] == ["1", cell, "3"]


@pytest.mark.parametrize("name", ["Bob", '"Bob"'])
def test_addresses_with_a_comma_in_each_line_stay_cells(reader: Reader, name: str) -> None:
    cell = "12 Main St, Apt 4\nTown, ST 12345"
    result = reader.read("name,address,amount\n" + f'{name},"{cell}",5.5\n{name},1 St,6.5\n' * 6)
    assert (result.n_rows, [p.code for p in result.problems]) == (12, [])
    assert result.preview[0]["cells"] == ["Bob", cell, "5.5"]
    text = f'1,"{cell}",5.5\n' * 9
    assert reader.read(text, header=False).preview[0]["cells"] == ["1", cell, "5.5"]


def test_lines_that_may_be_rows_or_not_are_told(reader: Reader) -> None:
    text = 'who,what,where\nAnn,"sees,Rome\nBob,likes,Kiel\nCid,knows",Bonn\nDan,has,Bern\n'
    result = reader.read(text)
    assert (result.n_rows, result.preview[0]["cells"][1].count("\n")) == (2, 2)
    assert [(p.code, p.line) for p in result.problems if p.code != "HEADER_ASSUMED"] == [
        ("QUOTED_ROWS", 2)
    ]
