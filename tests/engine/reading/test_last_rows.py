"""The last rows of a table: notes with as many cells, and sums without a name, are told."""

import pytest

from tasks.engine.reader.refusals import Problem
from tests.engine.reading.conftest import Reader

CITIES = "city,people,area\n" + "".join(f"c{n},{100 * n},{3 * n}\n" for n in range(12))
PAIRS = "city,people\n" + "".join(f"c{n},{100 * n}\n" for n in range(12))


def told(reader: Reader, content: str, **options: object) -> list[Problem]:
    result = reader.read(content, **options)
    return [problem for problem in result.problems if problem.code == "LAST_ROWS"]


@pytest.mark.parametrize(
    ("table", "note", "n"),
    [
        (CITIES, "Data are estimates, see report, p. 3\n", 1),
        (CITIES, "Population in thousands,area in km2,all rounded\n", 1),
        (CITIES, "All of it was counted, again, in 2020\n", 1),
        (CITIES, "Some words, and more, of them\nAnd others, here, as well\n", 2),
        (PAIRS, "Population in thousands, rounded\n", 1),
        (PAIRS.replace(",", ";"), "Population in thousands; rounded\n", 1),
    ],
)
def test_notes_that_have_as_many_cells_are_told(
    reader: Reader, table: str, note: str, n: int
) -> None:
    (problem,) = told(reader, table + note)
    assert (problem.line, problem.count) == (14, n)
    assert f'"{note.splitlines()[0]}"' in problem.message
    assert "kept; a note below the table should be taken out" in problem.message
    assert reader.read(table + note).n_rows == 12 + n


@pytest.mark.parametrize(
    "row",
    [
        "c12,1200,36",
        "c12,NA,36",
        "c12,n/a,-",
        "c12,pending,36",
        "Total,1200,36",
        "c12,1200,unknown",
        ",1200,36",
        "c12,,",
    ],
)
def test_rows_that_may_be_rows_are_not(reader: Reader, row: str) -> None:
    assert not told(reader, f"{CITIES}{row}\n")


def test_words_that_stand_above_too_are_none_of_a_note(reader: Reader) -> None:
    assert not told(reader, f"{CITIES}c12,low,small\n{CITIES[17:]}c13,low,small\n")
    assert not told(reader, f"{PAIRS}c12,pending\n")


def test_a_space_behind_each_comma_is_no_sign_of_a_note(reader: Reader) -> None:
    spaced = PAIRS.replace(",", ", ")
    assert not told(reader, f"{spaced}c12, pending\n")


@pytest.mark.parametrize("row", [",,7800", ", ,7800"])
def test_a_sum_without_a_name_is_told(reader: Reader, row: str) -> None:
    table = "date,shop,sold\n" + "".join(f"2024-01-{n:02},s{n % 3},{n}\n" for n in range(1, 13))
    (problem,) = told(reader, f"{table}{row}\n")
    assert problem.line == 14
    assert "has no value in columns which are filled in the rows above" in problem.message
    assert not told(reader, f"{table}{row}\n{row}\n")


def test_what_was_read_in_part_has_no_last_rows(reader: Reader) -> None:
    assert not told(reader, f"{CITIES}Some words, and more, of them\n{CITIES[17:]}")


def test_notes_behind_many_rows_are_found(reader: Reader) -> None:
    rows = "".join(f"c{n},{n},{n % 7}\n" for n in range(100_000))
    (problem,) = told(reader, f"city,people,area\n{rows}Some words, and more, of them\n")
    assert problem.line == 100_002


SUMS = "city,people,area\n" + "".join(f"c{n},{100 * n},{n}.5\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("row", "is_sum"),
    [(",6600,71.5", True), (",6601,71.5", False), ("All,6600,71.5", True), ("c,6600,71", False),
     (",,", False), (",x,71.5", False)],
)  # fmt: skip
def test_sums_in_a_last_row_are_told_whatever_it_is_called(
    reader: Reader, row: str, is_sum: bool
) -> None:
    found = told(reader, f"{SUMS}{row}\n")
    assert len(found) == is_sum
    assert all("are the sums of those above" in problem.message for problem in found)


DOUBLED = [1, *(2**n for n in range(9))]  # each is the sum of those before it
CHANGES = [3, -1, 4, -6, 5, -5, 2, -2, 1, -1]


@pytest.mark.parametrize(
    ("columns", "name", "is_sum"),
    [
        ([DOUBLED], "c", False),
        ([DOUBLED, DOUBLED], "c", False),
        ([DOUBLED, [5 * n for n in DOUBLED]], "c", False),
        ([[*CHANGES, 0]], "c", False),
        ([[*CHANGES, 0], [*range(1, 11), 55]], "Total", False),
        ([[0, 0, 0, 5, 0, 0, 2, 0, 1, 8]], "c", False),
        ([[*range(1, 11), 55]], "c", False),
        ([[*range(1, 11), 55], [*range(2, 12), 65]], "c", True),
        *(([[*range(1, 11), 55]], name, True) for name in ("Summe 2020", "Total of all", "SUM")),
    ],
)
def test_a_column_that_ends_in_its_sum_by_chance_is_none_of_a_row_of_sums(
    reader: Reader, columns: list[list[int]], name: str, is_sum: bool
) -> None:
    cells = zip(*columns, strict=True)
    rows = [f"c{n},{','.join(map(str, row))}" for n, row in enumerate(cells)]
    rows[-1] = name + rows[-1][rows[-1].index(",") :]
    names = ["city", *(f"n{n}" for n in range(len(columns)))]
    found = told(reader, "\n".join([",".join(names), *rows]) + "\n")
    assert len(found) == is_sum


def test_numbers_without_a_name_that_double_are_no_sum(reader: Reader) -> None:
    assert not told(reader, "a,b\n" + "".join(f"{n},{n}\n" for n in DOUBLED))


def test_one_more_of_few_values_is_no_sum(reader: Reader) -> None:
    rows = "".join(f"c{n},{'5' if n in {3, 11} else '0'}\n" for n in range(12))
    assert not told(reader, f"city,people\n{rows}")


def test_the_first_note_below_a_table_is_quoted(reader: Reader) -> None:
    note = "\nSource: Office, 2020\n* estimated\n"
    problems = reader.read(PAIRS + note).problems
    (found,) = [problem for problem in problems if problem.code == "FOOTNOTE"]
    assert (found.line, found.count) == (15, 2)
    assert '"Source: Office, 2020"' in found.message
