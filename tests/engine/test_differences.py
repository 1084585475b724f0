"""In what the columns of two versions of a table differ, by their profiles."""

from typing import Any

import numpy as np
import pytest

from tasks.engine.profile.differences import compare_column, compare_profiles


def numbers(values: Any, **more: Any) -> dict[str, Any]:
    values = np.asarray(values, dtype=float)
    counts, edges = np.histogram(values, bins=30)
    parts = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
    return {
        "name": "x", "kind": "number", "missing": 0, "count": len(values), "top": [],
        "min": values.min(), "median": float(np.median(values)), "max": values.max(),
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
        "quantiles": {str(part): float(np.quantile(values, part)) for part in parts},
    } | more  # fmt: skip


def classes(missing: int = 0, **counts: int) -> dict[str, Any]:
    top = [{"value": value, "count": count} for value, count in counts.items()]
    return {"name": "c", "kind": "category", "missing": missing, "count": sum(counts.values()),
            "top": top}  # fmt: skip


random = np.random.default_rng(0)


@pytest.mark.parametrize("without", ["quantiles", "histogram", None])
@pytest.mark.parametrize(
    "draw",
    [
        lambda n: random.normal(100, 15, n),
        lambda n: random.lognormal(8, 2, n),
        lambda n: random.integers(0, 73, n),
        lambda n: random.poisson(1.5, n),
        lambda n: random.integers(0, 2, n),
    ],
    ids=["normal", "long tail", "whole", "counts", "two values"],
)
def test_two_draws_of_one_distribution_are_about_the_same(draw: Any, without: str | None) -> None:
    for n, m in ((5000, 5000), (300, 5000), (40, 40)):
        sides = [{k: v for k, v in numbers(draw(size)).items() if k != without} for size in (n, m)]
        found = compare_column(*sides)
        assert found is not None
        assert not found["moved"], (n, m, found)


def test_numbers_that_moved_are_found_with_their_medians() -> None:
    found = compare_column(
        numbers(random.normal(100, 15, 5000)), numbers(random.normal(115, 15, 5000))
    )
    assert found is not None
    assert found["moved"]
    assert 0.3 < found["distance"] < 0.4  # 2 * Phi(0.5) - 1 = 0.38, less what is not told
    assert abs(found["before"]["median"] - 100) < 2 < abs(found["after"]["median"] - 100)
    wider = compare_column(numbers(random.normal(0, 1, 5000)), numbers(random.normal(0, 3, 5000)))
    assert wider is not None
    assert wider["moved"]


def test_dates_are_compared_as_moments() -> None:
    days = [f"2026-{month:02}-01" for month in range(1, 13)]
    quantiles = dict(zip(("0.05", "0.25", "0.5", "0.75", "0.95"), days, strict=False))
    year = {
        "name": "d", "kind": "date", "missing": 0, "count": 5000, "top": [],
        "min": days[0], "median": days[2], "max": days[11], "quantiles": quantiles,
    }  # fmt: skip
    later = year | {"quantiles": dict(zip(quantiles, days[5:], strict=False)), "median": days[7]}
    same, moved = compare_column(year, year), compare_column(year, later)
    assert same is not None
    assert moved is not None
    assert (same["moved"], moved["moved"]) == (False, True)
    assert (moved["before"]["median"], moved["after"]["median"]) == ("2026-03-01", "2026-08-01")


def test_shares_of_values_that_moved_name_the_value_that_moved_most() -> None:
    found = compare_column(classes(no=740, yes=260), classes(no=600, yes=400))
    assert found is not None
    assert found["distance"] == 0.14
    assert found["moved"]
    assert {found["before"]["value"], found["after"]["value"]} <= {"no", "yes"}
    few = compare_column(classes(no=7, yes=3), classes(no=6, yes=4))
    assert few is not None
    assert not few["moved"]  # chance does as much with ten rows


def test_missing_cells_are_a_move_of_their_own() -> None:
    found = compare_column(classes(no=500, yes=500), classes(missing=500, no=500, yes=500))
    assert found is not None
    assert found["moved"]
    assert (found["before"]["missing"], round(found["after"]["missing"], 3)) == (0.0, 0.333)


def test_what_says_nothing_is_left_out() -> None:
    x, c = numbers([1, 2, 3]), classes(a=3)
    assert compare_column(x, x | {"kind": "text"}) is None
    assert compare_column(x | {"kind": "identifier"}, x | {"kind": "identifier"}) is None
    assert compare_column(classes(), classes(a=1)) is None
    bare = {"name": "x", "kind": "number", "missing": 0, "count": 3}
    assert compare_column(x, bare) is None
    found = compare_profiles([x, c, {"name": "gone", "kind": "text"}], [c, x, c | {"name": "new"}])
    assert (found["compared"], found["moved"]) == (2, 0)
    assert {column["name"] for column in found["columns"]} == {"x", "c"}
