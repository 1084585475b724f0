"""Words that count as missing are told where they may be values."""

from collections.abc import Callable

import pytest

from tasks.engine.profile.profiling import ProfileResult

ProfileCells = Callable[..., ProfileResult]
COUNTRIES = ["DE", "FR", "US", "NA", "GB", "IT"]
GRADES = ["High", "Low", "None"]


def told(result: ProfileResult) -> list[str]:
    return [p.message for p in result.problems if p.code == "MISSING_WORD"]


@pytest.mark.parametrize(
    ("cells", "word", "beside", "line"),
    [(COUNTRIES * 20, "NA", '"DE", "FR", "US"', 5), (GRADES * 20, "None", '"High", "Low"', 4),
     ([*COUNTRIES, ""] * 20, "NA", '"DE", "FR", "US"', 5)],
)  # fmt: skip
def test_a_word_that_counts_as_missing_among_such_values_is_told(
    profile_cells: ProfileCells, cells: list[str], word: str, beside: str, line: int
) -> None:
    result = profile_cells(cells)
    assert result.columns[0]["missing"] == sum(cell in {word, ""} for cell in cells)
    (message,) = told(result)
    assert f'20 of {len(cells)} cells of "x" are "{word}" and count as missing' in message
    assert f"Beside {beside} it may be a value" in message
    (problem,) = [p for p in result.problems if p.code == "MISSING_WORD"]
    assert (problem.line, problem.count) == (line, 20)


@pytest.mark.parametrize(
    "cells",
    [
        ["Grvl", "Pave", "NA", "Dirt"],
        ["low", "high", "None"],
        ["DE", "FR", "US", ""],
        ["DE", "FR", "US", "null", "NaN", "N/A"],
        ["1", "2", "NA"],
        ["yes", "no", "None"],
    ],
)
def test_where_it_can_hardly_be_a_value_nothing_is_told(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    assert not told(profile_cells(cells * 20))


def test_who_chose_the_markers_is_told_nothing(profile_cells: ProfileCells) -> None:
    assert not told(profile_cells(COUNTRIES * 20, dialect={"missing": ["", "NA"]}))
    chosen = profile_cells(COUNTRIES * 20, dialect={"missing": [""]})
    assert not told(chosen)
    assert chosen.columns[0]["missing"] == 0


def test_a_large_table_is_told_the_same(profile_cells: ProfileCells) -> None:
    (message,) = told(profile_cells(COUNTRIES * 1_000))
    assert message.startswith('1,000 of 6,000 cells of "x" are "NA"')


def test_cells_that_are_missing_by_such_a_word_are_told_once(profile_cells: ProfileCells) -> None:
    def codes(cells: list[str]) -> list[str]:
        return [p.code for p in profile_cells(cells).problems if p.code.startswith("M")]

    often = [*GRADES, *["None"] * 5]
    assert codes(often * 10) == ["MISSING_WORD"]
    assert codes([*often, ""] * 10) == ["MOSTLY_MISSING", "MISSING_WORD"]


def test_one_cell_that_counts_as_missing_is_told_as_one(profile_cells: ProfileCells) -> None:
    (message,) = told(profile_cells([*["DE", "FR", "US"] * 10, "NA"]))
    assert message.startswith('1 of 31 cells of "x" is "NA" and counts as missing')
