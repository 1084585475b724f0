"""The numbers of a profile, against those of pandas."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.engine.reading.conftest import Reader

ProfileOf = Callable[..., tuple[dict[str, Any], list[Any]]]


def test_numbers_agree_with_pandas(profile_of: ProfileOf) -> None:
    values = np.random.default_rng(0).normal(size=501).round(2)
    profile, _problems = profile_of([*map(str, values), "NA", "?"])
    ours, series = profile, pd.Series(values)
    assert "about" not in ours
    assert (ours["count"], ours["missing"], ours["distinct"]) == (501, 2, series.nunique())
    for name in ("min", "max", "median", "mean", "std"):
        assert ours[name] == pytest.approx(getattr(series, name)(), rel=1e-12), name


def test_median_of_an_even_number_lies_between(profile_of: ProfileOf) -> None:
    assert profile_of(["1", "2", "4", "9"])[0]["median"] == 3


def test_categories_are_counted_the_most_frequent_first(profile_of: ProfileOf) -> None:
    cells = [f"v{i}" for i in range(14) for _ in range(20 - i)]
    profile, _problems = profile_of(cells)
    assert profile["top"][0] == {"value": "v0", "count": 20}
    assert len(profile["top"]) == 3
    assert profile["rarest"] == {"value": "v13", "count": 7}


def test_cells_that_differ_in_space_only_are_one_value(profile_of: ProfileOf) -> None:
    profile, _problems = profile_of(["a", " a", "a\u00a0", "b"])
    assert profile["distinct"] == 2
    assert profile["top"][0] == {"value": "a", "count": 3}


def test_dates_have_their_first_last_and_middle(profile_of: ProfileOf) -> None:
    profile, _problems = profile_of(["2026-01-01", "2026-01-03", "2026-01-11"])
    assert [profile[name] for name in ("min", "median", "max")] == [
        "2026-01-01", "2026-01-03", "2026-01-11",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cells",
    [
        ["1e308", "-1e308", "1.5e308"],
        ["1.7e308", "1.7e308", "1.6e308"],
        ["1.0", "1.0000000000000002"],
        ["1e-320", "2e-320", "5e-324"],
        ["100000000000001", "100000000000002"],
        ["0001-01-01", "9999-12-31"],
        ["é" * 300, "x"],
        ["NA", ""],
    ],
)
def test_profile_is_always_json(profile_of: ProfileOf, cells: list[str]) -> None:
    profile, problems = profile_of(cells)
    json.dumps([profile, *(problem.as_dict() for problem in problems)], allow_nan=False)


def test_what_is_worth_checking_is_told(reader: Reader) -> None:
    text = "id,same,mostly,fine\n" + "".join(
        f"{i * 3},x,{'' if i % 3 else i},{i % 7}\n" for i in range(30)
    )
    result = reader.profile(text)
    assert [column["kind"] for column in result.columns] == [
        "identifier", "constant", "number", "number",
    ]  # fmt: skip
    assert [(p.code, p.column, p.count) for p in result.problems] == [
        ("IDENTIFIER", "id", None), ("CONSTANT", "same", None), ("MOSTLY_MISSING", "mostly", 20),
    ]  # fmt: skip


def test_one_value_and_blanks_is_not_called_constant(profile_of: ProfileOf) -> None:
    profile, problems = profile_of(["Y", "", "Y", ""])
    assert profile["kind"] == "category"
    assert not problems


def test_progress_counts_columns(reader: Reader) -> None:
    from tasks.engine.profile.profiling import profile_table

    reader.rows("a,b,c\n1,2,3\n4,5,6\n")
    told: list[tuple[int, int]] = []
    profile_table(reader.table, {"decimal": "."}, lambda done, n: told.append((done, n)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_few_numbers_say_whether_they_are_whole_and_how_rare_the_rarest_is(
    profile_of: ProfileOf,
) -> None:
    whole, _ = profile_of([str(7 if n == 3 else n % 3) for n in range(150)])
    assert (whole["whole"], whole["rarest"]) == (True, {"value": "7", "count": 1})
    assert "steps" not in whole  # from 0 to 7 some are not there
    steps, _ = profile_of([f"{n}.0" for n in (3, 4, 5, 4)] * 20)
    assert steps["steps"] == [20, 40, 20]
    half, _ = profile_of([str(n % 4 / 2) for n in range(150)])
    assert (half["whole"], half["rarest"]["count"]) == (False, 37)
    many, _ = profile_of([str(n // 2 * 1.5) for n in range(150)])
    assert "whole" not in many
    assert "rarest" not in many
