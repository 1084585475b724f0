"""A fit that tells how far it is gives the very model of a plain one."""

import io
import warnings
from collections.abc import Sequence
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tasks.engine.fit_progress import logistic, telling
from tasks.engine.fit_progress.fitting import WAYS, fit
from tasks.engine.fit_progress.forests import Watched
from tasks.engine.fit_progress.telling import Step, Telling

ROWS = 400
SEED: dict[str, Any] = {"random_state": 0}
# Each with the unit that is counted, and with settings that stop it early or weigh its rows.
FITS = [
    (RandomForestClassifier(60, **SEED), "trees"),
    (RandomForestClassifier(60, oob_score=True, max_samples=0.5, **SEED), "trees"),
    (RandomForestClassifier(60, class_weight="balanced_subsample", **SEED), "trees"),
    (RandomForestClassifier(60, class_weight="balanced", bootstrap=False, **SEED), "trees"),
    (RandomForestRegressor(60, **SEED), "trees"),
    (ExtraTreesClassifier(150, **SEED), "trees"),
    (ExtraTreesRegressor(150, bootstrap=True, **SEED), "trees"),
    (GradientBoostingClassifier(**SEED), "rounds"),
    (GradientBoostingClassifier(n_iter_no_change=3, subsample=0.5, **SEED), "rounds"),
    (GradientBoostingRegressor(**SEED), "rounds"),
    (HistGradientBoostingClassifier(**SEED), "rounds"),
    (HistGradientBoostingRegressor(early_stopping=True, n_iter_no_change=90, **SEED), "rounds"),
    (MLPClassifier(hidden_layer_sizes=(20,), max_iter=80, **SEED), "passes over the rows"),
    (
        MLPRegressor(hidden_layer_sizes=(20,), max_iter=80, early_stopping=True, **SEED),
        "passes over the rows",
    ),
    (AdaBoostClassifier(n_estimators=60, **SEED), "rounds"),
    (AdaBoostRegressor(n_estimators=60, **SEED), "rounds"),
    (LogisticRegression(tol=1e-9, max_iter=300, **SEED), "iterations"),
]


def make_table(estimator: Any) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(ROWS, 8)), columns=[f"x{n}" for n in range(8)])
    X["city"] = rng.choice(["Oslo", "Rome", "Bern"], ROWS).astype(object)
    value = X["x0"] + X["x1"] * X["x2"] + rng.normal(size=ROWS)
    is_class = type(estimator).__name__.endswith(("Classifier", "LogisticRegression"))
    words = np.array(["low", "middle", "high"])
    return X, words[np.digitize(value, [-1, 1])] if is_class else value.to_numpy()


def make_model(estimator: Any, sparse: bool = False) -> Pipeline:
    cities = OneHotEncoder(sparse_output=sparse)
    columns = make_column_transformer(
        (StandardScaler(), [f"x{n}" for n in range(8)]), (cities, ["city"]), sparse_threshold=1.0
    )
    return Pipeline([("preprocess", columns), ("estimator", clone(estimator))])


def bytes_of(model: Pipeline) -> bytes:
    stream = io.BytesIO()
    joblib.dump(model, stream)
    return stream.getvalue()


def told_of(model: Pipeline, X: pd.DataFrame, y: np.ndarray) -> list[Step]:
    steps: list[Step] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit(model, X, y, steps.append)
    return steps


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "EVERY_S", 0.0005)
    monkeypatch.setattr(logistic, "FEWEST_CELLS", 0)


def on_each_table(cases: Sequence[tuple[Any, ...]], sparse_too: set[str]) -> list[Any]:
    """Return each case with a dense table and, where its estimator takes one, with a sparse one.

    Sparse ones that are not named are long.
    """
    found = []
    for n, case in enumerate(cases):
        name = f"{type(case[0]).__name__}-{n}"
        found.append(pytest.param(*case, False, id=f"{name}-dense"))
        if not name.startswith("Hist"):
            marks = [] if name in sparse_too else [pytest.mark.long]
            found.append(pytest.param(*case, True, id=f"{name}-sparse", marks=marks))
    unknown = sparse_too - {str(one.id).removesuffix("-sparse") for one in found}
    assert not unknown, unknown
    return found


SPARSE_TOO = {
    "RandomForestClassifier-0", "GradientBoostingClassifier-8", "MLPClassifier-12",
    "AdaBoostRegressor-15", "LogisticRegression-16",
}  # fmt: skip


