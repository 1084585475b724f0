"""Rows that sum up others are told where they are learned from, with what leaves them out."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tasks.engine.prepared import prepare
from tasks.engine.sentinel.finding import Finding
from tasks.engine.sentinel.looking import look
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec

N = 40
NUMBERS = ["people", "shops", "sales"]


def shops(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    people, n_shops = rng.integers(100, 900, N), rng.integers(1, 40, N)
    regions = [f"R{n % 13}" for n in range(N)]
    table = pd.DataFrame({"region": regions, "people": people, "shops": n_shops})
    table["sales"] = table["people"] * 3 + table["shops"] * 20 + rng.integers(0, 400, N)
    return table


def with_row(table: pd.DataFrame, **cells: Any) -> pd.DataFrame:
    return pd.concat([table, pd.DataFrame([cells])], ignore_index=True)


def findings(folder: Path, table: pd.DataFrame, **changes: Any) -> list[Finding]:
    text = table.to_csv(index=False)
    spec, columns = make_spec(folder, "sales", "regression", "Ridge", text, **changes)
    data = prepare(spec, columns, lambda _code, _message, _change=None: None)
    return [one for one in look(spec, data, columns) if one.code == "SUM_ROWS"]


def test_a_total_is_told_with_numbers_and_left_out_by_the_change(tmp_path: Path) -> None:
    table = shops()
    sums = table[NUMBERS].sum()
    (found,) = findings(tmp_path, with_row(table, region="Total", **sums))
    assert f"Line {N + 2} is called a total or a mean" in found.message
    assert f'"sales" is {sums["sales"]}, the sum of the other {N}' in found.message
    assert f"the median of the others is {table['sales'].median():,.6g}" in found.message
    assert found.change == {"validation": {"targets_left_out": [str(sums["sales"])]}}
    text = with_row(table, region="Total", **sums).to_csv(index=False)
    split = found.change["validation"]
    spec, columns = make_spec(tmp_path, "sales", "regression", "Ridge", text, split=split)
    result = train(spec, columns)
    assert result.details["rows_used"] == N
    told = {one["code"]: one["message"] for one in result.warnings}
    assert "SUM_ROWS" not in told
    assert told["TARGETS_LEFT_OUT"] == f'1 row was left out by "sales": "{sums["sales"]}" in 1'


@pytest.mark.parametrize("region", ["all of them", None])
def test_sums_are_known_without_a_name_by_another_column_or_blank_cells(
    region: str | None, tmp_path: Path
) -> None:
    table = shops()
    sums = table[NUMBERS].sum().to_dict()
    if region is None:
        sums = {"sales": sums["sales"]}
    (found,) = findings(tmp_path, with_row(table, region=region, **sums))
    assert "sums up the other rows" in found.message
    assert found.change


def test_a_sum_by_chance_and_honest_tables_raise_no_alarm(tmp_path: Path) -> None:
    for seed in range(5):
        assert findings(tmp_path, shops(seed)) == []
    table = shops()
    alone = with_row(table, region="R1", people=300, shops=9, sales=table["sales"].sum())
    assert findings(tmp_path, alone) == []  # the target alone: a large value may be one
    multiple = table.assign(people=table["sales"] * 2)
    sums = multiple[["people", "sales"]].sum()
    assert findings(tmp_path, with_row(multiple, region="R1", shops=9, **sums)) == []


def test_several_totals_are_one_finding(tmp_path: Path) -> None:
    table = shops()
    halves = [table[: N // 2][NUMBERS].sum(), table[N // 2 :][NUMBERS].sum()]
    for half in halves:
        table = with_row(table, region="Subtotal", **half)
    (found,) = findings(tmp_path, table)
    assert "2 rows are called totals or means, and count as rows like the others" in found.message
    left_out = [str(half["sales"]) for half in halves]
    assert found.change == {"validation": {"targets_left_out": left_out}}


def test_nothing_is_proposed_that_takes_other_rows_along(tmp_path: Path) -> None:
    table = shops()
    same = int(table["sales"][3])
    (found,) = findings(tmp_path, with_row(table, region="Total", people=1, shops=1, sales=same))
    assert found.change == {}


def test_most_rows_called_so_are_no_exception(tmp_path: Path) -> None:
    assert findings(tmp_path, shops().assign(region="Total")) == []


def test_honest_categories_of_these_names_raise_no_alarm(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    table = pd.concat([shops(seed) for seed in range(5)], ignore_index=True)
    table["sales"] += np.arange(len(table))
    table["condition"] = rng.choice(["Poor", "Average", "Good"], len(table))
    table["cover"] = "partial"
    table.loc[rng.choice(len(table), 9, replace=False), "cover"] = "total"
    assert findings(tmp_path, table) == []


def test_a_last_row_of_means_is_told(tmp_path: Path) -> None:
    table = shops()
    (found,) = findings(tmp_path, with_row(table, region="Average", **table[NUMBERS].mean()))
    assert f"Line {N + 2} is called a total or a mean" in found.message
