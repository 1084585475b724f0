"""Columns that were worked out from the target, each of which tells little of it or one class."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.engine.sentinel.test_hidden_copies import leaks, normal, table_of
from tests.engine.sentinel.test_looking import findings

KINDS = np.array(["a", "b", "c", "d"])


def of_kinds(n: int = 200) -> tuple[pd.DataFrame, np.ndarray]:
    kind = np.random.default_rng(4).integers(0, 4, n)
    return table_of(KINDS[kind]), kind


@pytest.mark.parametrize("digits", [2, 6])
def test_mean_of_a_number_by_groups_of_rows(digits: int, tmp_path: Path) -> None:
    """Random groups of three: it tells a third of the target, which any honest column may."""
    table = table_of(normal(300))
    group = np.random.default_rng(2).integers(0, 100, 300)
    table["usual"] = table["y"].groupby(group).transform("mean").round(digits)
    assert leaks(tmp_path, table) == [["usual"]]
    table["usual"] = table["usual"].sample(frac=1, random_state=0).to_numpy()
    assert leaks(tmp_path, table) == []


def test_mean_in_groups_that_a_large_table_spreads_wide(tmp_path: Path) -> None:
    """Of 60,000 rows others look at every third, in which hardly a group is whole."""
    table = table_of(normal(60_000))
    group = np.random.default_rng(2).integers(0, 8000, 60_000)
    table["usual"] = table["y"].groupby(group).transform("mean").round(3)
    assert leaks(tmp_path, table) == [["usual"]]


def test_one_odd_target_makes_no_column_a_mean(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    price = np.exp(rng.normal(12, 0.5, 1500)).round()
    price[700] = 2e9
    table = table_of(price).assign(year=rng.integers(1950, 2020, 1500))
    table["rooms"] = rng.integers(1, 30, 1500)
    assert leaks(tmp_path, table) == []


def test_tiny_numbers_beside_a_rare_class_are_no_shares_of_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    table = table_of(np.where(rng.random(3000) < 0.003, "fraud", "fine"))
    table["conc"] = rng.uniform(0, 0.005, 3000).round(3)
    assert leaks(tmp_path, table, "classification") == []


def test_two_honest_marks_of_three_classes(tmp_path: Path) -> None:
    kind = np.random.default_rng(4).integers(0, 3, 200)
    table = table_of(np.array(["bird", "fish", "dog"])[kind])
    table = table.assign(has_wings=(kind == 0).astype(int), has_fins=(kind == 1).astype(int))
    assert leaks(tmp_path, table, "classification") == []
    told = table.assign(is_dog=(kind == 2).astype(int))
    assert leaks(tmp_path, told, "classification") == [["has_wings", "has_fins", "is_dog"]]


@pytest.mark.parametrize("classes", [["no", "yes"], ["a", "b", "c"]])
def test_share_of_a_class_by_groups_of_rows(classes: list[str], tmp_path: Path) -> None:
    """As categories are encoded by the target before rows are split."""
    rng = np.random.default_rng(2)
    table = table_of(rng.choice(classes, 400))
    is_last = pd.Series(table["y"] == classes[-1])
    table["rate"] = is_last.groupby(rng.integers(0, 50, 400)).transform("mean").round(4)
    found = findings(tmp_path, table.rename(columns={"y": "y_class"}), "classification")
    (one,) = [finding for finding in found if finding.code == "TARGET_LEAK"]
    assert one.change == {"exclude": ["rate"]}
    assert f'"rate" is the share of "{classes[-1]}" in "y_class" over' in one.message


def test_columns_that_each_mark_one_class(tmp_path: Path) -> None:
    table, kind = of_kinds()
    for code in range(4):
        table[f"is_{code}"] = (kind == code).astype(int)
    assert leaks(tmp_path, table, "classification") == [[f"is_{code}" for code in range(4)]]
    some = table.drop(columns=["is_0", "is_1"])  # as milk marks mammals and feathers birds
    assert leaks(tmp_path, some, "classification") == []
    (found,) = leaks(tmp_path, table.drop(columns="is_2"), "classification")
    assert found == ["is_0", "is_1", "is_3"]


def test_amount_that_is_there_for_one_class_alone(tmp_path: Path) -> None:
    table, kind = of_kinds()
    amount = np.random.default_rng(1).gamma(2, 50, len(table)).round(2)
    refunded = table.assign(refund=np.where(kind == 2, amount, 0))
    assert leaks(tmp_path, refunded, "classification") == [["refund"]]
    for honest in (np.where(kind == 2, 0, amount), np.where(kind >= 2, amount, 0)):
        assert leaks(tmp_path, table.assign(legs=honest), "classification") == []


def test_codes_of_classes_with_noise_in_strong_company(tmp_path: Path) -> None:
    """In no order, so that neither ranks nor one bound tell them."""
    rng = np.random.default_rng(8)
    kind = np.repeat([0, 1, 2], 50)
    table = pd.DataFrame({
        f"petal_{n}": (3.0 * kind + rng.normal(0, 0.75, 150)).round(2) for n in range(3)
    })  # fmt: skip
    table["y_class"] = np.array(["setosa", "versicolor", "virginica"])[kind]
    assert findings(tmp_path, table, "classification") == []
    table["code"] = (np.array([5.0, 3.0, 4.0])[kind] + rng.normal(0, 0.08, 150)).round(3)
    found = findings(tmp_path, table, "classification")
    assert [one.change for one in found] == [{"exclude": ["code"]}]


def test_date_that_tells_a_number_may_be_the_time_that_it_goes_on_with(tmp_path: Path) -> None:
    y = normal(300)
    days = (pd.Timestamp("2015-01-01") + pd.to_timedelta((y * 30).round(), "D")).strftime("%F")
    (found,) = findings(tmp_path, table_of(y).rename(columns={"y": "y_number"}).assign(paid=days),
                        "regression")  # fmt: skip
    assert (found.code, found.change) == ("TARGET_LEAK", {"exclude": ["paid"]})
    assert 'either it is known only afterwards, or "y_number" goes on with time' in found.message
