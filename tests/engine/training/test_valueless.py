"""Columns that have no value in the rows that a fold, or the model, is trained on."""

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tasks.engine.errors import EngineError
from tasks.engine.explain.explaining import folds_of
from tasks.engine.failures.whole_change import with_change
from tasks.engine.notebook import open_table, request
from tests.engine.kept_baselines import train
from tests.engine.training.clean_process import run
from tests.engine.training.test_bundles import make_bundle

BOOSTING = {
    "classification": ("y", "HistGradientBoostingClassifier"),
    "regression": ("z", "HistGradientBoostingRegressor"),
}
IN_TIME = {"scheme": "time", "time_column": "day"}


def rows() -> str:
    """Return a table in which some columns have few values, in some rows alone.

    `late` is filled in from row 41 on, `once` in one row; `gone` where there is no `y`.
    """
    chance, lines = random.Random(1), ["a,day,late,once,gone,y,z"]
    for n in range(60):
        late = f"{chance.random():.3f}" if n > 40 else ""
        gone, y = (f"3.{n}", "") if 6 < n < 10 else ("", "pq"[n % 2])
        day, once = f"2024-{n // 28 + 1:02d}-{n % 28 + 1:02d}", "2024-05-01" if n == 20 else ""
        a, z = n % 2 + chance.gauss(0, 0.5), n % 2 + chance.random()
        lines.append(f"{a:.3f},{day},{late},{once},{gone},{y},{z:.3f}")
    return "\n".join(lines) + "\n"


def ask(folder: Path, task: str, **asked: Any) -> Any:
    (folder / "late.csv").write_text(rows())
    table, (target, estimator) = open_table(folder / "late.csv"), BOOSTING[task]
    features = asked.pop("features", ["a", "late", "once", "gone"])
    return table, request(table, target, estimator, features=features, **asked)


@pytest.mark.parametrize("split", [None, IN_TIME], ids=["shuffled", "in time"])
@pytest.mark.parametrize("task", list(BOOSTING))
def test_boosting_learns_beside_columns_that_a_fold_has_no_value_of(
    task: str, split: dict[str, Any] | None, tmp_path: Path
) -> None:
    """Of rows without any value in a column its bins cannot be found."""
    table, spec = ask(tmp_path, task, validation=split)
    cells = table.cells(spec.columns_needed)
    result = train(spec, cells)
    assert result.score is not None
    assert not result.partial
    folds = folds_of(spec, cells, result.model)
    for fold, told in result.out_of_fold.groupby("fold"):
        again = folds.fit(int(str(fold))).predicted.labels
        assert list(told["prediction"]) == list(again)


def test_a_fold_without_values_of_a_column_is_scored_as_without_the_column(tmp_path: Path) -> None:
    table, spec = ask(tmp_path, "regression", validation=IN_TIME, features=["a", "late"])
    _, plain = ask(tmp_path, "regression", validation=IN_TIME, features=["a"])
    both = [train(one, table.cells(one.columns_needed)).out_of_fold for one in (spec, plain)]
    first = [found[found["fold"] < 3].reset_index(drop=True) for found in both]
    pd.testing.assert_frame_equal(*first)


def test_a_bundle_trains_beside_a_column_that_no_row_with_a_target_has(tmp_path: Path) -> None:
    target, estimator = BOOSTING["classification"]
    _result, folder = make_bundle(tmp_path, estimator, target, "classification", text=rows())
    source = tmp_path / "table.csv"
    done = run(folder / "train.py", str(source), "-o", str(tmp_path / "again"))
    assert done.returncode == 0, done.stderr
    assert "it predicts exactly what model.joblib predicts" in done.stdout
    done = run(folder / "predict.py", str(source), "-o", str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("estimator", ["HistGradientBoostingClassifier", "LogisticRegression"])
def test_texts_without_a_word_are_named_and_left_out(estimator: str, tmp_path: Path) -> None:
    chance, lines = random.Random(1), ["a,day,note,y"]
    for n in range(60):
        note = " ".join(chance.choices(["fast", "slow", "late", "kind"], k=6)) if n > 40 else "- -"
        day = f"2024-{n // 28 + 1:02d}-{n % 28 + 1:02d}"
        lines.append(f"{n % 2 + chance.random():.3f},{day},{note} {n % 10},{'pq'[n % 2]}")
    (tmp_path / "notes.csv").write_text("\n".join(lines) + "\n")
    table = open_table(tmp_path / "notes.csv")
    spec = request(table, "y", estimator, features=["a", "note"], validation=IN_TIME)
    with pytest.raises(EngineError, match='"note" has no words in the rows') as refusal:
        train(spec, table.cells(spec.columns_needed))
    assert refusal.value.change == {"exclude": ["note"]}
    changed = with_change(spec, refusal.value.change)
    assert train(changed, table.cells(changed.columns_needed)).score is not None


def test_nothing_but_such_a_column_is_refused(tmp_path: Path) -> None:
    table, spec = ask(tmp_path, "classification", features=["gone"])
    with pytest.raises(EngineError) as refusal:
        train(spec, table.cells(spec.columns_needed))
    assert refusal.value.code == "TOO_FEW_COLUMNS"
