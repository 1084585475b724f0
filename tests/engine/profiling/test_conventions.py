"""Numbers with thousands separators and signs: read where they are clear, asked about else."""

import json
from collections.abc import Callable

import pytest

from tasks.engine.profile.profiling import ProfileResult
from tests.engine.reading.conftest import Reader

ProfileCells = Callable[..., ProfileResult]


@pytest.mark.parametrize(
    ("cells", "schema", "low", "high"),
    [
        (["$1,050,000", "$900", "$2,000.50"], (".", ",", True), 900, 1_050_000),
        (["1,234,567", "12", "5.5"], (".", ",", None), 5.5, 1_234_567),
        (["19,542.64", "1234.5", "7"], (".", ",", None), 7, 19_542.64),
        (["12,34,567", "1,00,000.5"], (".", ",", None), 100_000.5, 1_234_567),
        (["1.234,50 €", "99 €"], (",", ".", True), 99, 1234.5),
        (["1 234,5", "12 345,25"], (",", " ", None), 1234.5, 12_345.25),
        (["1\u202f234", "12\u00a0345"], (".", " ", None), 1234, 12_345),
        (["1'234.50", "12'345"], (".", "'", None), 1234.5, 12_345),
        (["12.5%", "3 %"], (".", None, True), 3, 12.5),
        (["($1,200.50)", "$7.25"], (".", ",", True), -1200.5, 7.25),
        (["-£5.10", "£-3.20", "£4.00"], (".", None, True), -5.1, 4),
    ],
)
def test_clear_numbers_are_read_and_it_is_said_how(
    profile_cells: ProfileCells,
    cells: list[str],
    schema: tuple[str, str | None, bool | None],
    low: float,
    high: float,
) -> None:
    result = profile_cells([*cells, "", "NA"])
    column = result.columns[0]
    assert column["kind"] == "number"
    assert (column["decimal"], column.get("thousands"), column.get("symbols")) == schema
    assert (column["min"], column["max"], column["missing"]) == (low, high, 2)
    (problem,) = [p for p in result.problems if p.column == "x"]
    assert problem.code == "NUMBER_SYMBOLS"
    assert "question" not in column


def test_what_was_read_as_what_is_said(profile_cells: ProfileCells) -> None:
    problems = profile_cells(["$1,050,000", "$900.50", "$1,050,000"]).problems
    assert '"$1,050,000" is read as 1050000' in problems[0].message


def test_thousands_are_shown_by_a_number_that_has_them(profile_cells: ProfileCells) -> None:
    told = profile_cells(["$5", "$7", "$1,050,000"]).problems
    (problem,) = [p for p in told if p.code == "NUMBER_SYMBOLS"]
    assert "commas as thousands separators" in problem.message
    assert '"$1,050,000" is read as 1050000' in problem.message


def test_the_first_number_with_thousands_is_named_and_no_word_before_it(
    profile_cells: ProfileCells,
) -> None:
    cells = ["unknown", "n.d.", "1,234", "12,345", "2,500", "3,125", "4,000", "6,500"]
    told = [p for p in profile_cells(cells).problems if p.code == "NUMBER_SYMBOLS"]
    assert [p.message.split("First: ")[1] for p in told if "kept as text" in p.message] == [
        'line 4, "1,234"'
    ]


def test_numbers_with_another_sign_than_the_file_are_told(profile_cells: ProfileCells) -> None:
    cells = ["10,5", "3,25", "7"]
    told = profile_cells(cells, dialect={"decimal": "."}).problems
    (problem,) = [problem for problem in told if problem.column == "x"]
    assert problem.code == "NUMBER_SYMBOLS"
    assert 'with a decimal comma: "10,5" is read as 10.5' in problem.message
    same = profile_cells(cells, dialect={"decimal": ","}).problems
    assert not [problem for problem in same if problem.column == "x"]


@pytest.mark.parametrize(
    ("cells", "to"),
    [(["1,234", "12,345"], "1234"), (["1.234 €", "2 $"], "1234"), (["$5", "€6"], "5"),
     (["5%", "6", "7%"], "5")],
)  # fmt: skip
def test_what_can_be_meant_in_two_ways_is_asked(
    profile_cells: ProfileCells, cells: list[str], to: str
) -> None:
    column = profile_cells(cells).columns[0]
    question = column["question"]
    assert column["kind"] == "category"
    assert (question["about"], question["to"], question["chosen"]) == ("number", to, None)
    assert question["become"] == question["of"] - question["missing"] - question["left"]


