"""Copies of the target that few rows, few columns or other strong columns hid."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.engine.sentinel.test_looking import findings


def table_of(y: np.ndarray, n_columns: int = 3, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({f"c{n}": rng.normal(0, 1, len(y)).round(4) for n in range(n_columns)})
    return table.assign(y=y)


def normal(n: int, seed: int = 0) -> np.ndarray:
    return np.asarray(np.random.default_rng(seed).normal(50, 10, n).round(2))


def noisy(y: np.ndarray, correlation: float = 0.99, seed: int = 5) -> np.ndarray:
    spread = y.std() * np.sqrt(1 / correlation**2 - 1)
    return np.asarray((y + np.random.default_rng(seed).normal(0, spread, len(y))).round(4))


def leaks(folder: Path, table: pd.DataFrame, task: str = "regression") -> list[list[str]]:
    table = table.rename(columns={"y": "y_number" if task == "regression" else "y_class"})
    found = findings(folder, table, task)
    return [one.change["exclude"] for one in found if one.code == "TARGET_LEAK"]


def test_noisy_copy_stands_out_of_columns_that_tell_the_target_by_a_curve(tmp_path: Path) -> None:
    """As a price follows the length of a diamond."""
    y = np.exp(normal(800) / 15).round(2)
    table = table_of(y)
    for n in range(3):
        table[f"size_{n}"] = noisy(np.log(y), 0.97, seed=10 + n)
    assert leaks(tmp_path, table) == []
    assert leaks(tmp_path, table.assign(fee=noisy(y))) == [["fee"]]


@pytest.mark.parametrize("n", [20, 60])
def test_noisy_copy_in_few_rows(n: int, tmp_path: Path) -> None:
    table = table_of(normal(n))
    assert leaks(tmp_path, table) == []
    assert leaks(tmp_path, table.assign(fee=noisy(table["y"].to_numpy(), 0.995))) == [["fee"]]
    assert leaks(tmp_path, table.assign(fee=noisy(table["y"].to_numpy(), 0.97))) == []


def test_copy_cut_into_bins_beside_one_column(tmp_path: Path) -> None:
    table = table_of(np.exp(normal(63) / 10).round(2), 1)
    assert leaks(tmp_path, table) == []
    bins = pd.qcut(table["y"], 10, labels=False)
    assert leaks(tmp_path, table.assign(band=bins)) == [["band"]]


def test_straight_line_through_a_few_extreme_rows_is_no_leak(tmp_path: Path) -> None:
    table = table_of(normal(400)).assign(size=noisy(normal(400), 0.6))
    table.loc[:3, ["y", "size"]] = 1e6
    assert leaks(tmp_path, table) == []


def test_number_of_few_rows_that_rises_with_the_class(tmp_path: Path) -> None:
    """As the numbers of rows that were sorted by class."""
    table = table_of(np.array(["ill"] * 31 + ["well"] * 29))
    table["number"] = np.arange(60) + 1.5
    mixed = table.sample(frac=1, random_state=0, ignore_index=True)
    assert leaks(tmp_path, mixed, "classification") == [["number"]]
    mixed.loc[mixed["number"] > 55, "number"] -= 50
    assert leaks(tmp_path, mixed, "classification") == []


def test_column_that_is_filled_in_for_a_rare_class_alone(tmp_path: Path) -> None:
    reasons = np.random.default_rng(3).choice(["late", "broken", "wish"], 592)
    table = table_of(np.array(["a"] * 500 + ["b"] * 80 + ["c"] * 12))
    table["reason"] = np.where(table["y"] == "c", reasons, "")
    mixed = table.sample(frac=1, random_state=0, ignore_index=True)
    assert leaks(tmp_path, mixed, "classification") == [["reason"]]
    mixed.loc[mixed.index[mixed["y"] == "c"][0], "reason"] = ""
    assert leaks(tmp_path, mixed, "classification") == []


def test_difference_of_two_columns_that_go_together_closely(tmp_path: Path) -> None:
    """As two moments of one case, and how long it took."""
    y = np.random.default_rng(0).exponential(1.0, 400).round(3)
    opened = np.random.default_rng(1).uniform(0, 3000, 400).round(3)
    table = table_of(y, 8).assign(opened=opened, closed=opened + y)
    (found,) = leaks(tmp_path, table)
    assert sorted(found) == ["closed", "opened"]


def test_sum_of_two_columns_in_few_rows(tmp_path: Path) -> None:
    y = normal(20)
    part = np.random.default_rng(1).uniform(0, 30, 20).round(2)
    table = table_of(y).assign(part=part, rest=y - part)
    (found,) = leaks(tmp_path, table)
    assert sorted(found) == ["part", "rest"]
    wrong = table.assign(rest=noisy((y - part).round(2), 0.999))
    assert leaks(tmp_path, wrong) == []


@pytest.mark.parametrize("share", [0.0, 0.01, 0.02])
@pytest.mark.parametrize("codes", ["K1 K2 K3", "4 9 5"])
def test_other_names_of_classes_with_mistakes_are_a_leak_in_strong_company(
    codes: str, share: float, tmp_path: Path
) -> None:
    """As beside the petals of an iris, each of which tells the species nearly as well."""
    rng = np.random.default_rng(8)
    kind = np.repeat([0, 1, 2], 50)
    table = pd.DataFrame({
        f"petal_{n}": (3.0 * kind + rng.normal(0, 0.75, 150)).round(2) for n in range(3)
    })  # fmt: skip
    table["y_class"] = np.array(["setosa", "versicolor", "virginica"])[kind]
    assert findings(tmp_path, table, "classification") == []
    wrong = rng.permutation(150)[: round(share * 150)]
    given = kind.copy()
    given[wrong] = (kind[wrong] + 1) % 3
    table.insert(0, "label", np.array(codes.split())[given])
    found = findings(tmp_path, table, "classification")
    assert [one.change for one in found] == [{"exclude": ["label"]}]


def test_traits_that_two_classes_share_are_no_other_names(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    kind = np.repeat([0, 1, 2], 100)
    legs = np.array(["none", "two", "four"])[np.where(np.arange(300) % 100 < 6, 1, kind)]
    table = pd.DataFrame({"legs": legs, "size": (kind + rng.normal(0, 0.5, 300)).round(2)})
    table["y_class"] = np.array(["fish", "bird", "mammal"])[kind]
    assert findings(tmp_path, table, "classification") == []
