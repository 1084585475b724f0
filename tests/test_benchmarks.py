"""That the benchmark of the reader does not flatter it."""

from pathlib import Path

import pytest

from benchmarks.reading_cases import Case, Twin
from benchmarks.reading_verdicts import SILENTLY_WRONG, WRONG_WARNED, Outcome, judge


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("NUMBER_UNITS", SILENTLY_WRONG),
        ("BOOLEAN_MIXED", SILENTLY_WRONG),
        ("DATE_UNREAD", SILENTLY_WRONG),
        ("DATE_ZONES", SILENTLY_WRONG),
        ("QUOTES_REPAIRED", WRONG_WARNED),
    ],
)
def test_what_is_told_of_the_values_is_no_warning_of_a_wrong_cell(code: str, word: str) -> None:
    case = Case(Path("a.csv"), "x", Twin([["a"], ["1"]]))
    problem = {"severity": "warning", "code": code, "message": "", "line": None}
    outcome = Outcome("ready", 0.1, [problem], table=[["a"], ["2"]])
    assert judge(case, outcome).word == word