def test_thousands_that_may_be_decimals_are_told_with_both_meanings(
    profile_cells: ProfileCells,
) -> None:
    result = profile_cells(["", "1,234", "12,345", "7"])
    assert result.columns[0]["question"]["or"] == "1.234"
    (problem,) = [p for p in result.problems if p.column == "x"]
    assert (problem.code, problem.count, problem.line) == ("NUMBER_AMBIGUOUS", 2, 3)
    assert '"1,234" in "x" may mean 1234 or 1.234' in problem.message
    assert 'If it means 1.234, read the file with "," as its decimal sign' in problem.message


@pytest.mark.parametrize(
    "cells", [["3,12", "3.25"], ["1.102,5", "2,104.5"], ["1,5", "1.5", "$2", "3"]]
)
def test_a_column_of_several_conventions_is_told(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    result = profile_cells(cells * 6)
    assert result.columns[0]["question"]["of"] > 0
    assert [p.code for p in result.problems if p.column == "x"] in (
        ["MIXED_TYPES"], ["NUMBER_SYMBOLS"],
    )  # fmt: skip


def test_plain_numbers_that_another_convention_loses_are_counted(
    profile_cells: ProfileCells,
) -> None:
    question = profile_cells(["3,12"] * 8 + ["3.25"] * 4).columns[0]["question"]
    assert (question["of"], question["become"], question["left"]) == (12, 8, 4)


@pytest.mark.parametrize(
    ("cells", "is_told"),
    [(["1.107", "2.350", "12.001", "250"], True), (["1.107", "2.350", "12.001", "250.000"], False),
     (["1.107", "2.35", "12.001", "250"], False), (["0.107", "2.350", "12.001", "250"], False)],
)  # fmt: skip
def test_three_decimals_beside_whole_numbers_are_told(
    profile_cells: ProfileCells, cells: list[str], is_told: bool
) -> None:
    result = profile_cells(cells)
    assert result.columns[0]["kind"] == "number"
    messages = [p.message for p in result.problems if p.code == "NUMBER_AMBIGUOUS"]
    assert bool(messages) == is_told
    assert not is_told or "If it means 1107, choose" in messages[0]


@pytest.mark.parametrize("cells", [["1.107", "2.350", "12.001", "250"], ["1,107", "2,350"]])
def test_no_decimal_sign_is_advised_where_none_can_be_chosen(
    reader: Reader, cells: list[str]
) -> None:
    lines = "".join(json.dumps({"x": cell, "y": "w"}) + "\n" for cell in cells)
    result = reader.profile(lines, name="file.jsonl")
    (told,) = [p.message for p in result.problems if p.code == "NUMBER_AMBIGUOUS"]
    assert told.endswith("write it so in the file")
    assert "decimal sign" not in told


TOWNS = ["1.250", "2.300", "211.037", "12.500"]


def told_as_thousands(result: ProfileResult) -> list[tuple[str | None, int | None]]:
    return [(p.column, p.line) for p in result.problems if p.code == "NUMBER_THOUSANDS"]


def test_three_decimals_everywhere_may_be_thousands_between_semicolons(reader: Reader) -> None:
    rows = "".join(f"{name};{cell}\n" for name, cell in zip("ABCD", TOWNS, strict=True))
    result = reader.profile(f"Stadt;Umsatz\n{rows}")
    assert told_as_thousands(result) == [("Umsatz", 2)]
    message = result.problems[-1].message
    assert '"1.250" in "Umsatz" is read as 1.25' in message
    assert 'if it means 1250, choose "," as the decimal sign' in message
    assert not told_as_thousands(reader.profile(f"Stadt,Umsatz\n{rows.replace(';', ',')}"))


@pytest.mark.parametrize(
    ("other", "is_told"),
    [("3.5", False), ("0.250", False), ("1234.567", False), ("250", True), ("1.250", True),
     ("x", True)],
)  # fmt: skip
def test_another_column_shows_whether_points_are_decimal_signs(
    reader: Reader, other: str, is_told: bool
) -> None:
    rows = "".join(f"{cell};{other if n % 2 else '1.500'}\n" for n, cell in enumerate(TOWNS))
    result = reader.profile(f"Umsatz;y\n{rows}")
    assert told_as_thousands(result) == ([("Umsatz", 2)] if is_told else [])


@pytest.mark.parametrize("odd", ["0.123", "1.25", "1234.567"])
def test_one_number_that_has_no_thousands_shows_decimal_points(reader: Reader, odd: str) -> None:
    rows = "".join(f"t;{cell}\n" for cell in [*TOWNS, odd])
    assert not told_as_thousands(reader.profile(f"t;Umsatz\n{rows}"))


@pytest.mark.parametrize("cells", [["12,345", "1.234", "2.500", "3.750"], ["1,234", "1.234"]])
def test_points_and_commas_that_may_both_be_thousands_are_asked_about(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    result = profile_cells(cells)
    question = result.columns[0]["question"]
    assert result.columns[0]["kind"] == "category"
    assert (question["from"], question["chosen"]) == (cells[0], None)
    assert [p.code for p in result.problems if p.column == "x"] == ["NUMBER_AMBIGUOUS"]


@pytest.mark.parametrize("clear", ["5.5", "0.123", "1234.567", "7.2500"])
def test_one_clear_point_tells_what_commas_are(profile_cells: ProfileCells, clear: str) -> None:
    column = profile_cells(["12,345", "1.234", clear]).columns[0]
    assert (column["kind"], column["thousands"], column["max"]) == ("number", ",", 12_345)


def test_versions_are_no_numbers(profile_cells: ProfileCells) -> None:
    column = profile_cells(["1.2.3", "1.10.2", "2.0", "10.4.1"] * 6).columns[0]
    assert (column["kind"], column.get("question")) == ("category", None)


def test_question_counts_every_cell(profile_cells: ProfileCells) -> None:
    cells = [str(n) for n in range(100)] + ["$1,050,000"] * 7 + ["unknown"] * 3 + ["see below"]
    result = profile_cells(cells)
    question = result.columns[0]["question"]
    assert question == {
        "about": "number", "become": 7, "missing": 3, "left": 1, "of": 11, "from": "$1,050,000",
        "to": "1050000", "hidden": "unknown", "chosen": None,
    }  # fmt: skip
    (problem,) = [p for p in result.problems if p.column == "x"]
    assert (problem.code, problem.count, problem.line) == ("MIXED_TYPES", 11, 102)


def test_comma_is_decimal_where_the_file_says_so(profile_cells: ProfileCells) -> None:
    column = profile_cells(["1,234", "12,345"], dialect={"decimal": ","}).columns[0]
    assert (column["kind"], column["max"]) == ("number", 12.345)


@pytest.mark.parametrize("cells", [["007", "1,234"], ["1,23,4", "5"], ["1,2345", "$"],
                                   ["a1,234", "b2"]])  # fmt: skip
def test_codes_and_nonsense_stay_text(profile_cells: ProfileCells, cells: list[str]) -> None:
    assert profile_cells(cells * 3).columns[0]["kind"] == "category"


@pytest.mark.parametrize(
    ("cells", "true", "false"),
    [(["TRUE", "False", "1", "0", "TRUE"], "TRUE", "False"), (["Yes", "No", "yes"], "Yes", "No"),
     (["t", "f", "1"], "t", "f")],
)  # fmt: skip
def test_yes_and_no_in_several_ways_are_two_values(
    profile_cells: ProfileCells, cells: list[str], true: str, false: str
) -> None:
    result = profile_cells(cells)
    column = result.columns[0]
    assert (column["kind"], column["true"], column["false"]) == ("boolean", true, false)
    assert (column["mixed"], column["distinct"]) == (True, 2)
    assert sum(top["count"] for top in column["top"]) == len(cells)
    assert [p.code for p in result.problems if p.column == "x"] == ["BOOLEAN_MIXED"]


def test_missing_markers_are_those_of_the_dialect(profile_cells: ProfileCells) -> None:
    cells = ["1", "2", "-999", "NA", ""]
    column = profile_cells(cells, dialect={"missing": ["", "NA", "-999"]}).columns[0]
    assert (column["kind"], column["missing"], column["min"]) == ("number", 3, 1)
    column = profile_cells(cells, dialect={"missing": ["-999"]}).columns[0]
    assert (column["kind"], column["missing"]) == ("category", 2)


def test_ambiguous_dates_are_asked_with_both_meanings(profile_cells: ProfileCells) -> None:
    column = profile_cells(["04/04/2026", "03/04/2026"]).columns[0]
    assert column["question"] == {
        "about": "date", "formats": ["%d/%m/%Y", "%m/%d/%Y"], "example": "03/04/2026",
        "meanings": ["3 April 2026", "4 March 2026"], "of": 0, "left": [0, 0], "from": None,
        "chosen": None,
    }  # fmt: skip