@pytest.mark.sampled(8)
@pytest.mark.parametrize(("estimator", "unit", "sparse"), on_each_table(FITS, SPARSE_TOO))
def test_tells_how_far_it_is_and_gives_the_very_model(
    estimator: Any, unit: str, sparse: bool
) -> None:
    X, y = make_table(estimator)
    plain, told = make_model(estimator, sparse), make_model(estimator, sparse)
    assert scipy.sparse.issparse(told[:-1].fit_transform(X, y)) == sparse
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain.fit(X, y)
    parameters = told[-1].get_params()
    steps = told_of(told, X, y)
    assert steps, "nothing was told"
    assert {step.unit for step in steps} == {unit}
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] <= 1
    assert told[-1].get_params() == parameters
    assert vars(told[-1]).keys() == vars(plain[-1]).keys()
    np.testing.assert_array_equal(told.predict(X), plain.predict(X))
    assert bytes_of(told) == bytes_of(plain)


@pytest.mark.parametrize(
    "name", ["RandomForestRegressor", "HistGradientBoostingRegressor", "MLPRegressor"]
)
@pytest.mark.parametrize("scale", [StandardScaler(), None])
def test_it_tells_with_a_target_on_another_scale_too(name: str, scale: Any) -> None:
    estimator, unit = next(found for found in FITS if type(found[0]).__name__ == name)
    how = (
        {"func": np.arcsinh, "inverse_func": np.sinh} if scale is None else {"transformer": scale}
    )
    around = TransformedTargetRegressor(estimator, check_inverse=False, **how)
    X, y = make_table(estimator)
    plain, told = make_model(around), make_model(around)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain.fit(X, y)
    steps = told_of(told, X, y)
    assert {step.unit for step in steps} == {unit}
    np.testing.assert_array_equal(told.predict(X), plain.predict(X))
    assert bytes_of(told) == bytes_of(plain)


def test_a_fit_on_another_scale_that_fails_leaves_nothing_behind() -> None:
    around = TransformedTargetRegressor(RandomForestRegressor(5), transformer=StandardScaler())
    X, y = make_table(around.regressor)
    model = make_model(around).set_params(estimator__regressor__max_features=-3)
    with pytest.raises(ValueError, match="max_features"):
        told_of(model, X, y)
    assert isinstance(model[-1].regressor, RandomForestRegressor)
    assert isinstance(model[-1].regressor_, RandomForestRegressor)


def test_every_way_is_tried() -> None:
    assert {type(estimator).__name__ for estimator, _unit in FITS} == set(WAYS)


def test_what_gives_no_sign_is_fitted_all_the_same() -> None:
    X, y = make_table(Ridge())
    plain, told = make_model(Ridge()).fit(X, y), make_model(Ridge())
    assert told_of(told, X, y) == []
    assert bytes_of(told) == bytes_of(plain)


@pytest.mark.parametrize("solver", ["newton-cg", "saga"])
def test_solvers_without_callbacks_are_fitted_all_the_same(solver: str) -> None:
    estimator = LogisticRegression(solver=solver, random_state=0)
    X, y = make_table(estimator)
    assert told_of(told := make_model(estimator), X, y) == []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert bytes_of(told) == bytes_of(make_model(estimator).fit(X, y))


def test_a_short_logistic_regression_is_not_called_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logistic, "FEWEST_CELLS", ROWS * 11 + 1)
    estimator = LogisticRegression()
    assert told_of(make_model(estimator), *make_table(estimator)) == []


@pytest.mark.parametrize("name", ["RandomForestClassifier", "LogisticRegression"])
def test_a_fit_that_fails_leaves_nothing_behind(name: str) -> None:
    estimator = next(found for found, _unit in FITS if type(found).__name__ == name)
    model = make_model(estimator)
    X, y = make_table(estimator)
    model.set_params(estimator__class_weight={"none": 1.0, "such": "x"})
    threads = joblib.parallel.get_active_backend()
    with pytest.raises((ValueError, TypeError)):
        told_of(model, X, y)
    assert not isinstance(joblib.parallel.get_active_backend()[0], Watched)
    assert type(joblib.parallel.get_active_backend()[0]) is type(threads[0])
    assert not hasattr(model[-1], "_skl_callbacks")


def test_telling_rests_between_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "EVERY_S", 1.0)
    clock = iter([0.0, 0.5, 1.0, 1.5, 2.1, 9.0])
    monkeypatch.setattr(telling.time, "monotonic", lambda: next(clock))
    steps: list[Step] = []
    teller = Telling(steps.append, 2000, "trees")
    for done in (1, 2, 3, 4, 4):
        teller.tell(done)
    assert [step.done for step in steps] == [2, 4]
    assert steps[0].words == "2 of 2,000 trees"
    assert Step(3, 200, "rounds", may_end_early=True).words == "3 of at most 200 rounds"
