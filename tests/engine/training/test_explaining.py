"""What is told of a trained model: it is right, bounded, and there for every estimator."""

import json
import random
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.metrics import make_scorer, r2_score
from sklearn.pipeline import Pipeline

from tasks.engine.estimators.catalogue import find_metric, list_estimators
from tasks.engine.explain.dependence import depend
from tasks.engine.explain.explaining import Explanation, folds_of
from tasks.engine.explain.fold_models import Folds
from tasks.engine.explain.importance import (
    CELLS_AT_ONCE,
    MOST_COLUMNS,
    Plan,
    measure,
    over_folds,
    plan,
)
from tasks.engine.explain.screening import order_columns
from tasks.engine.explain.slices import slice_errors
from tasks.engine.prepared import prepare
from tasks.engine.preprocessing.origins import columns_of
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.results import TrainingResult
from tasks.engine.scores.evaluation import Predicted
from tasks.engine.several.blending import make_voting
from tasks.engine.spec import TrainingSpec
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.test_every_estimator import fast_parameters


def quiet(fraction: float, message: str) -> None:
    """Listen to nothing."""


def unfitted(spec: TrainingSpec, columns: dict[str, Any]) -> Pipeline:
    """Return the pipeline of a request."""
    return make_pipeline(spec, prepare(spec, columns, lambda _code, _message: None).X)


def explain(
    spec: TrainingSpec, columns: dict[str, Any], limit_s: float = 60.0
) -> tuple[TrainingResult, dict[str, Any]]:
    """Train, and work out all that is told of the model."""
    result = train(spec, columns)
    scores = {fold.fold: fold.scores.get(spec.metric) for fold in result.folds}
    told = Explanation(
        folds_of(spec, columns, result.model), columns, result.model, result.out_of_fold, scores
    ).run(quiet, fit_s=0.1, limit_s=limit_s)
    json.dumps(told, allow_nan=False)
    return result, told


def all_of(folds: Folds, repeats: int) -> Plan:
    """Plan to look at every column, all rows and some repeats."""
    columns = columns_of(folds.spec.schema, folds.data.X)
    return Plan(columns, 10**9, repeats, 3, time.perf_counter() + 60)


