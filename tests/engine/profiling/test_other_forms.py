"""Numbers and dates in forms that few programs read: read, or told, never kept in silence."""

from collections.abc import Callable

import pytest

from tasks.engine.profile.profiling import ProfileResult
from tasks.engine.reader.refusals import Problem

ProfileCells = Callable[..., ProfileResult]


def told(result: ProfileResult) -> list[Problem]:
    """Return what is told of column x."""
    return [problem for problem in result.problems if problem.column == "x"]


@pytest.mark.parametrize(
    ("cells", "schema", "ends", "words"),
    [
        (["1\u2007037", "12\u2007444"], (".", " "), (1037, 12_444), "spaces as thousands"),
        (["١٣", "٢٦"], (".", None), (13, 26), "another script"),
        (["۱۳", "۲۶"], (".", None), (13, 26), "another script"),
        (["١٫٥", "٢٫٢٥"], (".", None), (1.5, 2.25), '"١٫٥" is read as 1.5'),
        (["1٫5", "2٫25"], (".", None), (1.5, 2.25), '"1٫5" is read as 1.5'),
        (["١٬٠٣٧٫٥", "١٢٬٤٤٤"], (".", "٬"), (1037.5, 12_444), "Arabic commas as thousands"),
        (["$(12.00)", "$24.00"], (".", None), (-12, 24), '"$(12.00)" is read as -12'),
        (["%12", "%24"], (".", None), (12, 24), '"%12" is read as 12'),
    ],
)
def test_numbers_of_other_scripts_and_habits_are_read_and_told(
    profile_cells: ProfileCells,
    cells: list[str],
    schema: tuple[str, str | None],
    ends: tuple[float, float],
    words: str,
) -> None:
    result = profile_cells([*cells, ""])
    column = result.columns[0]
    assert (column["kind"], column["decimal"], column.get("thousands")) == ("number", *schema)
    assert (column["min"], column["max"]) == ends
    (problem,) = told(result)
    assert problem.code == "NUMBER_SYMBOLS"
    assert words in problem.message


def test_an_arabic_point_is_one_too_where_the_file_has_decimal_commas(
    profile_cells: ProfileCells,
) -> None:
    column = profile_cells(["1٫5", "2,25", "3"], dialect={"decimal": ","}).columns[0]
    assert (column["kind"], column["min"], column["max"]) == ("number", 1.5, 3)


@pytest.mark.parametrize(
    "cell",
    ["<{}.5", "~{}", "{}.5**", "{} ± 0.5", "{}.5x10^3", "{}.5D+01", "0x0{}", "{} 1/2", "{}_000",
     "{}.5M", "${}.5K", "--{}", "{}²", "1{}．５"],
)  # fmt: skip
def test_numbers_in_a_form_that_is_not_read_are_told(
    profile_cells: ProfileCells, cell: str
) -> None:
    result = profile_cells([cell.format(n) for n in range(1, 10)])
    assert result.columns[0]["kind"] == "category"
    (problem,) = told(result)
    assert problem.code == "NUMBER_UNREAD"
    assert cell.format(1) in problem.message


