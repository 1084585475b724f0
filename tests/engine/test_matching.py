"""Columns of a file held against a model's: what is found, what is guessed, what moved."""

import csv
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.engine.errors import DataError
from tasks.engine.model.export import small_schema
from tasks.engine.predicting import matching
from tasks.engine.predicting.matching import guess_columns, match_file
from tasks.engine.predicting.moved import compare_columns
from tasks.engine.predicting.scoring import score_file
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec, mixed_csv

ROWS = 1500


class Trained:
    """A model of `mixed_csv`, its table, and what it says of new rows."""

    def __init__(self, folder: Path) -> None:
        spec, columns = make_spec(folder, "y_number", "regression", "Ridge", text=mixed_csv(ROWS))
        self.model = train(spec, columns)
        self.schema = small_schema(self.model.schema)
        self.folder = folder
        self.names, *self.rows = list(csv.reader(mixed_csv(ROWS).splitlines()))

    def match(self, rows: list[list[str]], names: list[str] | None = None, **how: Any) -> Any:
        source = self.folder / "new.csv"
        with source.open("w", newline="") as out:
            csv.writer(out).writerows([names or self.names, *rows])
        table = next(self.folder.glob("*.parquet"))
        found = match_file(self.schema, source, file_name="new.csv", training=table, **how)
        return found | {"by": {column["name"]: column for column in found["columns"]}}

    def changed(self, name: str, values: list[str]) -> list[list[str]]:
        at = self.names.index(name)
        return [
            [*row[:at], values[n % len(values)], *row[at + 1 :]] for n, row in enumerate(self.rows)
        ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("trained"))


def test_the_training_table_itself_fits(trained: Trained) -> None:
    found = trained.match(trained.rows)
    assert found["n_rows"] == ROWS
    assert {one["source"] for one in found["columns"]} == set(trained.schema["features"])
    doubts = ("unreadable", "unseen", "outside")
    assert [one for one in found["columns"] if any(one[doubt] for doubt in doubts)] == []
    assert set(found["extra"]) == set(trained.names) - set(trained.schema["features"])
    assert (found["moved"]["moved"], found["moved"]["rows"]) == (0, [ROWS, ROWS])
    empty = sum(not row[trained.names.index("income")] for row in trained.rows)
    assert found["by"]["income"]["missing"] == empty


@pytest.mark.sampled(1)
@pytest.mark.parametrize("n_rows", [20, 150, 900])
def test_rows_of_the_training_table_raise_no_false_alarm(trained: Trained, n_rows: int) -> None:
    """Of a hundred such files one is told at most; here of 25, so none is expected."""
    alarms = []
    for seed in range(25):
        drawn = random.Random(seed).choices(trained.rows, k=n_rows)
        alarms += [c["name"] for c in trained.match(drawn)["moved"]["columns"] if c["moved"]]
    assert alarms == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("age", ["70", "75", "80", "44"]),
        ("city", ["Oslo"]),
        ("member", ["yes", "yes", "yes", "no"]),
        ("since", ["2024-11-02", "2024-12-02"]),
        ("income", ["", "2900.5", "", "3100"]),
    ],
)
def test_a_column_that_lies_elsewhere_has_moved(
    trained: Trained, name: str, values: list[str]
) -> None:
    moved = trained.match(trained.changed(name, values))["moved"]
    assert [one["name"] for one in moved["columns"] if one["moved"]] == [name]
    assert moved["columns"][0]["name"] == name
    assert moved["columns"][0]["distance"] > 0.2


def test_cells_that_do_not_fit_are_counted(trained: Trained) -> None:
    found = trained.match(trained.changed("age", ["200", "18", "many", "30"]))["by"]["age"]
    assert (found["outside"], found["unreadable"], found["wrong_type"]) == (
        ROWS // 4, ROWS // 4, False,
    )  # fmt: skip
    assert found["examples"] == {"outside": "200", "unreadable": "many"}
    assert found["range"] == [18.0, 80.0]
    found = trained.match(trained.changed("age", ["many", "few", "30"]))["by"]["age"]
    assert found["wrong_type"] is True
    found = trained.match(trained.changed("city", ["Oslo", "Lima"]))["by"]["city"]
    assert found["unseen"] == ROWS // 2
    assert found["examples"] == {"unseen": "Lima"}


