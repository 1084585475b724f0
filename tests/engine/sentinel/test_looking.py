"""Traps that make a score too good are told, each with the setting that removes its cause."""

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

N = 600


def honest(seed: int = 0) -> pd.DataFrame:
    """Return a table without any trap: some columns that help, some that do not."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=N), rng.normal(size=N)
    signal = a + 0.7 * b + rng.normal(size=N)
    return pd.DataFrame(
        {
            "a": a, "b": b, "c": rng.normal(size=N),
            "city": rng.choice(["Oslo", "Rome", "Bern"], N),
            "y_class": np.where(signal > 0, "yes", "no"),
            "y_number": signal * 10 + 100,
        }
    ).round(4)  # fmt: skip


def findings(folder: Path, table: pd.DataFrame, task: str, **changes: Any) -> list[Finding]:
    target = "y_class" if task == "classification" else "y_number"
    estimator = "LogisticRegression" if task == "classification" else "Ridge"
    text = table.to_csv(index=False)
    spec, columns = make_spec(folder, target, task, estimator, text, **changes)
    data = prepare(spec, columns, lambda _code, _message: None)
    return list(look(spec, data, columns))


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("seed", range(5))
def test_honest_tables_raise_no_alarm(task: str, seed: int, tmp_path: Path) -> None:
    assert findings(tmp_path, honest(seed), task) == []


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_copy_of_a_class_is_a_leak(noise: float, tmp_path: Path) -> None:
    table, rng = honest(), np.random.default_rng(1)
    turned = rng.random(N) < noise
    table.insert(0, "closed", ((table["y_class"] == "yes") ^ turned).astype(int))
    (found,) = findings(tmp_path, table, "classification")
    assert (found.code, found.change) == ("TARGET_LEAK", {"exclude": ["closed"]})
    assert '"closed" alone tells "y_class" almost perfectly' in found.message


@pytest.mark.parametrize("how", ["scaled", "noisy", "in bands"])
def test_transform_of_a_number_is_a_leak(how: str, tmp_path: Path) -> None:
    table, rng = honest(), np.random.default_rng(1)
    leak = {
        "scaled": table["y_number"] * -3 + 7,
        "noisy": table["y_number"] * 0.01 + rng.normal(size=N) * 0.01,
        "in bands": pd.qcut(table["y_number"], 12, labels=list("abcdefghijkl")).astype(str),
    }[how]
    table.insert(0, "tax", leak)
    (found,) = findings(tmp_path, table, "regression")
    assert (found.code, found.change) == ("TARGET_LEAK", {"exclude": ["tax"]})


def test_strong_columns_in_company_are_no_leaks(tmp_path: Path) -> None:
    table, rng = honest(), np.random.default_rng(1)
    for name in ("length", "width", "depth", "mass"):
        table[name] = table["y_number"] + rng.normal(size=N) * 3
    assert findings(tmp_path, table, "regression") == []


def test_column_that_counts_the_rows_is_an_identifier(tmp_path: Path) -> None:
    table = honest()
    table.insert(0, "no", np.arange(N) * 2.0 + 0.5)
    (found,) = findings(tmp_path, table, "classification")
    assert (found.code, found.change) == ("IDENTIFIER", {"exclude": ["no"]})


def test_copies_across_folds_are_counted_and_dropped(tmp_path: Path) -> None:
    table = pd.concat([honest(), honest().iloc[:60]], ignore_index=True)
    (found,) = findings(tmp_path, table, "regression")
    assert found.code == "COPIES_ACROSS_FOLDS"
    assert found.change == {"validation": {"drop_copies": True}}
    text = table.to_csv(index=False)
    spec, columns = make_spec(
        tmp_path, "y_number", "regression", "Ridge", text, split={"drop_copies": True}
    )
    result = train(spec, columns)
    assert result.details["rows_used"] == N
    assert [w["code"] for w in result.warnings] == ["COPIES_DROPPED"]


def test_rows_alike_by_chance_are_no_copies(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {name: rng.choice(["x", "y"], N) for name in "abc"}
        | {"y_class": rng.choice(["yes", "no"], N)}
    )
    assert findings(tmp_path, table, "classification") == []


def test_groups_across_folds_are_told_also_where_the_group_is_no_feature(tmp_path: Path) -> None:
    table, rng = honest(), np.random.default_rng(2)
    patient = rng.permutation(np.repeat(np.arange(60), 10))
    table["patient_id"] = [f"P{n:03d}" for n in patient]
    table["y_number"] += rng.normal(size=60)[patient] * 20
    found = findings(tmp_path, table, "regression")
    assert [one.code for one in found] == ["GROUPS_ACROSS_FOLDS"]
    assert found[0].change["validation"] == {"scheme": "group", "group_column": "patient_id"}
    split = {"scheme": "group", "group_column": "patient_id"}
    assert findings(tmp_path, table, "regression", split=split) == []


def test_target_that_follows_a_date_is_told(tmp_path: Path) -> None:
    table = honest()
    table["day"] = pd.date_range("2020-01-01", periods=N).strftime("%Y-%m-%d")
    assert findings(tmp_path, table, "regression") == []
    table["y_number"] += np.arange(N) * 0.1
    (found,) = findings(tmp_path, table, "regression")
    assert found.code == "TIME_ORDER"
    assert found.change == {"validation": {"scheme": "time", "time_column": "day"}}


def test_date_that_gives_the_target_away_is_told_as_a_leak_alone(tmp_path: Path) -> None:
    table = honest()
    days = pd.Series(pd.date_range("2023-01-01", periods=N).strftime("%Y-%m-%d"))
    table["cancelled_on"] = days.where(table["y_class"] == "yes", "")
    found = findings(tmp_path, table, "classification")
    assert {one.code for one in found} == {"TARGET_LEAK"}
    assert found[0].change == {"exclude": ["cancelled_on"]}


def test_drift_is_told_but_not_of_files_that_are_sorted(tmp_path: Path) -> None:
    drifted = honest()
    drifted["a"] += np.arange(N) * 0.004
    (found,) = findings(tmp_path, drifted, "classification")
    assert (found.code, found.change["validation"]["scheme"]) == ("DRIFT", "time")
    for by in ("a", "y_number"):
        table = honest().sort_values(by)
        assert findings(tmp_path, table, "regression") == []


def test_column_whose_name_looks_like_a_part_of_a_date_is_named_whole(tmp_path: Path) -> None:
    table = honest()
    table.insert(0, "claims", np.random.default_rng(3).normal(size=N))
    table.insert(0, "claims__paid", table["y_number"] * 2)
    (found,) = findings(tmp_path, table, "regression")
    assert found.change == {"exclude": ["claims__paid"]}
    drifted = honest()
    drifted["a__b"] = drifted["a"] + np.arange(N) * 0.004
    (found,) = findings(tmp_path, drifted, "classification")
    assert found.message.startswith('"a__b" differs')


def test_warnings_of_a_job_have_the_change(tmp_path: Path) -> None:
    table = honest()
    table.insert(0, "closed", (table["y_class"] == "yes").astype(int))
    spec, columns = make_spec(
        tmp_path, "y_class", "classification", "GaussianNB", table.to_csv(index=False)
    )
    (found,) = [w for w in train(spec, columns).warnings if w["code"] == "TARGET_LEAK"]
    assert found["change"] == {"exclude": ["closed"]}


def test_shuffled_numbers_of_rows_are_told_unless_they_say_something(tmp_path: Path) -> None:
    table, chance = honest(), np.random.default_rng(5)
    table.insert(0, "patient", chance.permutation(N))
    (found,) = findings(tmp_path, table, "regression")
    assert (found.code, found.change) == ("IDENTIFIER", {"exclude": ["patient"]})
    assert '"patient" has each number from 0 to 599 once, in no order' in found.message
    assert [f.code for f in findings(tmp_path, table, "classification")] == ["IDENTIFIER"]
    table["patient"] = (
        1 + table["y_number"].rank(method="first").astype(int) + chance.integers(0, 2, N)
    )
    assert all(f.code != "IDENTIFIER" for f in findings(tmp_path, table, "regression"))


def test_shuffled_numbers_that_matter_in_the_middle_are_no_identifier(tmp_path: Path) -> None:
    table, chance = honest(), np.random.default_rng(5)
    table.insert(0, "dose", 1 + chance.permutation(N))
    far = (table["dose"] - N / 2).abs()
    table["y_number"] = far**2
    table["y_class"] = np.where(far < N / 4, "mid", "edge")
    for task in ("regression", "classification"):
        assert all(f.code != "IDENTIFIER" for f in findings(tmp_path, table, task))


def test_whole_numbers_with_gaps_or_twice_are_no_identifier(tmp_path: Path) -> None:
    table, chance = honest(), np.random.default_rng(5)
    table["salary"] = chance.permutation(2 * N)[:N] + 30_000
    table["visits"] = chance.integers(0, N, N)
    assert findings(tmp_path, table, "regression") == []


def test_far_more_columns_than_rows_are_told_with_what_to_do(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    table = pd.DataFrame(chance.normal(size=(60, 150)).round(3)).add_prefix("gene_")
    table["y_class"] = np.where(chance.normal(size=60) > 0, "ill", "well")
    (found,) = findings(tmp_path, table, "classification")
    assert found.code == "MANY_COLUMNS"
    assert "150 columns are learned from 60 rows" in found.message
    chosen = found.change["preprocessing"]
    assert chosen == {"select": "f_test", "select_keep": 12}
    assert findings(tmp_path, table, "classification", preprocessing=chosen) == []
    assert findings(tmp_path, table.iloc[:, -100:], "classification") == []
