"""The end of trying several: a blend or the best job, on all rows, and usable elsewhere."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from tasks.engine import training
from tasks.engine.model.export import small_schema, write_artefacts
from tasks.engine.model.verification import verify_bundle
from tasks.engine.prepared import prepare
from tasks.engine.progress import NullReporter
from tasks.engine.several.blending import Hurry, Member, seconds_on_all, train_blend
from tasks.engine.several.ensembles import Candidate
from tasks.engine.several.portfolio import VOTING
from tasks.engine.spec import TrainingSpec
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.clean_process import run
from tests.engine.training.test_every_estimator import ORIGIN

FOREST = {"n_estimators": 20, "min_samples_leaf": 3}


def both_ways_csv(rows: int = 300) -> str:
    """Return a table that a line tells a part of, and only trees the rest."""
    rng = np.random.default_rng(0)
    x, city = rng.normal(size=(rows, 4)), rng.choice(["Oslo", "Rome", "Bern"], rows)
    value = x[:, 0] + x[:, 1] + 2 * (x[:, 2] * x[:, 3] > 0) - 1 + (city == "Rome")
    noisy = value + rng.logistic(0, 0.4, rows)
    lines = ["a,b,c,d,city,y_class,y_number"]
    for own, name, number, label in zip(x.round(3), city, value.round(3), noisy, strict=True):
        values = [*own, name, "high" if label > 0.3 else "low", number]
        lines.append(",".join(map(str, values)))
    return "\n".join(lines) + "\n"


def make_members(
    spec: TrainingSpec, columns: dict[str, Any], asked: list[tuple[str, dict[str, Any]]]
) -> list[Member]:
    """Train jobs as they would be trained, scored only."""
    found = []
    for key, (estimator, parameters) in enumerate(asked, start=7):
        own = replace(spec, estimator=estimator, parameters=parameters)
        result = train(own, columns, score_only=True)
        found.append(Member(own, Candidate(key, result.out_of_fold, 0.1)))
    return found


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("task", "target", "asked"),
    [
        ("classification", "y_class",
         [("ExtraTreesClassifier", FOREST), ("RandomForestClassifier", FOREST)]),
        ("regression", "y_number", [("ExtraTreesRegressor", FOREST), ("Ridge", {})]),
    ],
)  # fmt: skip
def test_a_blend_is_a_model_like_any_other(
    task: str,
    target: str,
    asked: list[tuple[str, dict[str, Any]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named: list[str] = []  # libraries whose versions its bundle has: those of its members
    own = training.versions
    monkeypatch.setattr(training, "versions", lambda *of: named.extend(of) or own(*of))
    spec, columns = make_spec(tmp_path, target, task, VOTING[task], text=both_ways_csv())
    members = make_members(spec, columns, asked)
    named.clear()
    result, used = train_blend(spec, members, columns, threads=2)
    assert named == ["scikit-learn"] * 2
    X = prepare(spec, columns, lambda _code, _message: None).X
    assert used.estimator == VOTING[task]
    shares = {one["job_id"]: one["percent"] for one in result.details["members"]}
    weights = result.model[-1].weights
    assert set(shares) == {7, 8}
    parts = [
        np.asarray(part.predict_proba(X) if task == "classification"
                   else part.predict(X))
        for part in result.model[-1].estimators_
    ]  # fmt: skip
    mean = np.average(parts, axis=0, weights=weights)
    if task == "classification":
        np.testing.assert_allclose(result.model.predict_proba(X), mean)
        labels = np.array(result.classes)[mean.argmax(axis=1)]
        assert result.model.predict(X).tolist() == labels.tolist()
        assert result.classes == ["high", "low"]
    else:
        np.testing.assert_allclose(result.model.predict(X), mean)
    assert sum(shares.values()) == pytest.approx(100, abs=1)
    paths = write_artefacts(result, used, columns, ORIGIN, tmp_path)
    with zipfile.ZipFile(paths["bundle"]) as bundle:
        card = bundle.read("MODEL_CARD.md").decode()
        told = json.loads(bundle.read("metadata.json"))
    assert told["members"] == result.details["members"]
    assert f"job 7, {shares[7]}%" in card.replace("\n", " ")
    verify_bundle(paths["bundle"], paths["check"], small_schema(result.schema))
    _check_training_again(tmp_path, paths["bundle"], result.model, X)


def _check_training_again(folder: Path, bundle: Path, expected: Any, X: Any) -> None:
    unpacked = folder / "bundle"
    zipfile.ZipFile(bundle).extractall(unpacked)
    again = run(unpacked / "train.py", str(folder / "table.csv"), "-o", str(folder / "again"))
    assert again.returncode == 0, again.stderr
    model = joblib.load(folder / "again")
    np.testing.assert_array_equal(model.predict(X), expected.predict(X))


def test_the_best_job_alone_becomes_the_model_where_a_blend_is_no_better(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "VotingRegressor")
    members = make_members(spec, columns, [("DummyRegressor", {}), ("Ridge", {"alpha": 2.0})])
    result, used = train_blend(spec, members, columns)
    assert used == members[1].spec
    assert type(result.model[-1]).__name__ == "Ridge"
    assert result.model[-1].alpha == 2.0
    assert [one["job_id"] for one in result.details["members"]] == [8]
    alone = train(members[1].spec, columns)
    assert result.score == pytest.approx(alone.score)
    assert result.score_std == pytest.approx(alone.score_std)
    assert result.split_hash == alone.split_hash
    assert result.details["columns_after_encoding"] == alone.details["columns_after_encoding"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("is_strict", "chosen"), [(True, 8), (False, 7)])
def test_in_a_hurry_the_best_has_to_fit_into_the_time(
    is_strict: bool, chosen: int, tmp_path: Path
) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "VotingRegressor")
    asked = [("Ridge", {}), ("Ridge", {"alpha": 1e4}), ("DummyRegressor", {})]
    members = [
        replace(one, candidate=replace(one.candidate, fit_seconds=seconds))
        for one, seconds in zip(make_members(spec, columns, asked), (5, 1.5, 0.1), strict=True)
    ]
    result, _ = train_blend(spec, members, columns, hurry=Hurry(lambda: 2.0, is_strict))
    assert [one["job_id"] for one in result.details["members"]] == [chosen]


def test_where_no_time_is_left_the_quickest_is_taken(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "VotingRegressor")
    members = make_members(spec, columns, [("Ridge", {}), ("DummyRegressor", {})])
    quick = replace(members[1], candidate=replace(members[1].candidate, fit_seconds=0.01))
    told = Told()
    hurry = Hurry(lambda: 0.0, is_strict=True)
    result, _ = train_blend(spec, [members[0], quick], columns, told, hurry=hurry)
    assert [one["job_id"] for one in result.details["members"]] == [8]
    assert any(line.startswith("1 of 2 jobs are left out") for line in told.lines)


class Told(NullReporter):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, text: str, level: str = "info") -> None:
        self.lines.append(text)


def test_the_table_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(training, "look", lambda *given: looked.append(given) or [])
    spec, columns = make_spec(tmp_path, "y_number", "regression", "VotingRegressor")
    members = make_members(spec, columns, [("Ridge", {})])
    train_blend(spec, members, columns, with_look=False)
    assert looked == []
    train_blend(spec, members, columns)
    assert len(looked) == 1


def test_a_fit_on_all_rows_is_guessed_from_folds() -> None:
    assert seconds_on_all([2.0, 2.0], [80, 80], 100) == pytest.approx(2.5)
    assert seconds_on_all([], [], 100) == 0
