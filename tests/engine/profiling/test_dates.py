"""Columns of dates: which format, when it is asked, and what is told of cells that are none."""

from collections.abc import Callable
from typing import Any

import pytest

from tasks.engine.profile.profiling import ProfileResult

ProfileCells = Callable[..., ProfileResult]
SLASHED = [f"{i % 12 + 1:02}/{i % 11 + 1:02}/2020" for i in range(40)]
BRITISH = [f"{i % 28 + 1:02}/{i % 11 + 1:02}/2020" for i in range(40)]


def asked(result: ProfileResult) -> dict[str, Any]:
    (column, _other) = result.columns
    assert column["kind"] != "identifier"  # it would be left out of training
    question: dict[str, Any] = column["question"]
    assert question["about"] == "date"
    return question


@pytest.mark.parametrize("odd", ["unknown", "31/02/2020", "soon"])
def test_dates_that_could_be_either_way_round_are_asked_about_though_some_cells_are_none(
    profile_cells: ProfileCells, odd: str
) -> None:
    question = asked(result := profile_cells([*SLASHED, odd]))
    assert question["formats"] == ["%d/%m/%Y", "%m/%d/%Y"]
    assert (question["of"], question["left"], question["from"]) == (1, [1, 1], odd)
    told = {problem.code: problem for problem in result.problems if problem.column == "x"}
    assert set(told) == {"DATE_AMBIGUOUS", "MIXED_TYPES"}
    assert f'1 of 41 cells is no date. First: line 42, "{odd}"' in told["MIXED_TYPES"].message


@pytest.mark.parametrize(
    ("cells", "date_format"),
    [
        ([*BRITISH, "31/02/2020"], "%d/%m/%Y"),
        (["unknown", "unknown", *BRITISH], "%d/%m/%Y"),
        ([f"2020-{i % 11 + 1:02}-{i % 28 + 1:02}" for i in range(40)] + ["2020-02-31"],
         "%Y-%m-%d"),
        ([f"{i % 28 + 1:02}.{i % 11 + 1:02}.20" for i in range(40)] + ["k. A."], "%d.%m.%y"),
    ],
)  # fmt: skip
def test_a_column_of_dates_with_some_that_are_none_is_asked_about(
    profile_cells: ProfileCells, cells: list[str], date_format: str
) -> None:
    question = asked(result := profile_cells(cells))
    assert question["formats"] == [date_format]
    n_odd = question["of"]
    assert question["left"] == [n_odd]
    (told,) = [problem for problem in result.problems if problem.column == "x"]
    assert (told.code, told.count) == ("MIXED_TYPES", n_odd)
    answered = profile_cells(cells, choices={"x": {"kind": "date", "format": date_format}})
    column = answered.columns[0]
    assert (column["kind"], column["unreadable"]) == ("date", n_odd)


def test_dates_of_both_orders_in_one_column_are_asked_about_with_what_each_would_lose(
    profile_cells: ProfileCells,
) -> None:
    question = asked(profile_cells([*BRITISH, "12/31/2020", "11/30/2020"]))
    assert question["formats"] == ["%d/%m/%Y", "%m/%d/%Y"]
    assert question["left"] == [2, sum(int(cell[:2]) > 12 for cell in BRITISH)]
    assert question["of"] == 0


def test_a_year_of_two_digits_may_be_the_day(profile_cells: ProfileCells) -> None:
    question = asked(profile_cells([f"20-{i % 11 + 1:02}-{i % 28 + 1:02}" for i in range(40)]))
    assert question["formats"] == ["%d-%m-%y", "%y-%m-%d"]
    assert question["meanings"] == ["20 January 2001", "1 January 2020"]


def test_half_of_the_cells_are_too_few_to_be_asked_about(profile_cells: ProfileCells) -> None:
    column = profile_cells([*SLASHED[:20], *[f"shop {i % 4}" for i in range(20)]]).columns[0]
    assert (column["kind"], column.get("question")) == ("category", None)


@pytest.mark.parametrize(
    ("cells", "date_format"),
    [
        (["31.12.25", "01.02.26"], "%d.%m.%y"),
        (["31-12-25", "01-02-99"], "%d-%m-%y"),
        (["2026.01.05", "2025.12.31"], "%Y.%m.%d"),
        (["31-12-2025 10:15", "01-02-2026 23:00"], "%d-%m-%Y %H:%M"),
        (["Jan 2026", "Dec 2025", "May 2025"], "%b %Y"),
    ],
)
def test_format_is_found(profile_cells: ProfileCells, cells: list[str], date_format: str) -> None:
    column = profile_cells([*cells, "", "NA"]).columns[0]
    assert (column["kind"], column["format"]) == ("date", date_format)


AT = [f"2020-01-{i % 28 + 1:02}T23:30:00" for i in range(40)]


@pytest.mark.parametrize(
    ("zones", "offset", "last", "told"),
    [
        (["+02:00"], 120, "2020-01-28", None),
        (["Z"], None, "2020-01-28", None),
        (["-0330"], -210, "2020-01-28", None),
        (["-03:00", "-0500"], None, "2020-01-29", "several time zones (-03:00, -05:00). All are"),
        (["+02:00", "", "+02:00", "+02:00"], 120, "2020-01-28",
         '10 of 40 moments of "x" have no time zone. They are taken to be of that of the others'),
    ],
)  # fmt: skip
def test_moments_keep_their_clock_where_they_have_one_zone_and_are_in_utc_where_several(
    profile_cells: ProfileCells, zones: list[str], offset: int | None, last: str, told: str | None
) -> None:
    result = profile_cells([at + zones[i % len(zones)] for i, at in enumerate(AT)])
    column = result.columns[0]
    assert (column["kind"], column.get("offset"), column["max"]) == ("date", offset, last)
    problems = [p.message for p in result.problems if p.code == "DATE_ZONES"]
    assert len(problems) == bool(told)
    assert not told or told in problems[0]