@pytest.mark.parametrize("cells", [["A1", "B2", "C3"], ["12A", "3B", "4C"], ["1-2", "3-4", "5-6"]])
def test_codes_are_no_numbers_in_another_form(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    assert not told(profile_cells(cells))


@pytest.mark.parametrize(
    "cells",
    [
        ["2024/01/03 3:01:22 pm GMT+2", "2024/01/04 9:12:00 am GMT+2"],
        ["Monday, 01 January 2024", "Friday, 05 January 2024"],
        ["Mon Jan 01 10:00:00 +0000 2024", "Fri Jan 05 10:00:00 +0000 2024"],
        ["2024-W01", "2024-W07"],
        ["2024-Q1", "2024-Q2"],
        ["2024年1月5日", "2024年11月15日"],
        ["2024. 1. 5.", "2024. 11. 15."],
        ["01.02.2024 10:00 Uhr", "21.02.2024 10:30 Uhr"],
        ["[01/Jan/2024:10:00:00 +0000]", "[02/Jan/2024:10:00:00 +0000]"],
        ["/Date(1704153600000)/", "/Date(1704240000000)/"],
        ["2024-01-15", "15.02.2024", "2024-03-15", "15.04.2024"],
        ["12:30", "7:05"],
        ["27:30:00", "102:05:10"],
    ],
)
def test_dates_and_times_in_a_form_that_is_not_read_are_told(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    result = profile_cells(cells)
    assert result.columns[0]["kind"] == "category"
    (problem,) = told(result)
    assert problem.code == "DATE_UNREAD"
    assert "in a form that is not read" in problem.message


@pytest.mark.parametrize("cells", [["1.2.10", "1.3.0"], ["10.0.0.1", "10.0.0.2"], ["2024", "x"]])
def test_versions_and_addresses_are_no_dates(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    assert "DATE_UNREAD" not in {problem.code for problem in told(profile_cells(cells))}


def test_short_years_that_may_come_first_are_asked_about(profile_cells: ProfileCells) -> None:
    result = profile_cells([f"24/0{1 + n % 3}/{n:02}" for n in range(1, 20)])
    assert result.columns[0]["kind"] == "category"
    assert [problem.code for problem in told(result)] == ["DATE_AMBIGUOUS"]
    usual = profile_cells([f"{n:02}/0{1 + n % 3}/{23 + n % 2}" for n in range(1, 20)])
    assert (usual.columns[0]["kind"], usual.columns[0]["format"]) == ("date", "%d/%m/%y")


def test_dates_of_another_calendar_are_told(profile_cells: ProfileCells) -> None:
    result = profile_cells(["15/01/2567", "16/02/2567", "28/02/2567"])
    (problem,) = told(result)
    assert problem.code == "DATE_SUSPICIOUS"
    assert "from 2567-01-15" in problem.message


@pytest.mark.parametrize("word", ["\\N", ".", "—", "#NV", "#WERT!"])
def test_words_of_other_programs_may_stand_for_a_missing_value(
    profile_cells: ProfileCells, word: str
) -> None:
    (problem,) = told(profile_cells(["red", "blue", word, "red", word, "blue"]))
    assert problem.code == "HIDDEN_MISSING"
    assert f'"{word}" in 2 of 6 cells' in problem.message


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["New York", "New\u00a0York"], "differ in U+0020, U+00A0"),
        (["New York", "New  York"], "one has more spaces"),
        (["caf\u00e9", "cafe\u0301"], "differ in U+0065, U+00E9, U+0301"),
        (["ab", "a\u00adb"], "differ in U+00AD"),
    ],
)
def test_categories_that_look_the_same_are_told(
    profile_cells: ProfileCells, cells: list[str], why: str
) -> None:
    (problem,) = told(profile_cells(cells * 3))
    assert problem.code == "CATEGORY_ALIKE"
    assert why in problem.message


def test_categories_that_differ_are_not(profile_cells: ProfileCells) -> None:
    assert not told(profile_cells(["Zürich", "Genève", "Zurich", "Bern"] * 2))


@pytest.mark.parametrize("pair", [("VERO", "FALSO"), ("WAAR", "ONWAAR"), ("ИСТИНА", "ЛОЖЬ")])
def test_true_and_false_of_excel_are_read(
    profile_cells: ProfileCells, pair: tuple[str, str]
) -> None:
    column = profile_cells([*pair, *pair]).columns[0]
    assert (column["kind"], column["true"], column["false"]) == ("boolean", *pair)


@pytest.mark.parametrize(
    "cells",
    [
        ["12D3", "14D1", "9D12", "7D2"], ["2x100", "4x105", "3x102", "2x104"],
        ["K1-2020", "K2-2021", "K1-2021", "K3-2020"], ["red", "#fun!", "blue", "#fun!"],
    ],
)  # fmt: skip
def test_codes_sizes_and_hashtags_are_what_they_are(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    assert told(profile_cells(cells * 3)) == []
