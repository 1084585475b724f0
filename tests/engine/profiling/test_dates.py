"""Columns of dates: which format, when it is asked, and what is told of cells that are none."""

from collections.abc import Callable
from typing import Any

import pytest

from tasks.engine.profile.date_order import either_way
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


@pytest.mark.parametrize(
    ("days", "odd"),
    [(["2020-01-05T10:00", "2020-01-06"], "2020"), (["05.01.20", "06.01.20"], "1.2.20")],
)
def test_the_first_cell_that_is_no_date_is_shown_though_its_format_would_read_it(
    profile_cells: ProfileCells, days: list[str], odd: str
) -> None:
    result = profile_cells([*days * 9, odd])
    assert asked(result)["from"] == odd
    (told,) = [problem for problem in result.problems if problem.column == "x"]
    assert told.message.endswith(f'1 of 19 cells is no date. First: line 20, "{odd}"')
    assert told.line == 20


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


@pytest.mark.parametrize(
    ("formats", "words"),
    [
        (["%d/%m/%Y", "%m/%d/%Y"], "day and month could be either way round"),
        (["%d-%m-%y", "%y-%m-%d"], "day and year could be either way round"),
        (["%d-%m-%y", "%m-%d-%y", "%y-%m-%d"], "day, month and year could be in another order"),
    ],
)
def test_the_parts_of_a_date_that_could_change_places_are_named(
    formats: list[str], words: str
) -> None:
    assert either_way(formats) == words


def test_an_ambiguous_column_is_told_with_its_own_parts(profile_cells: ProfileCells) -> None:
    result = profile_cells([f"20-{i % 11 + 1:02}-{i % 28 + 1:02}" for i in range(40)])
    (told,) = [p.message for p in result.problems if p.code == "DATE_AMBIGUOUS"]
    assert told == '"x" holds dates in which day and year could be either way round; it is text'


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
        (["2024/1/5", "2024/11/25"], "%Y/%m/%d"),
        (["2024/1/5", "2024/2/9"], "%Y/%m/%d"),
        (["2024-1-5", "2024-3-7"], "%Y-%m-%d"),
        (["1. 5. 2024", "31. 12. 2024"], "%d. %m. %Y"),
        (["2024-3-7 9:05", "2024-11-8 21:30"], "%Y-%m-%d %H:%M"),
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


DAYS = [f"{i % 28 + 1}" for i in range(36)]
GERMAN = ["März", "April", "Mai", "August", "September", "November"]
FRENCH = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
          "octobre", "novembre", "décembre"]  # fmt: skip


@pytest.mark.parametrize(
    "cells",
    [
        [f"{day}. {GERMAN[i % 6]} 2020" for i, day in enumerate(DAYS)],
        [f"{day} {FRENCH[i % 12]} 2020" for i, day in enumerate(DAYS)],
        [f"{month} 2020" for month in FRENCH * 3],
        [f"{day} de enero de 2020" for day in DAYS],
        [f"{day} févr. 2020" for day in DAYS],
        [f"{day} Okt. 2020" for day in DAYS],
        [f"2020-01-{int(day):02} 10:00:00 CET" for day in DAYS],
    ],
)
def test_dates_in_words_that_are_not_read_stay_text_and_are_told(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    result = profile_cells(cells)
    assert result.columns[0]["kind"] in {"category", "text"}
    (told,) = [p.message for p in result.problems if p.code == "DATE_UNREAD"]
    assert f'such as "{cells[0]}"; it is kept as text' in told


@pytest.mark.parametrize(
    "cells",
    [["Galaxy 10", "Pixel 7"], ["Golf 2019", "Polo 2020"], DAYS, ["Maria 10", "Mark 12"],
     ["decision 11", "decision 12"]],
)  # fmt: skip
def test_names_with_a_number_are_no_dates_in_words(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    assert not [p for p in profile_cells(cells * 9).problems if p.code == "DATE_UNREAD"]


@pytest.mark.parametrize(
    "cells", [["2020.1.2", "2020.3.1", "2021.2.3"], ["1-2-3", "4-5-6"], ["7732-18-5", "1310-73-2"]]
)
def test_versions_and_numbers_of_substances_are_no_dates(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    column = profile_cells(cells * 6).columns[0]
    assert (column["kind"], column.get("question")) == ("category", None)


def test_whole_numbers_that_are_all_days_are_dates(profile_cells: ProfileCells) -> None:
    days = [f"2020{i % 11 + 1:02}{i % 28 + 1:02}" for i in range(40)]
    column = profile_cells(days).columns[0]
    assert (column["kind"], column["format"], column["min"]) == ("date", "%Y%m%d", "2020-01-01")
    for cells in (days[:5], [*days, "20200231"], [str(19_000_000 + n * 7919) for n in range(40)]):
        assert profile_cells(cells).columns[0]["kind"] == "number"


def test_births_that_two_digits_put_into_the_future_are_told(profile_cells: ProfileCells) -> None:
    born = [f"{i % 28 + 1:02}.{i % 12 + 1:02}.{40 + i % 50}" for i in range(40)]
    (told,) = [p.message for p in profile_cells(born).problems if p.code == "DATE_SUSPICIOUS"]
    assert told.endswith("Their years have two digits: 68 is read as 2068, 69 as 1969")


@pytest.mark.parametrize("day", ["9999-12-31", "1900-01-01", "0001-01-01", "1899-12-30"])
def test_days_that_stand_for_none_are_told(profile_cells: ProfileCells, day: str) -> None:
    result = profile_cells([*[at[:10] for at in AT], *[day] * 9])
    told = [p.message for p in result.problems if p.code == "DATE_SUSPICIOUS"]
    assert told == [f'{day} in 9 cells of "x" may stand for no date']


@pytest.mark.parametrize("word", ["today", "now"])
def test_a_word_that_means_another_day_each_time_is_no_date(
    profile_cells: ProfileCells, word: str
) -> None:
    result = profile_cells([*(f"2020-01-{day:02}" for day in range(1, 29)), word])
    assert [(p.code, p.line) for p in result.problems if p.column == "x"] == [("MIXED_TYPES", 30)]
