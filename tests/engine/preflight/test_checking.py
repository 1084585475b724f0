"""The check of a request says what training would say, in the same words, from a few rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.engine.errors import DataError
from tasks.engine.preflight import checking
from tasks.engine.preflight.picking import pick_rows
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.tables import LINE
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec, mixed_csv


def look(spec: TrainingSpec, cells: dict[str, Any]) -> dict[str, Any]:
    told: list[dict[str, Any]] = []

    def load(names: Sequence[str]) -> dict[str, Any]:
        return {name: cells[name] for name in {*names, LINE} if name in cells}

    found = checking.check(spec, load, lambda known: told.append(dict(known)))
    assert told[-1] == found
    return found


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("estimator", "changes"),
    [
        ("LogisticRegression", {}),
        ("HistGradientBoostingClassifier", {"parameters": {"max_iter": 2}}),
        (
            "RandomForestClassifier",
            {"parameters": {"n_estimators": 5}, "preprocessing": {"encode": "one_hot"}},
        ),
        ("LogisticRegression", {"preprocessing": {"encode": "one_hot", "rare_below": 30}}),
        ("LogisticRegression", {"preprocessing": {"select": "f_test", "select_keep": 7}}),
        ("LogisticRegression", {"preprocessing": {"components": 4}}),
    ],
)
def test_shape_is_that_of_the_job(estimator: str, changes: dict[str, Any], tmp_path: Path) -> None:
    text = mixed_csv(1500)
    spec, cells = make_spec(tmp_path, "y_class", "classification", estimator, text, **changes)
    found, details = look(spec, cells), train(spec, cells).details
    assert found["error"] is None
    assert found["columns"]["after"] == details["columns_after_encoding"]
    assert found["columns"]["learned_from"] == details["columns_learned_from"]
    assert found["columns"]["steps"][0] == details["preprocessing"][0]
    assert found["columns"]["steps"][0]["columns"] == "Dates"
    assert found["sample"] == {"rows": 200, "of": 1000, "is_fitted": True}
    assert (found["rows"], found["rows_used"], found["folds"]) == (1500, 1500, 3)


def test_a_gap_outside_the_few_rows_counts(tmp_path: Path) -> None:
    lines = [f"{n % 17},{n % 5},{'yes' if n % 3 else 'no'}" for n in range(2000)]
    lines[1234] = ",1,yes"
    text = "\n".join(["a,b,y_class", *lines]) + "\n"
    spec, cells = make_spec(tmp_path, "y_class", "classification", "LogisticRegression", text)
    found = look(spec, cells)
    assert found["columns"]["after"] == train(spec, cells).details["columns_after_encoding"] == 3
    assert found["columns"]["is_exact"] is True


def test_rare_class_is_said_in_the_words_of_training(tmp_path: Path) -> None:
    text = mixed_csv(300).replace(",high,", ",low,").replace(",low,", ",high,", 2)
    spec, cells = make_spec(tmp_path, "y_class", "classification", "LogisticRegression", text)
    with pytest.raises(DataError) as raised:
        train(spec, cells)
    found = look(spec, cells)
    assert found["error"]["message"] == raised.value.message
    assert found["error"]["field"] == "validation.folds"
    assert found["classes"]["rarest"] == [
        {"value": "high", "rows": 2}, {"value": "low", "rows": 298},
    ]  # fmt: skip
    assert (found["classes"]["n_rare"], found["classes"]["rare_below"]) == (1, 15)


def test_what_makes_scores_too_good_is_told_last(tmp_path: Path) -> None:
    lines = [f"{n * 7919 % 101},{n % 3},{'yes' if n % 3 else 'no'}" for n in range(600)]
    text = "\n".join(["a,same,y_class", *lines]) + "\n"
    spec, cells = make_spec(tmp_path, "y_class", "classification", "LogisticRegression", text)
    told: list[dict[str, Any]] = []

    def load(names: Sequence[str]) -> dict[str, Any]:
        return {name: cells[name] for name in {*names, LINE} if name in cells}

    found = checking.check(spec, load, lambda known: told.append(dict(known)))
    leak = next(w for w in found["warnings"] if w["code"] == "TARGET_LEAK")
    assert leak["change"] == {"exclude": ["same"]}
    first = next(known for known in told if known["warnings"])
    assert first["sample"]["is_fitted"] is True


def test_what_more_rows_would_mend_is_tried_with_more_rows(tmp_path: Path) -> None:
    text = mixed_csv(3000)
    near = {"parameters": {"n_neighbors": 700}}
    spec, cells = make_spec(
        tmp_path, "y_class", "classification", "KNeighborsClassifier", text, **near
    )
    found = look(spec, cells)
    assert found["error"] is None
    assert found["sample"]["rows"] == 1000


def test_what_no_rows_mend_is_an_error(tmp_path: Path) -> None:
    spec, cells = make_spec(
        tmp_path, "y_class", "classification", "KNeighborsClassifier", mixed_csv(300),
        parameters={"n_neighbors": 250},
    )  # fmt: skip
    found = look(spec, cells)
    assert found["error"]["code"] == "TOO_MANY_NEIGHBOURS"
    assert found["error"]["field"] == "parameters.n_neighbors"
    assert found["columns"]["after"] > 0


def test_what_depends_on_rows_is_a_warning_while_there_are_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "SIZES", (200,))
    spec, cells = make_spec(
        tmp_path, "y_class", "classification", "KNeighborsClassifier", mixed_csv(600),
        parameters={"n_neighbors": 250},
    )  # fmt: skip
    found = look(spec, cells)
    assert found["error"] is None
    assert "with all 400 of a fold it may fit" in found["warnings"][-1]["message"]


def test_more_neighbours_than_a_fold_has_rows_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "SIZES", (200,))
    spec, cells = make_spec(
        tmp_path, "y_class", "classification", "KNeighborsClassifier", mixed_csv(600),
        parameters={"n_neighbors": 401},
    )  # fmt: skip
    assert look(spec, cells)["error"]["code"] == "TOO_MANY_NEIGHBOURS"


def test_a_large_table_is_looked_at_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "CELLS_AT_MOST", 100)
    monkeypatch.setattr(checking, "SIZES", (50,))
    spec, cells = make_spec(
        tmp_path, "y_number", "regression", "Ridge", mixed_csv(900), parameters={}
    )
    found = look(spec, cells)
    assert found["error"] is None
    assert (found["rows_used"], found["sample"]["rows"]) == (900, 50)
    assert found["columns"]["is_exact"] is False


def test_some_of_each_class_are_picked() -> None:
    y = np.array(["a"] * 9_990 + ["b"] * 3 + ["c"] * 7)
    rows = pick_rows(np.arange(10_000), y, 200, "classification", 0)
    counts = dict(zip(*np.unique(y[rows], return_counts=True), strict=True))
    assert len(rows) == 200
    assert (counts["b"], counts["c"] >= 5) == (3, True)
    assert (np.diff(rows) > 0).all()
