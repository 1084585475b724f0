"""Scores by round while a fit goes on: of the very model so far, and for next to nothing."""

import time
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.metrics import log_loss, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from tasks.engine.fit_progress import curves, telling
from tasks.engine.fit_progress.curves import ByRound, Curve, HeldOut, OwnScores
from tasks.engine.fit_progress.fitting import Fitted, fit
from tasks.engine.fit_progress.telling import Step
from tests.engine.fit_progress.test_fitting import bytes_of, make_model, make_table, on_each_table

LEARNED = 300  # of 400 rows; the others are held out
SEED: dict[str, Any] = {"random_state": 0}
FITS = [
    RandomForestClassifier(80, **SEED),
    RandomForestRegressor(80, **SEED),
    ExtraTreesRegressor(150, bootstrap=True, **SEED),
    GradientBoostingClassifier(**SEED),
    GradientBoostingClassifier(n_iter_no_change=5, subsample=0.5, **SEED),
    GradientBoostingRegressor(init="zero", **SEED),
    HistGradientBoostingClassifier(**SEED),
    HistGradientBoostingRegressor(loss="poisson", **SEED),
    HistGradientBoostingRegressor(early_stopping=True, n_iter_no_change=90, **SEED),
]
SPARSE_TOO = {
    "RandomForestRegressor-1", "GradientBoostingClassifier-4", "GradientBoostingRegressor-5"
}  # fmt: skip


@pytest.fixture(autouse=True)
def at_any_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "EVERY_S", 0.0005)
    monkeypatch.setattr(curves, "SHARE", 1e9)


def score_of(y: np.ndarray, values: np.ndarray, known: Any) -> float:
    if known is None:
        return float(r2_score(y, values))
    return float(log_loss(y, values, labels=list(known)))


def fit_held(model: Pipeline, X: pd.DataFrame, y: np.ndarray) -> tuple[list[Step], Fitted]:
    """Fit on the first rows, with the others held out."""
    steps: list[Step] = []
    held = HeldOut(
        lambda: X.iloc[LEARNED:],
        len(y) - LEARNED,
        len(y) - LEARNED,
        "log_loss",
        lambda values, known: score_of(y[LEARNED:], values, known),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen = fit(model, X.iloc[:LEARNED], y[:LEARNED], steps.append, held)
    return steps, seen


def after_each(model: Pipeline, X: pd.DataFrame) -> Iterator[np.ndarray]:
    """Predict as scikit-learn does after each round, with nothing of ours."""
    estimator, encoded = model[-1], model[:-1].transform(X)
    way = "predict_proba" if hasattr(estimator, "classes_") else "predict"
    if hasattr(estimator, f"staged_{way}"):
        yield from getattr(estimator, f"staged_{way}")(encoded)
        return
    total: Any = 0.0
    plain = encoded.to_numpy() if isinstance(encoded, pd.DataFrame) else encoded
    for n, tree in enumerate(estimator.estimators_, start=1):
        total = total + getattr(tree, way)(plain)
        yield total / n


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    ("estimator", "sparse"), on_each_table([(one,) for one in FITS], SPARSE_TOO)
)
def test_points_are_scores_of_the_model_so_far(estimator: Any, sparse: bool) -> None:
    X, y = make_table(estimator)
    y = np.abs(y) if getattr(estimator, "loss", None) == "poisson" else y
    plain, told = make_model(estimator, sparse), make_model(estimator, sparse)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain.fit(X.iloc[:LEARNED], y[:LEARNED])
    steps, seen = fit_held(told, X, y)
    assert bytes_of(told) == bytes_of(plain)
    curve = seen.curve
    assert curve is not None
    assert (curve.whose, curve.rows, curve.of) == ("held_out", 100, 100)
    assert curve == [step.curve for step in steps][-1]
    stages = list(after_each(plain, X.iloc[LEARNED:]))
    assert seen.rounds == len(stages)
    known = getattr(plain[-1], "classes_", None)
    asked = [done for done, _ in curve.points]
    assert len(asked) >= 2
    assert asked == sorted(set(asked))
    wanted = [score_of(y[LEARNED:], stages[done - 1], known) for done in asked]
    np.testing.assert_allclose([score for _, score in curve.points], wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "estimator", [FITS[0], FITS[3], FITS[6]], ids=["forest", "boosting", "histogram"]
)
def test_columns_that_lie_one_after_the_other_are_scored_too(estimator: Any) -> None:
    X, y = make_table(estimator)
    model = Pipeline([("preprocess", "passthrough"), ("estimator", estimator)])
    _, seen = fit_held(model, X.drop(columns="city"), y)
    assert seen.curve is not None
    stages = list(after_each(model, X.drop(columns="city").iloc[LEARNED:]))
    done, score = seen.curve.points[-1]
    wanted = score_of(y[LEARNED:], stages[done - 1], model[-1].classes_)
    assert score == pytest.approx(wanted, abs=1e-12)


