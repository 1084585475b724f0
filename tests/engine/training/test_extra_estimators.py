"""Estimators of other libraries: offered where they are installed, and then as good as any."""

import importlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tasks.engine import versions
from tasks.engine.errors import EngineError
from tasks.engine.estimators import catalogue
from tasks.engine.estimators.catalogue import (
    find_estimator,
    get_estimator,
    list_estimators,
    list_left_out,
)
from tasks.engine.model.export import small_schema, write_artefacts
from tasks.engine.model.verification import verify_bundle
from tasks.engine.onnx.conversion import convert
from tasks.engine.preprocessing.pipelines import make_estimator
from tasks.engine.preprocessing.steps import FeaturePlan
from tasks.engine.several.blending import train_blend
from tasks.engine.several.ensembles import WORSE_BY
from tasks.engine.several.portfolio import VOTING, list_tuned
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.coercion import training_data
from tasks.engine.training import train
from tasks.engine.versions import threads
from tests.engine.tables import make_spec
from tests.engine.training.test_blending import both_ways_csv, make_members
from tests.engine.training.test_every_estimator import ORIGIN
from tools.estimators.extra import LIBRARIES, describe_extra

EXTRA = [entry["id"] for entry in describe_extra()]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
CLASSES = np.array(["a", "b", "c"])[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0.5)]
TARGETS = {"classification": CLASSES, "regression": 2 * X[:, 0] + X[:, 1]}


def needs(library: str) -> None:
    pytest.importorskip(library, reason=f"make extra installs {library}")


def make(estimator: str, **parameters: Any) -> Any:
    entry = get_estimator(estimator)
    schema = {"task": entry.task, "features": [], "target": "y", "columns": []}
    spec = TrainingSpec(schema, estimator, "", parameters=parameters, seed=3)
    return make_estimator(spec, entry, FeaturePlan((), (), (), (), ()))


def load_features(spec: TrainingSpec, columns: dict[str, Any]) -> pd.DataFrame:
    text = pd.DataFrame({n: c for n, c in columns.items() if n != "__line__"}, dtype=object)
    X: pd.DataFrame = training_data(text, spec.schema)[0]
    return X


def small(estimator: str) -> dict[str, int]:
    return {"iterations" if estimator.startswith("CatBoost") else "n_estimators": 12}


def test_what_is_not_installed_is_left_out_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogue, "_is_installed", lambda _library: False)
    assert not set(EXTRA) & {entry.id for entry in list_estimators()}
    reasons = {one.id: one.reason for one in list_left_out("regression")}
    assert reasons["XGBRegressor"] == "XGBoost is not installed here; make extra installs it"
    assert find_estimator("XGBRegressor") is not None  # jobs that used it can still be shown
    monkeypatch.setattr(catalogue, "_is_installed", lambda _library: True)
    assert set(EXTRA) <= {entry.id for entry in list_estimators()}
    assert not set(EXTRA) & {one.id for one in list_left_out()}


def test_a_worker_without_the_library_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(EngineError) as refusal:
        make("XGBClassifier")
    assert refusal.value.code == "NOT_INSTALLED"
    assert "make extra" in refusal.value.hint


@pytest.mark.parametrize("estimator", EXTRA)
def test_parameters_and_defaults_are_those_of_the_library(estimator: str) -> None:
    entry = get_estimator(estimator)
    needs(entry.library)
    cls = getattr(importlib.import_module(entry.module), entry.id)
    defaults = {p.name: p.default for p in entry.parameters if p.default is not None}
    # CatBoost works its learning rate out only where nothing else is set.
    rounds = {**small(estimator), **entry.fixed, "random_state": 0, "learning_rate": 0.2}
    y = TARGETS[entry.task]
    codes = np.unique(y, return_inverse=True)[1] if entry.task == "classification" else y
    written = cls(**{**defaults, **rounds}).fit(X, codes)
    left_open = cls(**rounds).fit(X, codes)
    assert np.array_equal(written.predict(X), left_open.predict(X))
    for parameter in entry.parameters:  # none is unknown to it, or without effect on its name
        assert parameter.name in {**cls().get_params(), **cls(**defaults).get_params()} or (
            parameter.default is None
        )


@pytest.mark.parametrize("estimator", EXTRA)
def test_the_ends_of_each_range_are_taken(estimator: str) -> None:
    entry = get_estimator(estimator)
    needs(entry.library)
    for parameter in entry.parameters:
        values: list[Any] = list(parameter.choices)
        for kind in {"int", "float"} & set(parameter.kinds):
            bounds = parameter.kinds[kind]
            step = 1 if kind == "int" else 0.01
            values.append(bounds.minimum + step * bounds.minimum_open)  # type: ignore[operator]
            values += [bounds.maximum] if (bounds.maximum or 99) < 12 else []
        for value in values:
            made = make(estimator, **{**small(estimator), parameter.name: value})
            predicted = made.fit(X, TARGETS[entry.task]).predict(X)
            assert predicted.shape == (300,), (parameter.name, value)


