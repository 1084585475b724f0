"""What is worth checking in a table as a whole, and what is not worth a word."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.engine.profile.profiling import ProfileResult, profile_table
from tests.engine.profiling.conftest import write_table

RNG = np.random.default_rng(0)
N = 400
NOISE = [f"{x:.3f}" for x in RNG.normal(50, 10, N)]
CITY = RNG.choice(["Oslo", "Rome", "Bern"], N).tolist()
LABEL = RNG.choice(["yes", "no"], N, p=[0.3, 0.7]).tolist()


def profile(folder: Path, columns: dict[str, list[Any]], **options: Any) -> ProfileResult:
    return profile_table(write_table(folder / "t", columns), {"decimal": "."}, **options)


def found(result: ProfileResult, code: str) -> list[tuple[str | None, int | None, int | None]]:
    return [(p.column, p.count, p.line) for p in result.problems if p.code == code]


def test_ordinary_table_raises_nothing(tmp_path: Path) -> None:
    result = profile(tmp_path, {"noise": NOISE, "city": CITY, "churned": LABEL})
    assert not result.problems
    assert result.summary["likely_target"] == "churned"
    assert result.summary["duplicate_rows"] == 0
    assert (result.summary["rows"], result.summary["sampled_rows"]) == (N, None)


def test_copies_of_rows_are_counted_with_their_lines(tmp_path: Path) -> None:
    city, label = [*CITY, CITY[7], CITY[9], CITY[7]], [*LABEL, LABEL[7], LABEL[9], LABEL[7]]
    noise = [*NOISE, NOISE[7], NOISE[9], NOISE[7]]
    result = profile(tmp_path, {"noise": noise, "city": city, "churned": label})
    assert found(result, "DUPLICATE_ROWS") == [(None, 3, N + 2)]
    assert "is the same as line 9" in result.problems[0].message
    assert result.summary["duplicate_rows"] == 3


def test_copies_are_exact_whatever_the_number_of_rows(tmp_path: Path) -> None:
    rng = random.Random(1)
    rows = [(str(rng.randint(0, 60)), rng.choice("abcdef"), rng.choice(["", None, "x"]))
            for _ in range(7_000)]  # fmt: skip
    result = profile(tmp_path, dict(zip("abc", map(list, zip(*rows, strict=True)), strict=True)))
    distinct = len({tuple(cell or "" for cell in row) for row in rows})
    assert result.summary["duplicate_rows"] == 7_000 - distinct


def test_columns_that_are_the_same_are_named(tmp_path: Path) -> None:
    other = [*NOISE[:-1], "1.5"]
    result = profile(tmp_path, {"a": NOISE, "b": NOISE, "c": other, "city": CITY})
    assert found(result, "DUPLICATE_COLUMNS") == [("b", None, None)]


def test_large_columns_are_the_same_only_if_every_cell_is(tmp_path: Path) -> None:
    values = [str(n * 7919 % 10_007) for n in range(6_000)]
    other = [*values[:3_001], "x", *values[3_002:]]
    columns = {"a": values, "b": list(values), "c": other, "d": ["1", "2"] * 3_000}
    assert found(profile(tmp_path, columns), "DUPLICATE_COLUMNS") == [("b", None, None)]


@pytest.mark.parametrize(
    ("cells", "value", "count"),
    [
        ([*NOISE[:380], *["-999"] * 20], "-999", 20),
        ([*NOISE[:380], *["999"] * 20], "999", 20),
        ([*[f"{float(x) + 50:.3f}" for x in NOISE[:380]], *["0"] * 20], "0", 20),
        ([*[str(n % 60 + 1) for n in range(370)], *["-1"] * 30], "-1", 30),
        ([*CITY[:390], *["unknown"] * 10], "unknown", 10),
    ],
)
def test_disguised_missing_values_are_told(
    tmp_path: Path, cells: list[str], value: str, count: int
) -> None:
    result = profile(tmp_path, {"x": cells, "noise": NOISE, "churned": LABEL})
    assert found(result, "HIDDEN_MISSING") == [("x", count, None)]
    assert any(f'"{value}" in {count}' in p.message for p in result.problems)


@pytest.mark.parametrize(
    "cells",
    [
        [str(n % 100) for n in range(N)],
        [str(n % 21 - 10) for n in range(N)],
        [str(max(0, n % 40 - 20)) for n in range(N)],
        [str(n % 2 * 2 - 1) for n in range(N)],
    ],
)
def test_ordinary_numbers_are_no_disguise(tmp_path: Path, cells: list[str]) -> None:
    result = profile(tmp_path, {"x": cells, "noise": NOISE, "churned": LABEL})
    assert not found(result, "HIDDEN_MISSING")


def test_leaks_of_the_target_are_told(tmp_path: Path) -> None:
    codes = ["A" if label == "yes" else "B" for label in LABEL]
    after = [str(100 + n % 50 if label == "yes" else n % 50) for n, label in enumerate(LABEL)]
    columns = {"code": codes, "after": after, "noise": NOISE, "city": CITY, "churned": LABEL}
    assert {c for c, _n, _l in found(profile(tmp_path, columns), "TARGET_LEAK")} == {
        "code", "after"
    }  # fmt: skip


WON = [f"{'7' if label == 'yes' else '3'}" for label in LABEL]
EACH = '"won" and "won_code" each tell the other almost perfectly (ROC AUC 1.000). '


@pytest.mark.parametrize(
    ("columns", "chosen", "begins"),
    [
        ({"won": LABEL, "noise": NOISE, "won_code": WON}, None, EACH),
        ({"won": LABEL, "noise": NOISE, "won_code": WON}, "won_code", '"won" alone tells'),
        ({"won": LABEL, "noise": NOISE, "target": WON}, None, '"won" alone tells "target"'),
        ({"outcome": LABEL, "noise": NOISE, "target": WON}, None, '"outcome" and "target" each'),
        ({"after": [f"{n}{w}" for n, w in enumerate(WON)], "a": NOISE, "won": LABEL}, None, None),
        ({"after": [f"{w}{n % 50}" for n, w in enumerate(WON)], "a": NOISE, "won": LABEL}, None,
         '"after" alone tells "won"'),
    ],
)  # fmt: skip
def test_of_two_columns_that_tell_each_other_neither_is_called_the_copy_by_its_place(
    tmp_path: Path, columns: dict[str, list[Any]], chosen: str | None, begins: str | None
) -> None:
    result = profile(tmp_path, columns, target=chosen)
    told = [p.message for p in result.problems if p.code == "TARGET_LEAK"]
    assert [message.startswith(begins or "-") for message in told] == [True] * (begins is not None)


def test_transform_of_a_numeric_target_is_a_leak(tmp_path: Path) -> None:
    cubed = [f"{float(x) ** 3:.1f}" for x in NOISE]
    near = [f"{float(x) + e:.2f}" for x, e in zip(NOISE, RNG.normal(0, 2, N), strict=True)]
    result = profile(tmp_path, {"cubed": cubed, "near": near, "price": NOISE}, target="price")
    assert [c for c, _n, _l in found(result, "TARGET_LEAK")] == ["cubed"]


@pytest.mark.parametrize(
    "form",
    [
        lambda x: f"{np.log(x):.5f}",
        lambda x: f"{-x:.2f}",
        lambda x: f"{x * 1000 + 5:.0f}",
        lambda x: f"{1 / x:.7f}",
        lambda x: f"{x:.1f}",
    ],
)
def test_any_rising_or_falling_transform_is_a_leak(
    tmp_path: Path, form: Callable[[float], str]
) -> None:
    prices = RNG.lognormal(5, 1, N)
    columns = {"noise": NOISE, "other": [form(x) for x in prices],
               "price": [f"{x:.2f}" for x in prices]}  # fmt: skip
    result = profile(tmp_path, columns, target="price")
    assert [c for c, _n, _l in found(result, "TARGET_LEAK")] == ["other"]


@pytest.mark.parametrize("classes", [3, 15, 40])
def test_codes_of_the_classes_are_a_leak(tmp_path: Path, classes: int) -> None:
    codes = RNG.permutation(1000)[:classes]
    at = RNG.integers(0, classes, N)
    columns = {"noise": NOISE, "code": [str(codes[n]) for n in at], "kind": [f"k{n}" for n in at]}
    result = profile(tmp_path, columns, target="kind")
    assert [c for c, _n, _l in found(result, "TARGET_LEAK")] == ["code"]


def test_columns_that_say_the_same_in_another_way_are_told_once(tmp_path: Path) -> None:
    days = [f"2020-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(N)]
    columns = {
        "a": NOISE, "b": [f"{x}0" for x in NOISE], "c": [f" {x}" for x in NOISE],
        "d": ["", *NOISE[1:]], "day": days,
        "tag": [".".join(reversed(day.split("-"))) for day in days],
        "won": LABEL, "flag": ["1" if label == "yes" else "0" for label in LABEL], "z": CITY,
    }  # fmt: skip
    problems = profile(tmp_path, columns, target="z").problems
    told = [p.message for p in problems if p.code == "DUPLICATE_COLUMNS"]
    assert told == [
        '"b" says the same as "a" in every row, written in another way',
        '"c" is the same as "a" in every row',
        '"tag" says the same as "day" in every row, written in another way',
        '"flag" says the same as "won" in every row, written in another way',
    ]
    correlated = [p.message for p in problems if p.code == "CORRELATED"]
    assert all('"d"' in message for message in correlated)  # the others were told already


def test_class_too_rare_for_the_folds_is_told(tmp_path: Path) -> None:
    label = ["rare"] * 3 + LABEL[3:]
    result = profile(tmp_path, {"noise": NOISE, "city": CITY, "label": label})
    assert found(result, "CLASS_RARE") == [("label", 3, None)]


@pytest.mark.parametrize(
    ("odd", "words"),
    [(["1900-01-01"] * 5, "1900-01-01 in 5 cells"), (["1970-01-01"] * 3, "1970-01-01 in 3 cells"),
     (["2999-12-31"] * 2, "are in the future, up to 2999-12-31")],
)  # fmt: skip
def test_suspicious_dates_are_told(tmp_path: Path, odd: list[str], words: str) -> None:
    days = [f"20{10 + n % 10}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(N - len(odd))]
    result = profile(tmp_path, {"since": [*days, *odd], "noise": NOISE, "churned": LABEL})
    assert found(result, "DATE_SUSPICIOUS") == [("since", len(odd), None)]
    assert any(words in p.message for p in result.problems)


def test_sorted_and_grouped_rows_are_told(tmp_path: Path) -> None:
    days = [f"2020-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}" for n in range(300)]
    patients = [str(n * 37 % 90) for n in range(300)]
    columns = {"day": days, "patient_id": patients, "x": NOISE[:300], "y": LABEL[:300]}
    result = profile(tmp_path, columns)
    assert found(result, "ROWS_SORTED") == [("day", None, None)]
    assert found(result, "ROWS_GROUPED") == [("patient_id", 90, None)]


def test_every_pair_of_alike_columns_is_told_or_counted(tmp_path: Path) -> None:
    columns = {}
    for n in range(11):
        minutes = RNG.integers(0, 5000, N)
        columns |= {
            f"minutes_{n}": [str(m) for m in minutes],
            f"charge_{n}": [f"{m * 0.17:.2f}" for m in minutes],
        }
    result = profile(tmp_path, {**columns, "churned": LABEL})
    assert [name for name, _n, _l in found(result, "CORRELATED")] == [
        f"charge_{n}" for n in range(11)
    ]
    near = {f"near_{n}": [f"{float(x) + n / 7:.3f}" for x in NOISE] for n in range(8)}
    result = profile(tmp_path, {**near, "churned": LABEL})
    told = found(result, "CORRELATED")
    assert len(told) == 21
    assert told[-1] == (None, 8, None)  # 28 pairs of 8 columns


def test_correlation_of_fewer_than_ten_rows_is_not_told(tmp_path: Path) -> None:
    for rows, told in ((9, []), (10, [("b", None, None)])):
        a = [*NOISE[:rows], *[""] * (N - rows)]
        b = [f"{2 * float(x):.3f}" if x else NOISE[n] for n, x in enumerate(a)]
        result = profile(tmp_path, {"a": a, "b": b, "churned": LABEL})
        assert found(result, "CORRELATED") == told


def test_strong_correlations_are_told_and_all_are_kept(tmp_path: Path) -> None:
    near = [f"{2 * float(x) + e:.3f}" for x, e in zip(NOISE, RNG.normal(0, 1, N), strict=True)]
    other = [f"{x:.3f}" for x in RNG.normal(0, 1, N)]
    result = profile(tmp_path, {"a": NOISE, "b": near, "c": other, "churned": LABEL})
    assert found(result, "CORRELATED") == [("b", None, None)]
    correlations = result.summary["correlations"]
    assert correlations["columns"] == ["a", "b", "c"]
    exact = np.corrcoef(np.array([NOISE, near, other], dtype=float))
    np.testing.assert_allclose(np.array(correlations["values"]), exact, atol=1e-4)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([*[f"{n % 9} W" for n in range(N - 20)], *["unknown"] * 20], "with the unit W"),
        ([*[f"{n % 9}cd" for n in range(N - 20)], *["?cd"] * 20], "with the unit cd"),
        ([f"{n % 5} {'min' if n % 2 else 'h'}" for n in range(N)], "with units: "),
    ],
)
def test_numbers_with_a_unit_are_told(tmp_path: Path, cells: list[str], words: str) -> None:
    result = profile(tmp_path, {"x": cells, "noise": NOISE, "churned": LABEL})
    count = sum(cell[0].isdigit() for cell in cells)
    assert found(result, "NUMBER_UNITS") == [("x", count, None)]
    [message] = [p.message for p in result.problems if p.code == "NUMBER_UNITS"]
    assert f'{count:,} of {N:,} cells of "x" are a number {words}' in message
    assert "used as categories" in message


@pytest.mark.parametrize(
    ("cell", "unit"),
    [("CHF 1'200.00", "CHF"), ("R$ 1.234,56", "R$"), ("1 234,50 Kč", "Kč"), ("2 A", "A"),
     ("1\u00a0234,56 zł", "zł"), ("R$5,20", "R$"), ("120.00 CR", "CR"), ("–12 K", "K")],
)  # fmt: skip
def test_amounts_with_words_of_money_are_told(tmp_path: Path, cell: str, unit: str) -> None:
    cells = [cell.replace("2", str(n % 9)) if n % 3 else cell for n in range(N)]
    result = profile(tmp_path, {"x": cells, "noise": NOISE, "churned": LABEL})
    [message] = [p.message for p in result.problems if p.code == "NUMBER_UNITS"]
    assert f'{N:,} of {N:,} cells of "x" are a number with the unit {unit}.' in message


@pytest.mark.parametrize("cells", [["12A", "7B", "9A"], ["1st", "2nd", "3rd"], ["Q1", "Q2", "Q3"],
                                   ["TRY1", "CAD-7", "CR-V 2"], ["1 2 kg", "3 4 kg", "5 6 kg"]],
)  # fmt: skip
def test_names_with_digits_have_no_unit(tmp_path: Path, cells: list[str]) -> None:
    result = profile(tmp_path, {"x": [cells[n % 3] for n in range(N)], "noise": NOISE})
    assert not found(result, "NUMBER_UNITS")