def test_importance_is_scikit_learns_on_the_same_rows_and_seed(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge", seed=7)
    folds = folds_of(spec, columns, unfitted(spec, columns))
    model = folds.fit(1)
    metric = find_metric("regression", "r2")
    assert metric is not None
    found = measure(model, all_of(folds, 4), metric, 7)
    assert found is not None

    class Asked(BaseEstimator):  # type: ignore[misc]
        """The fold's model as scikit-learn wants it."""

        def fit(self, X: Any, y: Any) -> "Asked":
            return self

        def predict(self, X: Any) -> Any:
            return model.ask(X).labels

    theirs = permutation_importance(
        Asked(), model.X, model.y.astype(float), scoring=make_scorer(r2_score),
        n_repeats=4, random_state=7,
    )  # fmt: skip
    for n, name in enumerate(model.X.columns):
        if name in found["drops"]:
            assert found["drops"][name] == pytest.approx(list(theirs["importances"][n]), abs=1e-9)
    # The parts of a date are one column of the table.
    assert "since" in found["drops"]
    assert "since__year" not in found["drops"]


def test_dependence_is_scikit_learns(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    result = train(spec, columns)
    X = folds_of(spec, columns, unfitted(spec, columns)).data.X
    ours = depend(lambda rows: _said(result.model.predict(rows)), X, "age", None, seed=0)
    assert ours is not None
    theirs = partial_dependence(
        result.model, X, ["age"], custom_values={"age": np.array(ours["values"])},
        kind="average", method="brute",
    )  # fmt: skip
    assert ours["rows"] == len(X) == 120
    assert ours["lines"][0]["mean"] == pytest.approx(list(theirs["average"][0]))


def _said(labels: Any) -> Any:
    return Predicted(np.asarray(labels))


def planted_csv(rows: int = 600) -> str:
    """Return a table in which `leak` tells the target, `noise` nothing, `part` where it errs."""
    rng = random.Random(3)
    lines = ["leak,some,noise,part,y_class"]
    for _ in range(rows):
        part = rng.choice(["calm", "calm", "wild"])
        truth = rng.random() < 0.5
        told = truth if part == "calm" or rng.random() < 0.5 else not truth
        leak = rng.gauss(3 if told else -3, 1)
        some = rng.gauss(0.4 if truth else 0, 1)
        label = "yes" if truth else "no"
        lines.append(f"{leak:.3f},{some:.3f},{rng.gauss(0, 1):.3f},{part},{label}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    spec, columns = make_spec(
        tmp_path_factory.mktemp("planted"), "y_class", "classification",
        "LogisticRegression", planted_csv(),
    )  # fmt: skip
    return explain(spec, columns)[1]


def test_what_tells_the_target_is_on_top_and_noise_is_about_nothing(
    planted: dict[str, Any],
) -> None:
    found = planted["importance"]
    assert found["columns"][0]["name"] == "leak"
    assert found["columns"][0]["mean"] > 0.2
    noise = next(c for c in found["columns"] if c["name"] == "noise")
    assert abs(noise["mean"]) < 0.05
    assert abs(noise["mean"]) < 3 * noise["std"] + 0.01
    assert found["spread_over"] == "folds"
    assert (found["lacking"], found["differing"], found["of"]) == ([], [], 4)


def test_the_part_of_rows_in_which_the_model_errs_is_found(planted: dict[str, Any]) -> None:
    found = planted["slices"]
    part = next(c for c in found["columns"] if c["name"] == "part")
    wild, calm = part["parts"]
    assert (wild["label"], wild["verdict"]) == ("wild", "worse")
    assert (calm["label"], calm["verdict"]) == ("calm", "better")
    assert found["columns"][0]["name"] == "part"
    assert found["columns"][0]["differs"] > 0
    assert wild["low"] < wild["difference"] < wild["high"]
    n = wild["n"] + calm["n"]
    assert n == found["n"] == 600
    assert (wild["n"] * wild["error"] + calm["n"] * calm["error"]) / n == pytest.approx(
        found["error"]
    )
    noise = next(c for c in found["columns"] if c["name"] == "noise")
    assert {p["verdict"] for p in noise["parts"]} == {"tied"}


def test_the_more_parts_are_looked_at_the_less_is_claimed() -> None:
    rng = np.random.default_rng(1)
    errors = (rng.random(2000) < 0.3).astype(float)
    many = [pd.Series(rng.integers(0, 2, 2000).astype(float)) for _ in range(200)]
    columns = {f"c{n}": partial(pd.Series, cells) for n, cells in enumerate(many)}
    found = slice_errors(columns, errors, "classification")
    claimed = [p for c in found["columns"] for p in c["parts"] if p["verdict"] == "worse"]
    assert claimed  # by itself about one column of twenty seems to differ
    assert found["columns"][0]["differs"] < 0  # and none does, with all of them counted


def test_dependence_on_what_tells_rises_and_has_a_distribution(planted: dict[str, Any]) -> None:
    leak = planted["dependence"][0]
    assert leak["name"] == "leak"
    assert leak["lines"][0]["class"] == "yes"
    assert leak["lines"][0]["mean"][-1] > leak["lines"][0]["mean"][0] + 0.3
    assert len(leak["deciles"]) == 9


def test_too_small_parts_are_not_claimed(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    _result, told = explain(spec, columns)
    shop = next(c for c in told["slices"]["columns"] if c["name"] == "shop")
    small = [p for p in shop["parts"] if p["n"] < 30]
    assert small
    assert all((p["verdict"], p["low"]) == ("few", None) for p in small)


# Of each kind one: with weights, of trees, of neighbours, without probabilities, of nothing.
KINDS = {
    "DummyRegressor", "ExtraTreesRegressor", "HistGradientBoostingClassifier",
    "KNeighborsRegressor", "LinearSVC", "LogisticRegression", "Ridge",
}  # fmt: skip
FEATURED = [
    pytest.param(entry, id=entry.id, marks=[] if entry.id in KINDS else [pytest.mark.long])
    for entry in list_estimators()
    if entry.featured
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("entry", FEATURED)
def test_every_featured_estimator_is_explained(entry: Any, tmp_path: Path) -> None:
    target = "y_class" if entry.task == "classification" else "y_number"
    spec, columns = make_spec(
        tmp_path, target, entry.task, entry.id, parameters=fast_parameters(entry.id)
    )
    result, told = explain(spec, columns)
    measured = told["importance"]
    assert measured is not None
    assert measured["differing"] == []
    names = {c["name"] for c in measured["columns"]}
    assert names <= set(spec.schema["features"])
    assert "age" in names or "Dummy" in entry.id
    assert told["dependence"] or "Dummy" in entry.id
    has_weights = hasattr(result.model[-1], "coef_")
    assert (told["coefficients"] is not None) == has_weights


@pytest.mark.long
def test_a_wide_table_is_bounded_and_looks_at_what_tells(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(64, 6832))
    label = np.where(values[:, 4321] > 0, "yes", "no")
    names = [f"g{n}" for n in range(6832)]
    rows = [
        ",".join([*(f"{v:.3f}" for v in row), y]) for row, y in zip(values, label, strict=True)
    ]
    text = "\n".join([",".join([*names, "y_class"]), *rows]) + "\n"
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB", text)
    folds = folds_of(spec, columns, unfitted(spec, columns))
    data, model = folds.data, folds.fit(1)
    ordered = order_columns(columns_of(spec.schema, data.X), data.X, data.y, spec.task, 0)
    assert len(ordered) > 6800
    sizes: list[int] = []

    def ask(table: pd.DataFrame) -> Predicted:
        sizes.append(table.size)
        return model.ask(table)

    watched = replace(model, ask=ask, predict_s=0.02, rate_s=0.001)
    planned = plan(ordered, watched, 60)
    metric = find_metric("classification", "roc_auc")
    assert planned is not None
    assert metric is not None
    assert len(planned.columns) == MOST_COLUMNS
    assert "g4321" in planned.columns
    assert measure(watched, replace(planned, repeats=1, deadline=0.0), metric, 0) is not None
    assert len(sizes) == 2  # what one row costs, and the first piece: the time is over then
    assert max(sizes) <= CELLS_AT_ONCE


def test_of_many_columns_some_are_sliced_and_it_is_said() -> None:
    cells = pd.Series([0.0, 1.0] * 50)
    columns = {f"c{n}": lambda: cells for n in range(400)}
    found = slice_errors(columns, np.zeros(100), "classification")
    assert len(found["columns"]) == 300
    assert found["left_out"] == 100


def test_no_time_means_no_fit_and_it_is_said(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge")
    _result, told = explain(spec, columns, limit_s=0.0)
    assert told["importance"] is None
    assert told["slices"]["columns"]


def test_folds_come_together_with_their_spread() -> None:
    found = over_folds(
        {1: {"rows": 10, "repeats": 2, "drops": {"a": [0.1, 0.3], "b": [0.0, 0.0]}},
         2: {"rows": 10, "repeats": 2, "drops": {"a": [0.4, 0.4]}}, 3: None}, 5, "r2",
    )  # fmt: skip
    assert found is not None
    a, b = found["columns"]
    assert (a["name"], a["folds"], b["folds"]) == ("a", 2, 1)
    assert a["mean"] == pytest.approx(0.3)
    assert a["std"] == pytest.approx(np.std([0.2, 0.4], ddof=1))
    assert b["std"] is None
    assert (found["lacking"], found["rows"]) == ([3], 20)


def test_one_fold_has_the_spread_of_its_repeats() -> None:
    one = {"rows": 10, "repeats": 2, "drops": {"a": [0.1, 0.3]}}
    found = over_folds({1: one}, 1, "r2")
    assert found is not None
    assert found["spread_over"] == "repeats"
    assert found["columns"][0]["std"] == pytest.approx(np.std([0.1, 0.3], ddof=1))


def test_columns_that_tell_most_alone_are_tried_first(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB", planted_csv())
    data = folds_of(spec, columns, unfitted(spec, columns)).data
    ordered = order_columns(columns_of(spec.schema, data.X), data.X, data.y, "classification", 0)
    assert list(ordered)[0] == "leak"
    assert list(ordered)[-1] in {"noise", "part"}


def test_missing_cells_and_constant_columns_do_not_stop_the_order() -> None:
    X = pd.DataFrame({"empty": [np.nan] * 6, "same": [1.0] * 6, "x": [1.0, 2, 3, 4, 5, np.nan]})
    columns = {name: [name] for name in X}
    ordered = order_columns(columns, X, np.arange(6.0), "regression", 0)
    assert list(ordered)[0] == "x"


def test_a_model_that_follows_a_threshold_is_explained_by_its_labels(tmp_path: Path) -> None:
    spec, columns = make_spec(
        tmp_path, "y_class", "classification", "LogisticRegression", metric="f1", threshold=0.8
    )
    result, told = explain(spec, columns)
    assert told["importance"]["differing"] == []
    assert told["coefficients"]["of"] > 7
    shown = result.out_of_fold
    wrong = (shown["actual"] != shown["prediction"]).mean()
    assert told["slices"]["error"] == pytest.approx(wrong)


def test_chosen_parts_of_dates_are_learned_from_again(tmp_path: Path) -> None:
    spec, columns = make_spec(
        tmp_path, "y_number", "regression", "Ridge",
        preprocessing={"date_parts": ["quarter"]},
    )  # fmt: skip
    _result, told = explain(spec, columns)
    assert told["importance"]["differing"] == []
    assert "since" in {c["name"] for c in told["importance"]["columns"]}


def test_a_blend_is_explained_without_weights_of_its_own(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB")
    result = train(spec, columns)
    data = prepare(spec, columns, lambda _code, _message: None)
    other = replace(spec, estimator="LogisticRegression")
    members = [("job_1", make_pipeline(spec, data.X)), ("job_2", make_pipeline(other, data.X))]
    blend = make_voting("classification", members, [1, 2]).fit(data.X, data.y)
    scores = {fold.fold: fold.scores.get(spec.metric) for fold in result.folds}
    folds = folds_of(spec, columns, blend)
    told = Explanation(folds, columns, blend, result.out_of_fold, scores).run(
        quiet, fit_s=0.1, limit_s=60
    )
    assert told["importance"]["columns"][0]["name"] == "age"
    assert told["importance"]["differing"]  # these scores are of the first alone: it is said
    assert told["coefficients"] is None
    assert told["dependence"]