def test_a_target_on_another_scale_is_scored_on_its_own() -> None:
    estimator = GradientBoostingRegressor(**SEED)
    X, y = make_table(estimator)
    y = 1000 + 50 * y
    around = TransformedTargetRegressor(
        estimator, transformer=StandardScaler(), check_inverse=False
    )
    model = make_model(around)
    _, seen = fit_held(model, X, y)
    assert seen.curve is not None
    done, score = seen.curve.points[-1]
    inner = model[-1].regressor_
    staged = list(inner.staged_predict(model[:-1].transform(X.iloc[LEARNED:])))[done - 1]
    back = model[-1].transformer_.inverse_transform(staged.reshape(-1, 1)).ravel()
    assert score == pytest.approx(r2_score(y[LEARNED:], back), abs=1e-12)


@pytest.mark.parametrize("stops_early", [False, True])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_network_tells_the_scores_that_it_has_anyway(kind: Any, stops_early: bool) -> None:
    estimator = kind(
        hidden_layer_sizes=(20,), max_iter=60, early_stopping=stops_early, n_iter_no_change=70,
        **SEED,
    )  # fmt: skip
    X, y = make_table(estimator)
    model = make_model(estimator)
    _, seen = fit_held(model, X, y)
    curve = seen.curve
    assert curve is not None
    assert curve.whose == ("validation" if stops_early else "training")
    own = model[-1].validation_scores_ if stops_early else model[-1].loss_curve_
    assert curve.points[-1] == (60, own[59])
    assert [score for _, score in curve.points] == [own[n - 1] for n, _ in curve.points]
    measure = "accuracy" if kind is MLPClassifier else "r2"
    assert curve.measure == (measure if stops_early else "loss")


def test_a_loss_that_is_no_number_any_more_is_no_point() -> None:
    nan, inf = float("nan"), float("inf")
    seen = OwnScores(lambda: [0.5, nan, 0.4, inf], "passes", "training", "loss").look(4)
    assert seen is not None
    assert seen.points == ((1, 0.5), (3, 0.4))
    assert OwnScores(lambda: [inf], "passes", "training", "loss").look(1) is None


def test_own_scores_of_a_target_on_another_scale_are_not_told() -> None:
    estimator = MLPRegressor(hidden_layer_sizes=(20,), max_iter=60, **SEED)
    X, y = make_table(estimator)
    around = TransformedTargetRegressor(estimator, func=np.arcsinh, inverse_func=np.sinh)
    assert fit_held(make_model(around), X, y)[1].curve is None


@pytest.mark.parametrize("estimator", [FITS[0], FITS[6]], ids=["forest", "histogram"])
def test_a_score_that_fails_leaves_the_fit_as_it_is(
    estimator: Any, caplog: pytest.LogCaptureFixture
) -> None:
    X, y = make_table(estimator)
    plain, told = make_model(estimator).fit(X, y), make_model(estimator)

    def fail(_values: np.ndarray, _known: Any) -> float:
        raise RuntimeError("no such score")

    steps: list[Step] = []
    seen = fit(told, X, y, steps.append, HeldOut(lambda: X, 400, 400, "log_loss", fail))
    assert seen.curve is None
    assert len(steps) > 1
    assert bytes_of(told) == bytes_of(plain)
    assert [record.message for record in caplog.records] == ["scores by round ended"]