def test_columns_called_otherwise_are_guessed_and_only_used_when_told(
    trained: Trained, tmp_path: Path
) -> None:
    names = [{"age": "AGE", "city": "town"}.get(name, name) for name in trained.names]
    found = trained.match(trained.rows, names)
    by = found["by"]
    assert (by["age"]["source"], by["age"]["guess"]) == (None, "AGE")
    assert (by["city"]["source"], by["city"]["guess"]) == (None, None)
    assert {"AGE", "town"} <= set(found["extra"])
    assert found["moved"]["compared"] > 3
    mapping = {"age": "AGE", "city": "town"}
    found = trained.match(trained.rows, names, mapping=mapping)
    assert (found["by"]["age"]["source"], found["by"]["city"]["source"]) == ("AGE", "town")
    source, target = trained.folder / "new.csv", tmp_path / "answer.csv"
    asked = {"file_name": "new.csv"}
    with pytest.raises(DataError, match='"age", "city"'):
        score_file(trained.model.model, trained.schema, source, target, **asked)
    score_file(trained.model.model, trained.schema, source, target, **asked, mapping=mapping)
    rows = list(csv.reader(target.read_text().splitlines()))
    assert rows[0] == [*names, "prediction"]
    assert [row[:-1] for row in rows[1:]] == trained.rows


def test_a_guess_is_made_only_where_one_column_can_be_meant() -> None:
    assert guess_columns(["Monthly Charges"], ["monthly_charges"]) == {
        "Monthly Charges": "monthly_charges"
    }
    assert guess_columns(["a b", "A_B"], ["ab"]) == {}
    assert guess_columns(["ab"], ["a b", "A-B"]) == {}
    assert guess_columns(["?"], ["!"]) == {}


def test_a_file_without_rows_or_columns_is_told(trained: Trained) -> None:
    found = trained.match([["1", "2"]], ["x", "y"])
    assert {one["source"] for one in found["columns"]} == {None}
    assert (found["n_rows"], found["moved"]) == (1, None)


def test_of_many_rows_a_part_is_compared(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "COMPARED_ROWS", 100)
    monkeypatch.setattr(matching, "BATCH_ROWS", 70)
    assert trained.match(trained.rows)["moved"]["rows"] == [100, 100]


def test_many_values_that_are_rare_are_no_alarm() -> None:
    rng = np.random.default_rng(0)
    values = np.array([f"shop{n}" for n in range(400)], dtype=object)
    alarms = 0
    for _ in range(100):
        sides = [{"shop": rng.choice(values, n)} for n in (2000, 300)]
        alarms += compare_columns({"shop": "category"}, *sides)["moved"]
    assert alarms <= 2  # one of 200 is expected
    frequent = rng.choice(values[:30], 2000)
    sides = [{"shop": frequent}, {"shop": rng.choice(values[:8], 300)}]
    assert compare_columns({"shop": "category"}, *sides)["moved"] == 1


@pytest.mark.parametrize("sites", [2, 13, 15, 40])
@pytest.mark.parametrize("one_name", [True, False])
def test_in_few_rows_a_value_that_training_never_saw_is_no_chance(
    sites: int, one_name: bool
) -> None:
    """Each of 13 sites is expected in fewer than five of 60 rows."""
    rng = np.random.default_rng(0)
    known = np.array([f"site{n % sites}" for n in range(1060)], dtype=object)
    rng.shuffle(known)
    new = known[1000:].copy()
    found = compare_columns({"site": "category"}, {"site": known[:1000]}, {"site": new})
    assert found["moved"] == 0
    new[:20] = "Z" if one_name else [f"Z{n}" for n in range(20)]
    found = compare_columns({"site": "category"}, {"site": known[:1000]}, {"site": new})
    assert found["moved"] == 1


def test_few_rows_of_rare_values_are_no_alarm() -> None:
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(300):
        values = np.array([f"v{n}" for n in rng.zipf(1.6, 1020) % 500], dtype=object)
        sides = [{"v": values[:1000]}, {"v": values[1000:]}]
        alarms += compare_columns({"v": "category"}, *sides)["moved"]
    assert alarms <= 5
