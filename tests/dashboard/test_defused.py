"""Cells of a download that a spreadsheet would run, and numbers that only look like them."""

import pytest

from dashboard.downloads import defuse


@pytest.mark.parametrize(
    "number",
    [
        "-1.5",
        "-1,5",
        "+3",
        "-1.234,50",
        "-1 234,5",
        "-1'234.5",
        "-3e-05",
        "-12 %",
        "-inf",
        "-2,2 °C",
        "-5 km/h",
        "-3m²",
    ],
)
def test_numbers_stay_as_they_are(number: str) -> None:
    assert defuse(number) == number


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "-1+2",
        "+cmd|' /C calc'!A0",
        "-2,A1",
        "@SUM(1)",
        "-",
        "-1;2",
        "+%",
        "-5\n",
        "+1 2",
        "-2 A1",
        "-2 a|b",
        "-2 km()",
        "-2 x/y/z",
        "-2 km!a",
    ],
)
def test_what_may_be_run_has_an_apostrophe(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"
