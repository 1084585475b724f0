"""Honest columns that tell the target well, in few rows or beside few others, are no leaks."""

from pathlib import Path

import numpy as np
import pytest

from tests.engine.sentinel.test_hidden_copies import leaks, table_of

SEEDS = range(3)


@pytest.mark.parametrize("n_others", [1, 2])
@pytest.mark.parametrize("seed", SEEDS)
def test_fare_by_the_way(seed: int, n_others: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    way = rng.gamma(2.0, 3.0, 500).round(2)
    fare = (3.5 + 2.1 * way + rng.normal(0, 1.0, 500)).round(2)
    assert leaks(tmp_path, table_of(fare, n_others, seed).assign(km=way)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_salary_by_the_years(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    years = rng.uniform(1, 11, 30).round(1)
    salary = (26_000 + 9_400 * years + rng.normal(0, 3_300, 30)).round()
    assert leaks(tmp_path, table_of(salary, 1, seed).assign(years=years)) == []


@pytest.mark.parametrize("n_others", [1, 2])
@pytest.mark.parametrize("seed", SEEDS)
def test_rent_by_the_area(seed: int, n_others: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    area = rng.uniform(20, 140, 80).round()
    rent = (150 + 11 * area + rng.normal(0, 60, 80)).round()
    assert leaks(tmp_path, table_of(rent, n_others, seed).assign(area=area)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_postage_by_the_weight(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    weight = rng.exponential(4, 300).round(2)
    postage = (4 + 0.9 * weight + rng.normal(0, 0.144 * weight.std(), 300)).round(2)
    assert leaks(tmp_path, table_of(postage, 6, seed).assign(weight=weight)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_fever_by_the_temperature(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    ill = np.arange(40) < 12
    degrees = np.where(ill, rng.uniform(38.1, 40, 40), rng.uniform(36.1, 37.4, 40)).round(2)
    table = table_of(np.where(ill, "ill", "well"), 3, seed).assign(temperature=degrees)
    mixed = table.sample(frac=1, random_state=seed, ignore_index=True)
    assert leaks(tmp_path, mixed, "classification") == []


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_few_rows_of_a_class_alone_can_have(seed: int, tmp_path: Path) -> None:
    """As birds have wings."""
    kinds = np.array(["fish"] * 250 + ["mammal"] * 142 + ["bird"] * 8)
    wings = np.random.default_rng(seed).choice(["long", "short", "none of both"], 400)
    table = table_of(kinds, 3, seed).assign(wing=np.where(kinds == "bird", wings, ""))
    mixed = table.sample(frac=1, random_state=seed, ignore_index=True)
    assert leaks(tmp_path, mixed, "classification") == []


def test_height_that_alone_tells_few_weights(tmp_path: Path) -> None:
    """As in the table `women` of R; there is no other column to learn from."""
    height = np.arange(58.0, 73.0)
    weight = np.array([115, 117, 120, 123, 126, 129, 132, 135, 139, 142, 146, 150, 154, 159, 164])
    table = table_of(weight, 0).assign(height=height)
    assert leaks(tmp_path, table) == []
    assert leaks(tmp_path, table.assign(height=weight * 0.45)) == [["height"]]