class Clock:
    """Time that passes as it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Costly:
    """Rounds whose predictions take a share of the time that a round takes to fit."""

    def __init__(self, clock: Clock, round_s: float, share: float) -> None:
        self.clock, self.cost, self.done = clock, round_s * share, 0

    def start(self, X: Any) -> None:
        pass

    def after(self, done: int) -> tuple[np.ndarray, Any]:
        self.clock.now += self.cost * (done - self.done)
        self.done = done
        return np.zeros(1), None


@pytest.mark.parametrize("encode_s", [0.0, 0.5])
@pytest.mark.parametrize("score_s", [0.0002, 0.003, 0.05])
@pytest.mark.parametrize("share", [0.001, 0.01, 0.05, 0.3])
@pytest.mark.parametrize("fit_s", [1.5, 12.0, 300.0])
def test_scores_take_less_than_a_fiftieth_of_a_fit(
    fit_s: float, share: float, score_s: float, encode_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    clock = Clock()
    monkeypatch.setattr(curves, "time", SimpleNamespace(process_time=clock, thread_time=clock))
    total = 400
    round_s = fit_s / total

    def score(_values: np.ndarray, _known: Any) -> float:
        clock.now += score_s
        return 0.5

    def encode(X: Any) -> Any:
        clock.now += encode_s
        return X

    held = HeldOut(lambda: None, 10, 40, "r2", score, encode, encode_s)
    scores = ByRound(held, Costly(clock, round_s, share), total, "rounds")
    fitted_s = next_look = 0.0
    for done in range(1, total + 1):
        clock.now += round_s
        fitted_s += round_s
        if fitted_s >= next_look + 1:
            next_look = fitted_s
            scores.look(done)
    # The first one shows what it costs, so it alone may be dearer than it was taken to be.
    first = share * round_s * total / curves.MOST_POINTS + score_s
    assert clock.now - fitted_s <= 0.02 * clock.now + max(0, first - curves.FIRST_S)
    if fit_s == 300 and share < 0.01 and score_s < 0.01:
        assert len(scores.points) > 0.85 * curves.MOST_POINTS
    if fit_s == 12 and share == 0.001 and not encode_s and score_s < 0.01:
        ends = [done for done, _ in scores.points]
        assert ends[-1] > 0.85 * total, "they keep up with the fit"


def test_the_last_point_is_the_score_of_the_fold_where_all_its_rows_were_scored() -> None:
    curve = Curve("rounds", "held_out", "r2", ((10, 0.1), (20, 0.2)), 100, 100)
    assert curve.ending(25, 0.25).points == ((10, 0.1), (20, 0.2), (25, 0.25))
    assert curve.ending(20, 0.25).points == ((10, 0.1), (20, 0.25))
    assert curve.ending(25, None) == curve
    part = Curve("rounds", "held_out", "r2", ((10, 0.1),), 100, 400)
    assert part.ending(25, 0.25) == part
    own = Curve("passes over the rows", "training", "loss", ((10, 0.1),))
    assert own.ending(25, 0.25) == own
    assert Curve("trees", "held_out", "r2", ((3, 1 / 3),), 1, 1).as_dict()["points"] == [
        [3, 0.333333]
    ]


def test_waiting_for_a_turn_is_not_what_a_score_costs() -> None:
    def score(_values: np.ndarray, _known: Any) -> float:
        time.sleep(0.2)  # as a thread does on a busy machine
        return 0.5

    scores = ByRound(
        HeldOut(lambda: None, 10, 40, "r2", score), Costly(Clock(), 0.0, 0.0), 400, "trees"
    )
    scores.look(20)
    assert scores.points
    assert scores.spent < 0.1
