"""Notes below a table that have its separators, in the languages of those who publish tables."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

ROWS = [[f"Town{n}", str(n * 37), f"{n}.5"] for n in range(1, 12)]


@pytest.mark.parametrize(
    "note",
    ["Source: the office", "Quelle: Amt", "Źródło: GUS", "Zdroj: ČSÚ", "Forrás: KSH", "Bron: CBS",
     "Källa: SCB", "Πηγή: ΕΛΣΤΑΤ", "Источник: Росстат", "出典：総務省", "来源: 局", "※ 速報値",
     "x = not shown", "F = final; R = revised", "Champ : France", ".. not available", "(a) early"],
)  # fmt: skip
def test_a_note_is_no_row(reader: Reader, note: str) -> None:
    text = "town,n,half\n" + "\n".join(map(",".join, ROWS)) + f"\n,,\n{note},,\n"
    assert reader.rows(text) == ROWS
    assert "FOOTNOTE" in warnings_of(reader.read(text))


@pytest.mark.parametrize("name", ["Bronx", "Notable", "Anm", "Źródło", "注意"])
def test_a_name_without_values_is_a_row(reader: Reader, name: str) -> None:
    text = "town,n,half\n" + "\n".join(map(",".join, ROWS)) + f"\n{name},,\n"
    assert reader.rows(text)[-1][0] == name


def test_all_that_stands_below_a_blank_row_with_a_note_is_notes(reader: Reader) -> None:
    notes = ",,\nFirst words,,\nof the office,,\nSource: x,,\n"
    text = "town,n,half\n" + "\n".join(map(",".join, ROWS)) + f"\nWhole,1,2\nA section,,\n{notes}"
    assert reader.rows(text) == [*ROWS, ["Whole", "1", "2"], ["A section", "", ""]]


def test_numbered_notes_of_two_cells_are_no_rows(reader: Reader) -> None:
    notes = '"Footnotes:"\n1,"Years end in June."\n2,"Of towns."\n"How to cite: x"\n'
    text = "town,n,half\n" + "\n".join(map(",".join, ROWS)) + f"\n{notes}"
    assert reader.rows(text) == ROWS
    assert warnings_of(reader.read(text)) == ["FOOTNOTE"]


@pytest.mark.parametrize(
    ("notes", "are_rows"),
    [(["Lecture: Maths"], True), (["AB = CD"], True), (["NB: Edmundston"], True),
     (["(a) early"], True), (["Lecture: Maths", "Lecture: Arts"], True),
     (["Champ : France", "Lecture : in 2020, 5 of 9"], False), (["(a) early", "(b) late"], False),
     (["Source: x", "Lecture: in 2020"], False), (["", "NB: of towns"], False)],
)  # fmt: skip
def test_what_may_be_a_row_is_a_note_beside_others_or_below_a_blank_row(
    reader: Reader, notes: list[str], are_rows: bool
) -> None:
    last = [[note, "", ""] for note in notes]
    lines = [",".join([f'"{note}"' if "," in note else note, "", ""]) for note in notes]
    text = "\n".join(["town,n,half", *map(",".join, ROWS), *lines])
    assert reader.rows(text) == (ROWS + last if are_rows else ROWS)
    assert warnings_of(reader.read(text)) == ["ROWS_ALONE" if are_rows else "FOOTNOTE"]
