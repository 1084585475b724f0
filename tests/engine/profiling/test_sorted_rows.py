"""Rows that are sorted by a column, and rows that only seem to be."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.engine.profiling.test_table_checks import CITY, NOISE, RNG, N, found, profile


def moments(minutes: Iterable[int]) -> list[str]:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    return [(start + timedelta(minutes=int(n))).strftime("%Y-%m-%d %H:%M:%S") for n in minutes]


@pytest.mark.parametrize("n_rows", [N, 12_000])  # looked at whole, and by a sample first
@pytest.mark.parametrize("order", ["mixed", "rising", "falling"])
def test_times_of_day_are_sorted_only_where_they_are(
    tmp_path: Path, n_rows: int, order: str
) -> None:
    minutes = RNG.permutation(n_rows) * 37
    if order != "mixed":
        minutes = np.sort(minutes)[:: 1 if order == "rising" else -1]
    noise = [f"{x:.4f}" for x in RNG.normal(0, 1, n_rows)]
    label = RNG.choice(["yes", "no"], n_rows).tolist()
    result = profile(tmp_path, {"last_login": moments(minutes), "noise": noise, "churned": label})
    told = [] if order == "mixed" else [("last_login", None, None)]
    assert found(result, "ROWS_SORTED") == told


def test_an_amount_that_differs_in_each_row_is_not_taken_for_sorted(tmp_path: Path) -> None:
    prices = [f"{x:.6f}" for x in RNG.normal(50, 10, N)]
    columns = {"city": CITY, "price": prices}
    assert not found(profile(tmp_path, columns, target="price"), "ROWS_SORTED")
    columns["price"] = sorted(prices, key=float)
    told = found(profile(tmp_path, columns, target="price"), "ROWS_SORTED")
    assert told == [("price", None, None)]


def test_rows_that_come_class_by_class_are_told(tmp_path: Path) -> None:
    label = [name for name in ("no", "maybe", "yes") for _ in range(100)]
    result = profile(tmp_path, {"noise": NOISE[:300], "churned": label})
    assert found(result, "ROWS_SORTED") == [("churned", None, None)]
