"""What a person chose for a column stands over what was found."""

from collections.abc import Callable
from typing import Any

import pytest

from tasks.engine.profile.profiling import ProfileResult

ProfileCells = Callable[..., ProfileResult]
PRICES = ["5", "6.5", "7", "$1,050", "unknown", "soon"]


def chosen(profile_cells: ProfileCells, cells: list[str], **choice: Any) -> Any:
    result = profile_cells(cells, choices={"x": choice})
    return result.columns[0], [p for p in result.problems if p.column == "x"]


def test_mixed_column_read_as_numbers_counts_the_rest_as_missing(
    profile_cells: ProfileCells,
) -> None:
    column, problems = chosen(profile_cells, [*PRICES, ""], kind="number")
    assert (column["kind"], column["max"]) == ("number", 1050)
    assert (column["count"], column["missing"], column["unreadable"]) == (4, 3, 2)
    assert (column["thousands"], column["symbols"]) == (",", True)
    assert column["question"]["chosen"] == "number"
    assert [(p.code, p.count, p.line) for p in problems] == [
        ("MIXED_TYPES", 2, 6), ("NUMBER_SYMBOLS", None, None),
    ]  # fmt: skip
    assert '"$1,050" is read as 1050' in problems[1].message


@pytest.mark.parametrize(
    ("choice", "kind", "answer"),
    [({"kind": "text"}, "text", "text"), ({"kind": "category"}, "category", "text"),
     ({"use": False}, "category", "leave_out"), ({}, "category", None)],
)  # fmt: skip
def test_answer_to_a_question_is_remembered(
    profile_cells: ProfileCells, choice: dict[str, Any], kind: str, answer: str | None
) -> None:
    column, _problems = chosen(profile_cells, PRICES, **choice)
    assert (column["kind"], column["question"]["chosen"]) == (kind, answer)
    assert column.get("role") == ("left_out" if answer == "leave_out" else None)


@pytest.mark.parametrize(
    ("date_format", "first"), [("%d/%m/%Y", "2026-02-01"), ("%m/%d/%Y", "2026-01-02")]
)
def test_ambiguous_dates_are_read_as_chosen(
    profile_cells: ProfileCells, date_format: str, first: str
) -> None:
    cells = ["01/02/2026", "03/04/2026"]
    column, _problems = chosen(profile_cells, cells, kind="date", format=date_format)
    assert (column["kind"], column["format"], column["min"]) == ("date", date_format, first)
    assert column["question"]["chosen"] == date_format


@pytest.mark.parametrize(
    ("cells", "kind", "facts"),
    [
        (["good", "bad", "good"], "boolean", {"true": "bad", "false": "good"}),
        (["1", "2", "3"], "category", {"distinct": 3}),
        (["1", "2", "3"], "identifier", {}),
        (["5", "5"], "number", {"min": 5.0, "max": 5.0}),
        (["2026-01-05", "late", "2026-01-06"], "date", {"unreadable": 1, "max": "2026-01-06"}),
        (["007", "012"], "number", {"min": 7.0}),
    ],
)
def test_kind_is_what_was_chosen(
    profile_cells: ProfileCells, cells: list[str], kind: str, facts: dict[str, Any]
) -> None:
    column, _problems = chosen(profile_cells, cells, kind=kind)
    assert column["kind"] == kind
    assert {name: column.get(name) for name in facts} == facts
    assert column["missing"] + column["count"] == len(cells)


@pytest.mark.parametrize("kind", ["number", "date", "boolean"])
def test_choice_that_no_cell_allows_is_refused(profile_cells: ProfileCells, kind: str) -> None:
    column, problems = chosen(profile_cells, ["red", "green", "blue", "red"], kind=kind)
    assert column["kind"] == "category"
    assert [(p.severity, p.code) for p in problems] == [("error", "CHOICE_UNUSABLE")]
    words = {
        "number": 'None of the 4 filled cells of "x" is a number: the first is "red". '
                  "Choose another type, or mend the file",
        "date": 'None of the 4 filled cells of "x" is a date: the first is "red". '
                "Choose another type, or mend the file",
        "boolean": '"x" has 3 different values, such as "red"; yes/no needs two. '
                   "Choose another type",
    }  # fmt: skip
    assert problems[0].message == words[kind]


def test_one_cell_that_is_no_number_is_told_as_one(profile_cells: ProfileCells) -> None:
    _column, (problem,) = chosen(profile_cells, ["5", "6.5", "soon", "7"], kind="number")
    words = '1 of 4 cells of "x" is no number and counts as missing. First: line 4, "soon"'
    assert problem.message == words


def test_the_first_line_is_that_of_the_first_cell_not_of_the_most_frequent_one(
    profile_cells: ProfileCells,
) -> None:
    cells = ["soon", "3.189,11 €", "4.347,71 €", *["2.000,50 €"] * 5, "unknown"]
    _column, problems = chosen(profile_cells, cells)
    (told,) = [p for p in problems if p.code == "NUMBER_SYMBOLS"]
    assert told.message.endswith('it is kept as text. First: line 3, "3.189,11 €"')
    assert told.line == 3
