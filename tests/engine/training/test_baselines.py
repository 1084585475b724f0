"""The guess and the linear model beside every result: what they score, and when they are kept."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.engine.scores import baselines, paired
from tasks.engine.training import train
from tests.engine.tables import make_spec


class Store:
    """Keeps baselines in memory, and counts."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.found = 0

    def find(self, digest: str) -> dict[str, Any] | None:
        self.found += digest in self.kept
        return self.kept.get(digest)

    def keep(self, digest: str, found: dict[str, Any]) -> None:
        self.kept[digest] = found


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("target", "task", "linear", "dummy"),
    [("y_class", "classification", "LogisticRegression", "DummyClassifier"),
     ("y_number", "regression", "Ridge", "DummyRegressor")],
)  # fmt: skip
def test_baselines_score_what_jobs_with_their_estimators_score(
    target: str, task: str, linear: str, dummy: str, tmp_path: Path
) -> None:
    spec, columns = make_spec(tmp_path, target, task, dummy)
    found = train(spec, columns).baselines
    straight = train(replace(spec, estimator=linear), columns)
    assert found["note"] == ""
    for name, scored in straight.metrics.items():
        same = {kind: scored[kind] for kind in ("mean", "std")}
        assert found["linear"][name] == pytest.approx(same, rel=0, abs=1e-12)
    guessed = train(spec, columns)
    means = {name: scored["mean"] for name, scored in guessed.metrics.items()}
    assert {n: scored["mean"] for n, scored in guessed.baselines["dummy"].items()} == means
    assert guessed.baseline_score == guessed.score


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("metric", "sign"), [("roc_auc", 1), ("log_loss", -1)])
def test_leads_are_those_of_the_paired_test(metric: str, sign: int, tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    spec = replace(spec, metric=metric)
    job = train(spec, columns)
    linear = train(replace(spec, estimator="LogisticRegression"), columns)
    by = [
        sign * (one.scores[metric] - other.scores[metric])
        for one, other in zip(job.folds, linear.folds, strict=True)
    ]
    found = paired.compare_paired(by, test_to_train=paired.test_to_train(job.folds))
    about = {"folds": len(by), "spread": np.std(by, ddof=1)}
    expected = {"mean": found.mean, "reach": found.reach, **about}
    assert job.details["leads"]["linear"] == pytest.approx(expected, rel=0, abs=1e-9)
    assert linear.details["leads"]["linear"]["mean"] == pytest.approx(0, abs=1e-12)


def test_one_fold_has_no_lead(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    alone = replace(spec, validation=replace(spec.validation, scheme="holdout"))
    assert train(alone, columns).details["leads"] == {}


def test_baselines_are_scored_once_for_data_target_and_folds(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    store = Store()
    first = train(spec, columns, store=store)
    other = replace(spec, estimator="RandomForestClassifier", parameters={"n_estimators": 5})
    second = train(other, columns, store=store)
    assert (len(store.kept), store.found) == (1, 1)
    assert second.baselines == first.baselines
    train(replace(spec, seed=5), columns, store=store)
    assert len(store.kept) == 2


def test_what_stops_early_is_held_against_its_own_folds(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    store = Store()
    train(spec, columns, store=store)
    (kept,) = store.kept.values()
    found = baselines.Baselines(**kept).summarise("regression", [2])
    assert found["linear"]["r2"] == {"mean": kept["linear"][1]["r2"], "std": None}


def test_large_tables_are_sampled_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    monkeypatch.setattr(baselines, "MOST_ROWS", 30)
    monkeypatch.setattr(baselines, "FEWEST_ROWS", 20)
    found = train(spec, columns).baselines
    assert found["note"] == "Fitted and scored on at most 30 rows of each fold"
    assert np.isfinite(found["linear"]["r2"]["mean"])
    monkeypatch.setattr(baselines, "MOST_CELLS", 100)
    found = train(spec, columns).baselines
    assert found["note"] == "The table is too wide for a linear model that costs little"
    assert found["linear"] == {}


def test_fold_without_a_second_class_costs_the_linear_model_alone(tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{n % 7},{'a' if n < 45 else 'ab'[n % 2]}\n" for n in range(90))
    spec, columns = make_spec(
        tmp_path, "y", "classification", "DummyClassifier", text, split={"scheme": "time"},
        metric="accuracy",
    )  # fmt: skip
    found = train(spec, columns).baselines
    assert found["linear"] == {}
    assert found["note"] == "A linear model could not be fitted on fold 1"
    assert found["dummy"]["accuracy"]["mean"] is not None