@pytest.mark.parametrize("estimator", EXTRA)
def test_it_answers_as_scikit_learns_do_writes_no_file_and_keeps_to_its_threads(
    estimator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    entry = get_estimator(estimator)
    needs(entry.library)
    monkeypatch.chdir(tmp_path)
    made = make(estimator, **small(estimator)).fit(X, TARGETS[entry.task])
    again = make(estimator, **small(estimator)).fit(X, TARGETS[entry.task])
    assert np.array_equal(made.predict(X), again.predict(X))
    if entry.task == "classification":
        assert list(made.classes_) == ["a", "b", "c"]
        assert made.predict_proba(X).shape == (300, 3)
        assert set(made.predict(X)) == {"a", "b", "c"}
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().out == ""
    if entry.library == "catboost":
        inner = made.estimators_[0]
        assert inner.get_params()["thread_count"] == threads().get("openmp", 1)


@pytest.mark.parametrize("estimator", EXTRA)
def test_its_bundle_works_and_names_the_library(estimator: str, tmp_path: Path) -> None:
    entry = get_estimator(estimator)
    needs(entry.library)
    target = "y_class" if entry.task == "classification" else "y_number"
    spec, columns = make_spec(tmp_path, target, entry.task, estimator,
                              parameters=small(estimator))  # fmt: skip
    result = train(spec, columns)
    assert result.score is not None
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    paths = write_artefacts(result, spec, columns, ORIGIN, first)
    again = write_artefacts(train(spec, columns), spec, columns, ORIGIN, second)
    assert paths["joblib"].read_bytes() == again["joblib"].read_bytes()
    verify_bundle(paths["bundle"], paths["check"], result.schema)
    with pytest.raises(EngineError, match=f"{estimator} is of the library"):
        convert(result.model, load_features(spec, columns), {})
    out = tmp_path / "out"
    with zipfile.ZipFile(paths["bundle"]) as archive:
        archive.extractall(out)
    version = json.loads((out / "metadata.json").read_text())["versions"][entry.library]
    lines = (out / "requirements.txt").read_text()
    assert re.search(rf"^{entry.library}(-cpu)?=={re.escape(version)}", lines, re.MULTILINE)
    run = [sys.executable, "train.py", str(tmp_path / "table.csv"), "-o", "new.joblib"]
    subprocess.run(run, cwd=out, check=True, capture_output=True)
    answers = []
    for model in ("model.joblib", "new.joblib"):
        command = [sys.executable, "predict.py", "examples.csv", "--model", model]
        done = subprocess.run(command, cwd=out, check=True, capture_output=True, text=True)
        answers.append(done.stdout)
    assert answers[0] == answers[1]


def test_a_blend_of_them_needs_the_libraries_of_its_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WORSE_BY, "classification", 99.0)  # a blend it shall be
    for library in LIBRARIES:
        needs(library)
    spec, columns = make_spec(tmp_path, "y_class", "classification", VOTING["classification"],
                              text=both_ways_csv())  # fmt: skip
    asked = [(name, {n: 6 * v for n, v in small(name).items()})
             for name in EXTRA if name.endswith("Classifier")]  # fmt: skip
    members = make_members(spec, columns, asked)
    result, used = train_blend(spec, members, columns)
    chosen = [members[one["job_id"] - 7].spec.estimator for one in result.details["members"]]
    assert len(chosen) > 1
    paths = write_artefacts(result, used, columns, ORIGIN, tmp_path)
    verify_bundle(paths["bundle"], paths["check"], small_schema(result.schema))
    with zipfile.ZipFile(paths["bundle"]) as archive:
        lines = archive.read("requirements.txt").decode()
    for library in {get_estimator(name).library for name in chosen}:
        assert re.search(rf"^{library}(-cpu)?==", lines, re.MULTILINE)
    with pytest.raises(EngineError, match=f"{chosen[0]} is of the library"):
        convert(result.model, load_features(spec, columns), {})


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_what_is_tried_of_them_can_be_fitted(task: str, tmp_path: Path) -> None:
    target = "y_class" if task == "classification" else "y_number"
    for tuned in list_tuned(task):
        entry = get_estimator(tuned.estimator)
        if entry.id in EXTRA:
            needs(entry.library)
            spec, columns = make_spec(tmp_path, target, task, entry.id,
                                      parameters=dict(tuned.parameters))  # fmt: skip
            assert (train(spec, columns, score_only=True).score or 0) > 0.4


def test_xgboost_without_its_parts_for_graphics_cards_is_named_as_it_was_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(versions, "_is_there", lambda _name: True)
    assert versions.requirement_of("xgboost", "3.2.0") == "xgboost==3.2.0\n"
    monkeypatch.setattr(versions, "_is_there", lambda _name: False)
    assert versions.requirement_of("xgboost", "3.2.0").splitlines() == [
        'xgboost-cpu==3.2.0; sys_platform != "darwin"',
        'xgboost==3.2.0; sys_platform == "darwin"',
    ]


@pytest.mark.parametrize("library", LIBRARIES)
def test_predict_names_another_version(library: str, tmp_path: Path) -> None:
    needs(library)
    estimator = next(entry["id"] for entry in describe_extra() if entry["library"] == library)
    spec, columns = make_spec(tmp_path, "y_class", "classification", estimator,
                              parameters=small(estimator))  # fmt: skip
    folder = tmp_path / "files"
    folder.mkdir()
    paths = write_artefacts(train(spec, columns), spec, columns, ORIGIN, folder)
    with zipfile.ZipFile(paths["bundle"]) as archive:
        archive.extractall(folder)
    metadata = json.loads((folder / "metadata.json").read_text())
    metadata["versions"][library] = "0.0.1"
    (folder / "metadata.json").write_text(json.dumps(metadata))
    command = [sys.executable, "predict.py", "examples.csv"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    assert f"made with {library} 0.0.1" in done.stderr
