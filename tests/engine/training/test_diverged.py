"""Fits that diverge: who did is named, and the change that is proposed ends well."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.jobs.changing.changed import with_change
from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import (
    Estimator,
    find_estimator,
    list_estimators,
    list_left_out,
)
from tasks.engine.failures.diverged import find_cause, find_far
from tasks.engine.preprocessing.settings import Preprocessing
from tasks.engine.results import TrainingResult
from tasks.engine.spec import TrainingSpec
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec

SGD, BOOSTING = "SGDRegressor", "GradientBoostingRegressor"
FAST_NET = {"name": "MLPRegressor", "parameters": {"solver": "sgd", "learning_rate_init": 1e6}}
FAST_BOOSTING = {"name": BOOSTING, "parameters": {"learning_rate": 1e10}}
LONG_STEPS = {"name": SGD, "parameters": {"eta0": 1e14}}
NET = {"name": "MLPRegressor", "parameters": {"solver": "sgd"}}
UNSCALED = {"scale": "none"}
# With those whose libraries are not installed.
CATALOGUE = [*list_estimators(), *filter(None, (find_estimator(e.id) for e in list_left_out()))]

Run = tuple[TrainingSpec, Any]


def asked(folder: Path, estimator: str, parameters: Any, preprocessing: Any) -> Run:
    """Return a request on two columns of numbers, one of them large, as the target is."""
    rng, rows = random.Random(1), []
    for _ in range(90):
        a, b, noise = rng.gauss(0, 1e3), rng.gauss(0, 1), rng.gauss(0, 300)
        rows.append(f"{a:.4f},{b:.4f},{a + 500 * b + noise:.4f}")
    text = "a,b,y\n" + "\n".join(rows) + "\n"
    return make_spec(
        folder, "y", "regression", estimator, text,
        parameters=parameters, preprocessing=preprocessing,
    )  # fmt: skip


def changed(spec: TrainingSpec, change: Any) -> TrainingSpec:
    """Return a request as the button beside a change makes it."""
    now = {"parameters": spec.parameters, "preprocessing": spec.preprocessing.changed}
    new = with_change(now, change)
    chosen = Preprocessing(**new["preprocessing"])
    return replace(spec, parameters=new["parameters"], preprocessing=chosen)


def far(result: TrainingResult) -> list[dict[str, Any]]:
    """Return what was warned of predictions that are far from any target."""
    return [found for found in result.warnings if found["code"] == "PREDICTIONS_FAR"]


def long(*case: Any) -> Any:
    """Leave a case to `make test-all`: another one leads the same way."""
    return pytest.param(*case, marks=pytest.mark.long)


@pytest.mark.parametrize(
    ("estimator", "parameters", "named"),
    [
        (BOOSTING, {"learning_rate": 1e10}, "learning_rate 1e+10"),
        ("MLPRegressor", FAST_NET["parameters"], "learning_rate_init 1e+06"),
        ("VotingRegressor", {"estimators": ["Ridge", FAST_BOOSTING]}, "inside Voting"),
        long("VotingRegressor", {"estimators": [BOOSTING, FAST_BOOSTING]}, "inside Voting"),
        long("VotingRegressor", {"estimators": ["Ridge", FAST_NET]}, "inside Voting"),
        ("VotingRegressor", {"estimators": ["Ridge", FAST_BOOSTING, FAST_NET]},
         "learning_rate 1e+10"),
        ("BaggingRegressor", {"estimator": FAST_BOOSTING, "n_estimators": 3}, "inside Bagging"),
        ("AdaBoostRegressor", {"estimator": FAST_NET, "n_estimators": 3}, "inside AdaBoost"),
        ("StackingRegressor", {"estimators": ["Ridge", FAST_NET]}, "inside Stacking"),
        long("RANSACRegressor", {"estimator": FAST_BOOSTING, "min_samples": 0.5}, "inside RANSAC"),
        ("RANSACRegressor", {"estimator": LONG_STEPS, "min_samples": 0.5}, "inside RANSAC"),
        ("StackingRegressor", {"estimators": ["Ridge"], "final_estimator": FAST_BOOSTING},
         "inside Stacking"),
    ],
)  # fmt: skip
def test_what_gave_no_number_is_named_and_the_change_trains(
    tmp_path: Path, estimator: str, parameters: dict[str, Any], named: str
) -> None:
    spec, columns = asked(tmp_path, estimator, parameters, {})
    with pytest.raises(EngineError) as refused:
        train(spec, columns)
    found = refused.value
    assert found.code == "DIVERGED"
    assert named in found.message
    assert "is too high" in found.message
    assert "default" in found.hint
    result = train(changed(spec, found.change), columns)
    assert result.score is not None
    assert result.score > 0.5
    assert not far(result)


@pytest.mark.parametrize(
    ("estimator", "parameters", "preprocessing", "named"),
    [
        (SGD, {}, UNSCALED, "the columns are not scaled"),
        ("VotingRegressor", {"estimators": ["Ridge", SGD]}, UNSCALED, "inside Voting, diverged"),
        ("BaggingRegressor", {"estimator": SGD, "n_estimators": 3}, UNSCALED, "inside Bagging"),
        ("AdaBoostRegressor", {"estimator": LONG_STEPS, "n_estimators": 3}, {}, "eta0 1e+14"),
        ("StackingRegressor", {"estimators": ["Ridge"], "final_estimator": SGD}, {},
         "the target is not scaled"),
    ],
)  # fmt: skip
def test_predictions_far_from_any_target_are_warned_of_with_a_change_that_helps(
    tmp_path: Path, estimator: str, parameters: Any, preprocessing: Any, named: str
) -> None:
    spec, columns = asked(tmp_path, estimator, parameters, preprocessing)
    result = train(spec, columns)
    assert result.score is not None
    assert result.score < 0
    (warned,) = far(result)
    assert named in warned["message"]
    better = train(changed(spec, warned["change"]), columns)
    assert better.score is not None
    assert better.score > 0.5
    assert not far(better)


def test_a_network_whose_target_is_large_is_told_to_scale_it(tmp_path: Path) -> None:
    spec, columns = asked(tmp_path, "BaggingRegressor", {"estimator": NET, "n_estimators": 3}, {})
    with pytest.raises(EngineError) as refused:
        train(spec, columns)
    assert "Neural network, inside Bagging" in refused.value.message
    assert "the target is not scaled" in refused.value.message
    better = train(changed(spec, refused.value.change), columns)
    assert better.score is not None
    assert better.score > 0.5


def test_tries_of_ransac_need_a_number_of_rows_for_what_is_inside(tmp_path: Path) -> None:
    spec, columns = asked(tmp_path, "RANSACRegressor", {"estimator": "Ridge"}, {})
    with pytest.raises(EngineError, match="how many rows each try needs") as refused:
        train(spec, columns)
    assert train(changed(spec, refused.value.change), columns).score is not None


@pytest.mark.parametrize(
    ("estimator", "parameters"),
    [("LinearRegression", {}), ("Ridge", {}), (SGD, {"eta0": 0.02})],
)
def test_one_cell_that_is_far_out_is_no_divergence(
    tmp_path: Path, estimator: str, parameters: Any
) -> None:
    rng, rows = random.Random(1), []
    for n in range(200):
        a, b = rng.gauss(0, 1), rng.gauss(0, 1)
        rows.append(f"{1e7 if n == 50 else a:.4f},{b:.4f},{a + b + rng.gauss(0, 0.1):.4f}")
    blank = ["0,0,"] * 30  # without a target: rows of the table are not those that are fitted
    text = "\n".join(["a,b,y", *blank, *rows]) + "\n"
    spec, columns = make_spec(tmp_path, "y", "regression", estimator, text, parameters=parameters)
    (warned,) = far(train(spec, columns))
    assert warned["message"].startswith("1 of 200 predictions is further from the target")
    assert 'Its row has 1e+07 in "a", which is from -' in warned["message"]
    assert "diverged" not in warned["message"]
    assert not warned.get("change")


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.id)
def test_every_parameter_of_every_estimator_is_judged(entry: Estimator, tmp_path: Path) -> None:
    spec, _columns = asked(tmp_path, SGD, {}, {})
    y, X = np.arange(20.0), pd.DataFrame({"a": np.arange(20.0)})
    for parameter in entry.parameters:
        for value in (0.03, 5, True, "text", None, ["Ridge"]):
            given = replace(spec, estimator=entry.id, parameters={parameter.name: value})
            cause = find_cause(given)
            if cause and "is too high" in cause.why:
                assert cause.change["parameters"] == {parameter.name: None}
            assert find_far(given, y, y + 1e9, lambda: X)
            words, _change = find_far(given, y, np.where(y > 18, 1e9, y), lambda: X) or ("", {})
            assert "Look at this row, or choose another estimator" in words
