"""Rows with too few cells: made whole where there is one way, and told; else told as ragged."""

import pytest

from tasks.engine.reader.short_rows import Column, ShortRows
from tests.engine.reading.conftest import Reader, warnings_of

NOTES = ["", "", "late", "", ""]
ROWS = [
    [f"{day:02}/05/2018", f"{day:02}:30", str(day * 7), f"HK-{5700 + day}", text, NOTES[day % 5]]
    for day, text in enumerate(["a jacket", "two, of cotton", "boots"] * 5, 1)
]
SHORT = ShortRows(ROWS, 6)


@pytest.mark.parametrize(
    ("cells", "filled"),
    [
        (["09/05/2018", "09:30", "63", "HK-5709", "hat"], [""]),
        (["09/05/2018", "09:30", "6300", "HK-5709", "hat"], [""]),
        (["09/05/2018", "09:30", "63", "HK-5709"], None),  # no text is never left out
        (["09:30", "63", "HK-5709", "hat", ""], None),  # the first is missing
        (["09/05/2018", "63", "HK-5709", "hat", ""], None),
        (["09/05/2018", "09:30", "63", "HK-5709 a hat", ""], None),  # two cells in one
        (["09/05/2018", "09:30", "63", "HK-5709", ""], None),  # a text that is blank nowhere else
    ],
)
def test_last_cells_are_filled_where_the_others_stand_at_their_places(
    cells: list[str], filled: list[str] | None
) -> None:
    assert SHORT.fill(cells) == (None if filled is None else cells + filled)


@pytest.mark.parametrize("cells", [["1", "cold", "first seen"], ["1", "cold", ""], ["1", ""]])
def test_last_cells_are_not_filled_behind_free_text(cells: list[str]) -> None:
    words = [
        "Big A",
        "x-1",
        "(no)",
        "Of 9",
        "a.b",
        "C",
        "7th",
        "is it?",
        "a/b",
        "D4",
        "no 5",
        "#",
        "+a",
    ]
    rows = [[str(n), word, f"{word}." if n % 5 else "", ""] for n, word in enumerate(words * 2)]
    assert ShortRows(rows, 4).fill(cells) is None
    assert ShortRows([row[:1] + row[3:] for row in rows], 2).fill(["1"]) == ["1", ""]


@pytest.mark.parametrize(
    ("cells", "parted"),
    [
        (["09/05/201809:30", "63", "HK-5709", "hat", ""], ("09/05/2018", "09:30")),
        (["09/05/2018", "09:3063", "HK-5709", "hat", ""], ("09:30", "63")),
        (["09/05/2018", "09:30", "63HK-5709", "hat", ""], ("63", "HK-5709")),
        (["09/05/2018", "09:30", "63", "HK-5709hat", ""], None),  # a text has no form
        (["09/05/2018", "09:30", "HK-5709", "hat", ""], None),  # a cell is missing
        (["09/05/201809:30", "63", "HK-5709", "hat"], None),
        (["09/05/201809:30", "63", "HK", "hat", ""], None),
    ],
)
def test_a_cell_is_parted_where_its_columns_leave_one_place(
    cells: list[str], parted: tuple[str, str] | None
) -> None:
    got = SHORT.part(cells)
    assert (got is None) if parted is None else (got is not None and set(parted) <= set(got))
    assert got is None or len(got) == 6


@pytest.mark.parametrize(
    ("cell", "suits"),
    [("$72", True), ("$1.250,50", True), ("$3", True), ("72", False), ("€72", False),
     ("$72 off", False), ("", False)],
)  # fmt: skip
def test_an_amount_of_another_form_suits_amounts(cell: str, suits: bool) -> None:
    assert Column(["$4.50", "$12.3", "$1,200.00"] * 5).suits(cell) is suits
    assert not Column(["$4.50", "$12.30", "A4.50"] * 5).suits("$1,200.5")
    assert not Column(["1.5.2018", "11.5.2018"] * 9).suits("25")


def test_numbers_are_never_parted_and_few_rows_tell_nothing() -> None:
    numbers = [[str(n), str(n % 7), str(n * n)] for n in range(1, 10)] * 3
    assert ShortRows(numbers, 3).part(["45", "6"]) is None
    assert ShortRows(numbers, 3).part(["451", "6"]) is None
    assert ShortRows(ROWS[:9], 6).part(["09/05/201809:30", "63", "HK-5709", "hat", ""]) is None
    assert ShortRows([], 0).fill([]) is None


def test_what_was_made_whole_is_told_and_the_rest_refuses(reader: Reader) -> None:
    def line(cells: list[str]) -> str:
        return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells) + "\n"

    text = "day,time,n,code,text,note\n" + "".join(map(line, ROWS))
    good = text + "16/05/2018,16:30,112,HK-5716,hat\n17/05/201817:30,119,HK-5717,hat,\n"
    result = reader.read(good)
    assert not result.refused
    assert warnings_of(result) == ["ENDS_FILLED", "CELLS_PARTED"]
    assert [p.line for p in result.problems if p.line] == [17, 18]
    assert reader.rows(good)[-2:] == [
        ["16/05/2018", "16:30", "112", "HK-5716", "hat", ""],
        ["17/05/2018", "17:30", "119", "HK-5717", "hat", ""],
    ]
    result = reader.read(text + "17/05/2018,17:30,HK-5717,hat,\n")
    assert result.refused
    assert [p.code for p in result.problems if p.severity == "error"] == ["CSV_RAGGED"]


def test_a_second_table_with_more_columns_is_left_out(reader: Reader) -> None:
    first = "n,size,text\n" + "".join(f"{n},{n}.5,one\n" for n in range(30))
    second = "n,size,text,more\n" + "".join(f"{n},{n}.5,two,\n" for n in range(30))
    result = reader.read(first + second)
    assert not result.refused
    assert result.n_rows == 30
    assert warnings_of(result) == ["SECOND_TABLE"]
