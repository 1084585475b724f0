"""Numbers that are names stay text and are told; the signs of measured numbers are read."""

from collections.abc import Callable
from typing import Any

import pytest

from tasks.engine.profile.profiling import ProfileResult

ProfileOf = Callable[..., tuple[dict[str, Any], list[Any]]]


def some(form: str, n: int = 40) -> list[str]:
    return [form.format(i * 37 % 1000 + 1000, i % 9 + 1) for i in range(n)]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("plate", some("{1}E{1}")),
        ("building", [*some("{1}"), "2E2"]),
        ("x", ["1e5", "2e5", "3e7"] * 9),
        ("x", some("+49170123{0}")),
        ("phone", some("170123{0}")),
        ("Tel.", some("170123{0}")),
        ("isbn", some("978316148{0}")),
        ("isbn", [*some("316148{0}"), "31614841X"]),
        ("zip_code", some("8{0}")),
        ("PLZ", some("8{0}")),
        ("Postcode", some("{0}")),
        ("home_post-code", some("{0}")),
        ("release", ["1.1", "1.12", "2.0"] * 9),
        ("plz", [*some("0{0}"), "unknown"]),
        ("card", some("411111111111{0}")),
        ("version", ["1.1", "1.10", "2.0"] * 9),
    ],
)
def test_codes_stay_text_and_are_told(profile_of: ProfileOf, name: str, cells: list[str]) -> None:
    profile, problems = profile_of(cells, name)
    assert profile["kind"] in {"category", "identifier"}
    assert "question" not in profile
    assert "NUMBER_CODES" in [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("x", ["1e5", "2.5e5", "3e7"] * 9),
        ("x", ["1e-5", "2e-5", "1"] * 9),
        ("x", ["1.5E+05", "2.0E+05"] * 9),
        ("x", ["+5", "+12", "-3"] * 9),
        ("phones", some("{0}")),
        ("phone_minutes", some("{0}")),
        ("zip_size", some("{0}.5")),
        ("population", some("170123{0}")),
        ("conversion", ["1.1", "1.3", "2.0"] * 9),
        ("heat_release", ["1.1", "1.3", "2.0"] * 9),
        ("score_post", some("{0}")),
        ("post", some("{0}")),
    ],
)
def test_measured_numbers_are_no_codes(profile_of: ProfileOf, name: str, cells: list[str]) -> None:
    profile, problems = profile_of(cells, name)
    assert profile["kind"] == "number"
    assert not problems


def test_numbers_that_may_be_codes_are_not_left_out(profile_of: ProfileOf) -> None:
    profile, _problems = profile_of([f"{i}E{i % 7}" for i in range(1, 40)])
    assert profile["kind"] == "category"


def test_cells_that_differ_by_a_last_zero_are_told(profile_of: ProfileOf) -> None:
    profile, (problem,) = profile_of(["1.1", "1.10", "1.2", "2.0"] * 9)
    assert profile["kind"] == "number"
    assert (problem.code, problem.message[:42]) == (
        "NUMBER_ZEROS", '"1.1" and "1.10" in "x" are the same numbe',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "low"),
    [
        (["\u22125.5", "3", "4"], -5.5),
        (["\u22125,5", "3", "4,25"], -5.5),
        (["\u20135,20", "3", "4,25"], -5.2),
        (["(123)", "5", "7"], -123),
        (["123-", "5", "7"], -123),
        (["1,123.50-", "5.25", "7,000.00"], -1123.5),
        (["\u2212$5", "$3", "$4"], -5),
        (["1'234", "-1\u2019234", "5"], -1234),
        (["1\u202f234", "-1\xa0234", "-2\u2009234"], -2234),
    ],
)
def test_signs_of_numbers_are_read(profile_of: ProfileOf, cells: list[str], low: float) -> None:
    profile, _problems = profile_of(cells)
    assert (profile["kind"], profile["min"]) == ("number", low)


@pytest.mark.parametrize("cells", [['="01234"', '="98765"'], ["'01234", "'98765"], ['="01234"']])
def test_cells_that_are_written_for_excel_are_told(
    profile_cells: Callable[..., ProfileResult], cells: list[str]
) -> None:
    result = profile_cells(cells * 6)
    (message,) = [p.message for p in result.problems if p.code == "EXCEL_TEXT"]
    told = f'{len(cells) * 6} of {len(cells) * 6} cells of "x" are written for Excel'
    assert message.startswith(f"{told}, such as {cells[0]}.")
    assert "write 01234 in the file" in message


@pytest.mark.parametrize(
    "cells", [["'tis", "'twas"], ["=", "a=b"], ["'90s", "'80s"], ['"a"', "b"]]
)
def test_other_texts_are_not_told_as_written_for_excel(
    profile_cells: Callable[..., ProfileResult], cells: list[str]
) -> None:
    assert not [p for p in profile_cells(cells * 6).problems if p.code == "EXCEL_TEXT"]
