"""Training: what is refused, resumed, kept; bundles in a process of their own."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from tasks.engine.errors import BundleError, DataError
from tasks.engine.export import small_schema, write_artefacts
from tasks.engine.progress import FoldOutcome
from tasks.engine.training import train
from tasks.engine.verification import verify_bundle
from tests.engine.tables import make_spec, mixed_csv
from tests.engine.training.test_every_estimator import ORIGIN

# What a machine that has only the bundle's requirements.txt lacks.
BLOCKED = """
import sys
class Blocked:
    def find_spec(name, path=None, target=None):
        if name.split('.')[0] in {'pyarrow', 'flask', 'celery'}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocked)
import runpy
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
"""


class Listener:
    """Keeps what training tells."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.outcomes: list[FoldOutcome] = []
        self.lines: list[str] = []
        self.codes: list[str] = []

    def stage(self, stage: str, fraction: float, message: str) -> None:
        self.fractions.append(fraction)

    def log(self, text: str, level: str = "info") -> None:
        self.lines.append(text)

    def fold_done(self, outcome: FoldOutcome) -> None:
        self.outcomes.append(outcome)

    def warn(self, code: str, message: str) -> None:
        self.codes.append(code)


def test_progress_never_goes_backwards(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    listener = Listener()
    train(spec, columns, listener)
    assert listener.fractions == sorted(listener.fractions)
    assert [o.score.fold for o in listener.outcomes] == [1, 2, 3]


def test_scored_folds_are_not_fitted_again_and_change_nothing(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    listener = Listener()
    whole = train(spec, columns, listener)
    done = {o.score.fold: o for o in listener.outcomes[:2]}
    again = Listener()
    resumed = train(spec, columns, again, resume=done)
    assert [o.score.fold for o in again.outcomes] == [3]
    assert (resumed.score, resumed.score_std) == (whole.score, whole.score_std)


def test_stop_and_keep_scores_what_is_done_and_is_marked(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    listener = Listener()
    train(spec, columns, listener)
    kept = train(spec, columns, resume={1: listener.outcomes[0]}, finish_now=True)
    assert kept.partial
    assert len(kept.folds) == 1
    assert kept.score == listener.outcomes[0].score.scores["r2"]


def test_baseline_of_what_was_kept_is_scored_on_the_same_folds(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "DummyRegressor")
    listener = Listener()
    whole = train(spec, columns, listener)
    kept = train(spec, columns, resume={2: listener.outcomes[1]}, finish_now=True)
    assert kept.baseline_score == kept.score == listener.outcomes[1].score.scores["r2"]
    assert kept.baseline_score != whole.baseline_score


def fails(folder: Path, text: str, target: str, task: str) -> DataError:
    spec, columns = make_spec(folder, target, task, "DummyClassifier"
                              if task == "classification" else "DummyRegressor", text)  # fmt: skip
    with pytest.raises(DataError) as refusal:
        train(spec, columns)
    return refusal.value


def test_data_that_cannot_be_learned_from_is_refused_in_words(tmp_path: Path) -> None:
    rare = "x,y\n" + "".join(f"{n % 9},{'b' if n == 3 else 'a'}\n" for n in range(40))
    found = fails(tmp_path, rare, "y", "classification")
    assert found.code == "TARGET_RARE_CLASS"
    assert 'Class "b" has 1 row' in found.message
    text = "x,y\n" + "".join(f"{n % 9},{'$5' if n == 7 else n * 1.5}\n" for n in range(40))
    found = fails(tmp_path, text, "y", "regression")
    assert found.code == "TARGET_NOT_NUMERIC"
    assert 'line 9, "$5"' in found.message


def test_rows_without_a_target_are_left_out_and_said(tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{n % 9},{'' if n % 10 == 0 else 'ab'[n % 2]}\n" for n in range(60))
    spec, columns = make_spec(tmp_path, "y", "classification", "GaussianNB", text)
    result = train(spec, columns)
    assert result.details["rows_without_target"] == 6
    assert [w["code"] for w in result.warnings] == ["TARGET_MISSING"]
    assert 0 not in set(result.out_of_fold["row"])


@pytest.mark.parametrize(
    "split",
    [{"scheme": "holdout"}, {"scheme": "time", "time_column": "since"}, {"scheme": "kfold"},
     {"scheme": "group", "group_column": "shop"}, {"scheme": "stratified", "repeats": 2}],
)  # fmt: skip
def test_no_row_is_both_trained_on_and_scored(split: dict[str, Any], tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB", split=split)
    result = train(spec, columns)
    assert len(result.folds) == spec.validation.n_splits
    for fold in result.folds:
        rows = result.out_of_fold[result.out_of_fold["fold"] == fold.fold]["row"]
        assert len(rows) == fold.n_test == rows.nunique()
        if split["scheme"] == "group":
            shops = columns["shop"]
            inside = {shops[row] for row in rows}
            others = result.out_of_fold[result.out_of_fold["fold"] != fold.fold]["row"]
            assert not inside & {shops[row] for row in others}


@pytest.mark.parametrize(("column", "cells"), [("when", ("", "never")), ("step", ("", "x"))])
def test_rows_without_a_time_are_the_newest_and_said(
    column: str, cells: tuple[str, str], tmp_path: Path
) -> None:
    lines = ["when,step,x,y"]
    for n in range(60):
        day, step = f"2024-{n // 28 + 1:02d}-{n % 28 + 1:02d}", f"{n * 0.5}"
        if n in (3, 8):
            day = step = cells[n == 8] if n == 3 or column == "when" else ""
        lines.append(f"{day},{step},{n % 7},{n * 0.1 + n % 3:.2f}")
    text = "\n".join(lines) + "\n"
    spec, columns = make_spec(tmp_path, "y", "regression", "Ridge", text,
                              split={"scheme": "time", "time_column": column})  # fmt: skip
    result = train(spec, columns)
    last = result.out_of_fold[result.out_of_fold["fold"] == 3]
    assert {3, 8} <= set(last["row"])
    warnings = {w["code"]: w["message"] for w in result.warnings}
    assert warnings["TIME_MISSING"].startswith(f'2 rows have no readable "{column}"')


def test_time_column_of_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB",
                              split={"scheme": "time", "time_column": "city"})  # fmt: skip
    with pytest.raises(DataError, match='"city" holds neither dates nor numbers.* category'):
        train(spec, columns)


def make_bundle(folder: Path, estimator: str, target: str, task: str) -> tuple[Any, Path]:
    spec, columns = make_spec(folder, target, task, estimator)
    result = train(spec, columns)
    paths = write_artefacts(result, spec, columns, ORIGIN, folder)
    verify_bundle(paths["bundle"], paths["check"], small_schema(result.schema))
    unpacked = folder / "bundle"
    zipfile.ZipFile(paths["bundle"]).extractall(unpacked)
    return result, unpacked


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKED, str(script), *arguments],
        capture_output=True, text=True, check=False, cwd=script.parent,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("estimator", "target", "task"),
    [("HistGradientBoostingClassifier", "y_class", "classification"),
     ("Ridge", "y_number", "regression")],
)  # fmt: skip
def test_bundle_trains_and_predicts_the_same_without_trainyard(
    estimator: str, target: str, task: str, tmp_path: Path
) -> None:
    result, folder = make_bundle(tmp_path, estimator, target, task)
    source = tmp_path / "table.csv"
    done = run(folder / "predict.py", str(source), "-o", str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr
    names = {f.name for f in folder.iterdir()}
    assert {"model.joblib", "model.skops", "metadata.json", "requirements.txt", "schema.py",
            "predict.py", "train.py", "MODEL_CARD.md"} <= names  # fmt: skip
    trained = run(folder / "train.py", str(source), "-o", str(tmp_path / "again.joblib"))
    assert trained.returncode == 0, trained.stderr
    from tasks.engine.bundle.csv_file import read_text_table
    from tasks.engine.coercion import features_from_text

    text = read_text_table(source, result.schema["dialect"])
    X, _ = features_from_text(text, result.schema)
    again = joblib.load(tmp_path / "again.joblib")
    np.testing.assert_array_equal(again.predict(X), result.model.predict(X))
    assert json.loads((folder / "metadata.json").read_text())["split_hash"] == result.split_hash


def test_predict_names_missing_columns_and_shows_no_traceback(tmp_path: Path) -> None:
    _result, folder = make_bundle(tmp_path, "GaussianNB", "y_class", "classification")
    (tmp_path / "few.csv").write_text("age,city\n3,Oslo\n")
    done = run(folder / "predict.py", str(tmp_path / "few.csv"))
    assert done.returncode == 2
    assert '"income"' in done.stderr
    assert "Traceback" not in done.stderr


def test_bundle_that_predicts_something_else_is_refused(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    result = train(spec, columns)
    paths = write_artefacts(result, spec, columns, ORIGIN, tmp_path)
    check = json.loads(paths["check"].read_text())
    check["answer"]["prediction"][0] = "12345.0"
    paths["check"].write_text(json.dumps(check))
    with pytest.raises(BundleError, match="12345"):
        verify_bundle(paths["bundle"], paths["check"], small_schema(result.schema))


def test_catalogue_and_parameters_need_no_scikit_learn() -> None:
    program = (
        "import sys, tasks.engine.catalogue, tasks.engine.parameters, tasks.engine.samples;"
        "print([m for m in ('numpy', 'pandas', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_mixed_table_has_what_the_tests_need() -> None:
    assert mixed_csv().count("\n") == 121
