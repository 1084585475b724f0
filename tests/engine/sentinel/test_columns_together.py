"""Leaks that no single column gives away, and columns that only look like a trap."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tasks.engine.profile.strengths import Target
from tasks.engine.sentinel.groups import group_columns
from tasks.engine.sentinel.sums import find_sum
from tests.engine.sentinel.test_looking import N, findings, honest


def with_parts(parts: int, noise: float = 0.0) -> pd.DataFrame:
    """Return an honest table whose number is the sum of so many columns, and of noise."""
    table, rng = honest(), np.random.default_rng(4)
    given = rng.normal(30, 9, (parts - 1, N)).round(4)
    for n, part in enumerate(given):
        table.insert(n, f"part_{n}", part)
    last = table["y_number"] - given.sum(axis=0) + rng.normal(0, noise, N)
    table.insert(2, "rest", last.round(4))
    return table


@pytest.mark.parametrize("parts", [2, 3])
def test_parts_that_add_up_to_a_number_are_leaks_together(parts: int, tmp_path: Path) -> None:
    names = [f"part_{n}" for n in range(parts - 1)]
    (found,) = findings(tmp_path, with_parts(parts), "regression")
    assert found.code == "TARGET_LEAK"
    assert set(found.change["exclude"]) == {*names, "rest"}
    assert 'together add up to "y_number" almost exactly (R2 1.000)' in found.message
    assert findings(tmp_path, with_parts(parts, noise=2.0), "regression") == []


def test_parts_that_nearly_add_up_are_no_leaks(tmp_path: Path) -> None:
    """As radius, perimeter and shape of one cell do: R2 0.9993, but no row is exact."""
    assert findings(tmp_path, with_parts(2, noise=0.4), "regression") == []


def test_parts_with_missing_cells_are_found_by_the_rows_that_have_both(tmp_path: Path) -> None:
    table, rng = with_parts(2), np.random.default_rng(6)
    table.loc[rng.random(N) < 0.1, "rest"] = np.nan
    (found,) = findings(tmp_path, table, "regression")
    assert set(found.change["exclude"]) == {"part_0", "rest"}
    table.loc[rng.random(N) < 0.7, "rest"] = np.nan
    assert findings(tmp_path, table, "regression") == []


def test_vast_numbers_add_up_to_nothing(tmp_path: Path) -> None:
    table = honest()
    table["a"] *= 1e200
    assert findings(tmp_path, table, "regression") == []


def test_parts_that_add_up_to_one_of_two_classes_are_leaks_together(tmp_path: Path) -> None:
    table, rng = honest(), np.random.default_rng(4)
    table.insert(0, "before", rng.normal(0, 9, N).round(3))
    table.insert(1, "after", table["before"] + (table["y_class"] == "yes"))
    (found,) = findings(tmp_path, table, "classification")
    assert set(found.change["exclude"]) == {"before", "after"}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("how", ["placeholder", "one huge row", "long tail"])
def test_a_few_extreme_rows_do_not_make_a_sum(how: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, noise = rng.normal(50, 10, (N, 5)), rng.normal(0, 8, N)
    if how == "long tail":
        size = np.exp(rng.normal(0, 3, N))
        X, noise = size[:, None] * np.exp(X / 20), size * noise / 8
    y = X[:, 0] + 0.7 * X[:, 1] + noise
    if how == "placeholder":
        lacking = rng.random(N) < 0.02
        X[lacking], y[lacking] = -9999, -9999
    if how == "one huge row":
        X[0], y[0] = X[0] * 500, y[0] * 500
    assert find_sum(pd.DataFrame(X), Target(np.arange(N), y, None)) is None
    X[:, 4] = y - X[:, 0]
    found = find_sum(pd.DataFrame(X), Target(np.arange(N), y, None))
    assert set(found.parts if found else []) == {0, 4}


def test_a_target_that_is_mostly_the_same_is_no_sum() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(50, 10, (N, 4)))
    X.iloc[:5, :2], y = 1e5, np.where(np.arange(N) < 5, 1e5 + np.arange(N), 0.0)
    assert find_sum(X, Target(np.arange(N), y, None)) is None


def of_three_classes() -> pd.DataFrame:
    """Return an honest table of three classes, a third of the rows each."""
    table = honest()
    order = table["y_number"].rank(pct=True)
    table["y_class"] = np.where(order < 0.33, "low", np.where(order < 0.67, "mid", "high"))
    return table


@pytest.mark.parametrize("filled", ["date", "number", "notes"])
def test_column_that_is_filled_in_for_one_of_three_classes_is_a_leak(
    filled: str, tmp_path: Path
) -> None:
    table, rng = of_three_classes(), np.random.default_rng(4)
    days = pd.Series(pd.date_range("2023-01-01", periods=N).strftime("%Y-%m-%d"))
    column: pd.Series = {
        "date": days, "number": pd.Series(rng.normal(size=N).round(3).astype(str)),
        "notes": pd.Series(rng.choice(["paid", "sent back", "kept"], N)),
    }[filled]  # fmt: skip
    table.insert(
        0, "closing", column.where(table["y_class"] == "mid", "none" * (filled == "notes"))
    )
    found = findings(tmp_path, table, "classification")
    assert [one.code for one in found] == ["TARGET_LEAK"]
    assert found[0].change == {"exclude": ["closing"]}
    assert found[0].message == (
        '"closing" is filled in for nearly all rows where "y_class" is "mid", and for hardly any '
        "other. Known only afterwards? Then leave it out"
    )


def test_a_trait_that_one_of_three_classes_has_is_no_leak(tmp_path: Path) -> None:
    """As milk is of mammals among the animals: a property of two values is honest."""
    table = of_three_classes()
    table.insert(0, "milk", np.where(table["y_class"] == "mid", "yes", "no"))
    assert findings(tmp_path, table, "classification") == []


@pytest.mark.parametrize(
    "values",
    [("red", "green", "blue"), ("hair", "feathers", "scales"), ("yes", "no", "unknown")],
    ids=str,
)
@pytest.mark.parametrize("only", ["low", "mid"])
def test_a_trait_without_a_missing_cell_is_not_told_as_filled_in(
    values: tuple[str, ...], only: str, tmp_path: Path
) -> None:
    table, rng = of_three_classes(), np.random.default_rng(4)
    some = np.where(rng.random(N) < 0.5, values[0], values[2])
    table.insert(0, "trait", np.where(table["y_class"] == only, some, values[1]))
    assert findings(tmp_path, table, "classification") == []


def test_columns_that_are_empty_for_one_class_are_told_once_together(tmp_path: Path) -> None:
    """As a laboratory that does not measure those who are well."""
    table, rng = of_three_classes(), np.random.default_rng(4)
    is_well = table["y_class"] == "low"
    names = [f"lab_{n}" for n in range(4)]
    for n, name in enumerate(names):
        table.insert(n, name, pd.Series(rng.normal(size=N).round(3)).mask(is_well))
    (found,) = findings(tmp_path, table, "classification")
    assert found.change == {"exclude": names}
    assert found.message == (
        '"lab_0", "lab_1" and 2 more columns are empty for nearly all rows where "y_class" is '
        '"low", and for hardly any other. Known only afterwards? Then leave them out'
    )


def test_a_word_for_nothing_is_told_as_it_stands(tmp_path: Path) -> None:
    table, rng = of_three_classes(), np.random.default_rng(4)
    reasons = pd.Series(rng.choice(["moved", "price", "other"], N))
    table.insert(0, "reason", reasons.mask(table["y_class"] == "low", "Nothing"))
    (found,) = findings(tmp_path, table, "classification")
    assert '"reason" is empty or "Nothing" for nearly all rows where' in found.message


def test_columns_that_are_empty_for_a_rare_class_are_not_told(tmp_path: Path) -> None:
    table, rng = of_three_classes(), np.random.default_rng(4)
    table.loc[: N // 40, "y_class"] = "rare"
    leaf = pd.Series(rng.normal(size=N).round(3)).mask(table["y_class"] == "rare")
    table.insert(0, "leaf", leaf)
    assert findings(tmp_path, table, "classification") == []


def test_date_that_leaks_is_told_once(tmp_path: Path) -> None:
    table = honest()
    days = pd.Series(pd.date_range("2023-01-01", periods=N).strftime("%Y-%m-%d"))
    table["cancelled_on"] = days.where(table["y_class"] == "yes", "")
    assert len(findings(tmp_path, table, "classification")) == 1


def test_years_of_a_panel_name_no_rows(tmp_path: Path) -> None:
    table = honest()
    table.insert(0, "year", np.tile(np.arange(1961, 1991), N // 30))
    assert findings(tmp_path, table, "regression") == []
    table["year"] = 1961 + np.arange(N)
    assert [one.code for one in findings(tmp_path, table, "regression")] == ["IDENTIFIER"]


@pytest.mark.parametrize(
    ("name", "kind", "is_group"),
    [("Runs", "number", False), ("visits", "number", False), ("run", "number", True),
     ("patients", "category", True), ("user_ids", "number", True), ("Cruns", "category", False),
     ("n_patients", "number", False), ("number of stores", "number", False),
     ("family_members", "number", False),
     *((name, "number", True) for name in (
         "patients", "users", "customers", "subjects", "plots", "lots", "batches", "patient_no",
         "patient_nos", "store_nrs", "device_keys"))],
)  # fmt: skip
def test_numbers_of_runs_are_counts_not_groups(name: str, kind: str, is_group: bool) -> None:
    column = {"name": name, "kind": kind, "distinct": 92}
    assert group_columns({"target": "y", "columns": [column]}) == [name] * is_group
