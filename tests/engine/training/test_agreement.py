"""Out-of-fold predictions and scores are those of hand-written scikit-learn, to 1e-12.

What `long` marks is of a kind, or of a setting, that another one here stands for.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import (
    SelectFromModel,
    SelectKBest,
    SelectPercentile,
    VarianceThreshold,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
)
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from tasks.engine.preprocessing.settings import DEFAULTS
from tasks.engine.scores.baselines import NoStore
from tasks.engine.training import train
from tests.engine.tables import make_spec
from tests.engine.training import by_hand

EXACT: dict[str, float] = {"rtol": 1e-12, "atol": 1e-12}
TARGETS = {"classification": "y_class", "regression": "y_number"}
C, R = "classification", "regression"
BOTH = ("city", "shop")


class Unneeded(NoStore):
    """Says that baselines are there: they take longer than what is tested here."""

    def find(self, digest: str) -> dict[str, Any]:
        return {"dummy": [], "linear": [], "note": ""}


def agree(folder: Path, task: str, hand: dict[str, Any], target: str = "", **asked: Any) -> None:
    """Train as is asked, then as is written by hand, and hold both against each other.

    Parameters
    ----------
    hand : dict
        Of `by_hand.make_model`: steps, estimator and so on; ``dates`` as `by_hand.with_dates`
        takes them.
    """
    target = target or TARGETS[task]
    learner = getattr(hand["estimator"], "regressor", hand["estimator"])
    estimator = type(learner).__name__
    spec, columns = make_spec(folder, target, task, estimator, **asked)
    result = train(spec, columns, score_only=True, store=Unneeded())
    X, y = by_hand.read(folder / "table.csv", target)
    X = by_hand.with_dates(X, *hand.get("dates", (by_hand.DATE_PARTS,)))
    given = {name: value for name, value in hand.items() if name != "dates"}
    predicted, chances, scores = by_hand.cross_validate(by_hand.make_model(X, **given), X, y)
    ours = result.out_of_fold.sort_values("row")
    if task == R:
        np.testing.assert_allclose(ours["prediction"].to_numpy(float), predicted, **EXACT)
    else:
        assert ours["prediction"].tolist() == predicted.tolist()
    told = ours.filter(like="probability_").to_numpy()
    assert (chances is None) == (told.size == 0)
    if chances is not None:
        np.testing.assert_allclose(told, chances, **EXACT)
    for fold, by_us in zip(scores, result.folds, strict=True):
        common = fold.keys() & by_us.scores.keys()
        assert fold.keys() <= by_us.scores.keys()
        for name in sorted(common):
            np.testing.assert_allclose(by_us.scores[name], fold[name], **EXACT, err_msg=name)


# Of each kind a classifier and a regressor: what stands before it, and the estimator itself.
SCALED, PLAIN, NATIVE = by_hand.scaled_steps, by_hand.plain_steps, by_hand.native_steps
KINDS: list[tuple[str, Any, Any, dict[str, Any]]] = [
    (C, SCALED, LogisticRegression(), {}),
    (R, SCALED, Ridge(), {}),
    (C, SCALED, SGDClassifier(random_state=0), {}),
    (C, SCALED, SVC(C=2.0, random_state=0), {"parameters": {"C": 2.0}}),
    (R, SCALED, SVR(), {}),
    (R, SCALED, KernelRidge(), {}),
    (C, SCALED, KNeighborsClassifier(), {}),
    (R, SCALED, KNeighborsRegressor(3), {"parameters": {"n_neighbors": 3}}),
    (C, SCALED, MLPClassifier([5], solver="lbfgs", max_iter=40, random_state=0),
     {"parameters": {"hidden_layer_sizes": [5], "solver": "lbfgs", "max_iter": 40}}),
    (R, SCALED, MLPRegressor(hidden_layer_sizes=[5], early_stopping=True, random_state=0),
     {"parameters": {"hidden_layer_sizes": [5], "early_stopping": True}}),
    (C, PLAIN, DecisionTreeClassifier(max_depth=4, random_state=0),
     {"parameters": {"max_depth": 4}}),
    (R, PLAIN, DecisionTreeRegressor(random_state=0), {}),
    (C, PLAIN, RandomForestClassifier(10, random_state=0), {"parameters": {"n_estimators": 10}}),
    (C, PLAIN, RandomForestClassifier(10, class_weight="balanced", random_state=0),
     {"parameters": {"n_estimators": 10}, "class_weight": "balanced"}),
    (R, PLAIN, RandomForestRegressor(10, random_state=0), {"parameters": {"n_estimators": 10}}),
    (C, PLAIN, AdaBoostClassifier(n_estimators=5, random_state=0),
     {"parameters": {"n_estimators": 5}}),
    (R, PLAIN, GradientBoostingRegressor(n_estimators=10, random_state=0),
     {"parameters": {"n_estimators": 10}}),
    (C, NATIVE, HistGradientBoostingClassifier(max_iter=10, random_state=0),
     {"parameters": {"max_iter": 10}}),
    (R, NATIVE, HistGradientBoostingRegressor(max_iter=10, random_state=0),
     {"parameters": {"max_iter": 10}}),
    (C, PLAIN, DummyClassifier(random_state=0), {}),
    (R, PLAIN, DummyRegressor(), {}),
]  # fmt: skip


# The other task, or another setting of them, is tried with the same steps.
LONG_KINDS = (
    SGDClassifier,
    KernelRidge,
    KNeighborsClassifier,
    MLPRegressor,
    RandomForestRegressor,
    DummyClassifier,
)


def mark(estimator: Any) -> list[pytest.MarkDecorator]:
    return [pytest.mark.long] if isinstance(estimator, LONG_KINDS) else []


@pytest.mark.parametrize(
    ("task", "steps", "estimator", "asked"),
    [pytest.param(*kind, id=str(kind[2])[:40], marks=mark(kind[2])) for kind in KINDS],
)
def test_each_kind_of_estimator(
    task: str, steps: Any, estimator: Any, asked: dict[str, Any], tmp_path: Path
) -> None:
    hand: dict[str, Any] = {"steps": steps(task), "estimator": estimator}
    if steps is NATIVE:
        hand |= {"few": BOTH, "sparse_threshold": 0.0}
        estimator.set_params(categorical_features=[0, 1])
    agree(tmp_path, task, hand, **asked)


def numbers(imputer: Any, scaler: Any = None) -> Any:
    return make_pipeline(imputer, scaler or StandardScaler())


def by_mean(task: str, *before: Any, scaler: Any = None) -> Any:
    return make_pipeline(*before, by_hand.mean_encoder(task), scaler or StandardScaler())


def hand_of(task: str, replaced: dict[str, Any]) -> dict[str, Any]:
    """Return what is written by hand for a linear model, with what a setting makes otherwise."""
    estimator = LogisticRegression() if task == C else Ridge()
    names = {"few", "behind", "sparse_threshold", "dates"}
    steps = {name: step for name, step in replaced.items() if name not in names}
    others = {name: value for name, value in replaced.items() if name in names}
    return {"steps": SCALED(task) | steps, "estimator": estimator, **others}


def scaler_case(way: str, scaler: Any) -> tuple[dict[str, Any], Any]:
    return {"scale": way}, lambda task: SCALED(task, scaler)


MEDIAN = SimpleImputer(strategy="median", add_indicator=True)
FREQUENT = SimpleImputer(strategy="most_frequent")
UNKNOWN: dict[str, Any] = {
    "handle_unknown": "use_encoded_value", "unknown_value": -1, "encoded_missing_value": -2
}  # fmt: skip
JOINED = "infrequent_if_exist"


def by_test(task: str, kind: str) -> Any:
    if kind == "f_test":
        return f_classif if task == C else f_regression
    return partial(mutual_info_classif if task == C else mutual_info_regression, random_state=0)


def by_trees(task: str, **how: Any) -> SelectFromModel:
    kind = ExtraTreesClassifier if task == C else ExtraTreesRegressor
    return SelectFromModel(kind(random_state=0), **how)


# Each setting of preprocessing, and the steps that are written by hand for it.
SETTINGS: list[tuple[dict[str, Any], Any]] = [
    *(({"numbers_missing": way},
       lambda _t, way=way: {"numbers": numbers(SimpleImputer(strategy=way, add_indicator=True))})
      for way in ("median", "mean", "most_frequent")),
    ({"numbers_missing": "knn"},
     lambda _t: {"numbers": make_pipeline(StandardScaler(), KNNImputer(add_indicator=True))}),
    ({"numbers_missing": "constant", "numbers_fill": -1.5}, lambda _t: {"numbers": numbers(
        SimpleImputer(strategy="constant", fill_value=-1.5, add_indicator=True))}),
    ({"missing_flags": True}, lambda _t: {}),
    ({"missing_flags": False},
     lambda _t: {"numbers": numbers(SimpleImputer(strategy="median"))}),
    ({"scale": "none"}, lambda t: {"numbers": MEDIAN, "targets": by_hand.mean_encoder(t)}),
    scaler_case("standard", StandardScaler()),
    scaler_case("range", MinMaxScaler(clip=True)),
    scaler_case("robust", RobustScaler()),
    scaler_case("power", PowerTransformer()),
    scaler_case("quantile", QuantileTransformer(
        n_quantiles=60, output_distribution="normal", random_state=0)),
    ({"categories_missing": "most_frequent"}, lambda t: {
        "categories": make_pipeline(
            FREQUENT, OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
        "targets": by_mean(t, FREQUENT)}),
    ({"encode": "one_hot"}, lambda _t: {
        "few": BOTH, "categories": OneHotEncoder(handle_unknown="ignore")}),
    ({"encode": "ordinal"}, lambda _t: {
        "few": BOTH, "categories": make_pipeline(OrdinalEncoder(**UNKNOWN), StandardScaler())}),
    ({"encode": "target"}, lambda t: {"few": BOTH, "categories": by_mean(t)}),
    ({"encode": "ordinal", "categories_missing": "most_frequent", "rare_below": 0.05},
     lambda _t: {"few": BOTH, "categories": make_pipeline(
         FREQUENT, OrdinalEncoder(min_frequency=0.05, **UNKNOWN), StandardScaler())}),
    ({"one_hot_limit": 2}, lambda t: {"few": (), "targets": by_mean(t)}),
    ({"one_hot_limit": 40, "rare_below": 4}, lambda _t: {
        "few": BOTH, "categories": OneHotEncoder(handle_unknown=JOINED, min_frequency=4)}),
    ({"encode": "one_hot", "most_categories": 5}, lambda _t: {
        "few": BOTH, "categories": OneHotEncoder(handle_unknown=JOINED, max_categories=5)}),
    ({"date_parts": ["quarter", "week", "day_of_year"]},
     lambda _t: {"dates": (["quarter", "week", "day_of_year"],)}),
    ({"date_parts": ["month", "weekday", "days"], "cyclic_dates": True},
     lambda _t: {"dates": (["month", "weekday", "days"], True)}),
    ({"cyclic_dates": True}, lambda _t: {"dates": (by_hand.DATE_PARTS, True)}),
    ({"text": "characters", "text_features": 20}, lambda _t: {"text": TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), max_features=20)}),
    ({"text": "hashing", "text_features": 32, "text_ngrams": 2}, lambda _t: {
        "text": HashingVectorizer(n_features=32, ngram_range=(1, 2), alternate_sign=False)}),
    ({"text_ngrams": 3},
     lambda _t: {"text": TfidfVectorizer(ngram_range=(1, 3), max_features=300)}),
    ({"select": "constant"}, lambda _t: {"behind": [VarianceThreshold()]}),
    ({"select": "f_test"}, lambda t: {"behind": [
        VarianceThreshold(), SelectPercentile(by_test(t, "f_test"), percentile=50)]}),
    ({"select": "f_test", "select_keep": 5}, lambda t: {"behind": [
        VarianceThreshold(), SelectKBest(by_test(t, "f_test"), k=5)]}),
    ({"select": "mutual_info", "select_keep": 0.25}, lambda t: {
        "sparse_threshold": 0.0, "behind": [
            VarianceThreshold(), SelectPercentile(by_test(t, "mutual_info"), percentile=25)]}),
    ({"select": "model"}, lambda t: {"behind": [by_trees(t, threshold="mean")]}),
    ({"select": "model", "select_keep": 4},
     lambda t: {"behind": [by_trees(t, threshold=-np.inf, max_features=4)]}),
    ({"components": 3},
     lambda _t: {"sparse_threshold": 0.0, "behind": [PCA(3, random_state=0)]}),
    ({"components": 0.9, "select": "f_test"}, lambda t: {"sparse_threshold": 0.0, "behind": [
        VarianceThreshold(), SelectPercentile(by_test(t, "f_test"), percentile=50),
        PCA(0.9, random_state=0)]}),
]  # fmt: skip


# Another value of these settings stands for it: they differ in what scikit-learn is told alone.
LONG_SETTINGS: list[dict[str, Any]] = [
    {"numbers_missing": "mean"}, {"numbers_missing": "most_frequent"}, {"missing_flags": True},
    {"scale": "standard"}, {"encode": "one_hot"}, {"cyclic_dates": True}, {"text_ngrams": 3},
    {"select": "f_test"}, {"select": "model"}, {"components": 3},
]  # fmt: skip


@pytest.mark.parametrize("task", [pytest.param(C, marks=pytest.mark.long), R])
@pytest.mark.parametrize(
    ("chosen", "written"),
    [
        pytest.param(
            *case, id=str(case[0]), marks=[pytest.mark.long] if case[0] in LONG_SETTINGS else []
        )
        for case in SETTINGS
    ],
)
def test_each_setting_of_preprocessing(
    chosen: dict[str, Any], written: Any, task: str, tmp_path: Path
) -> None:
    agree(tmp_path, task, hand_of(task, written(task)), preprocessing=chosen)


# A target on another scale, written by hand around an estimator of numbers.
TARGET_SCALES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"target": "standardize"}, {"transformer": StandardScaler()}),
    ({"target": "log1p"}, {"func": np.log1p, "inverse_func": np.expm1}),
    ({"target": "quantile"}, {"transformer": QuantileTransformer(
        n_quantiles=60, output_distribution="normal", random_state=0)}),
]  # fmt: skip


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("steps", "estimator", "parameters"),
    [(SCALED, SVR(C=10), {"C": 10.0}),
     (SCALED, Ridge(), {}),
     (SCALED, MLPRegressor(hidden_layer_sizes=[5], max_iter=60, random_state=0),
      {"hidden_layer_sizes": [5], "max_iter": 60}),
     (PLAIN, RandomForestRegressor(10, random_state=0), {"n_estimators": 10}),
     (NATIVE, HistGradientBoostingRegressor(
         max_iter=10, random_state=0, categorical_features=[0, 1]), {"max_iter": 10})],
    ids=["support vectors", "ridge", "network", "forest", "boosting"],
)  # fmt: skip
@pytest.mark.parametrize(
    "scale", TARGET_SCALES, ids=[chosen["target"] for chosen, _ in TARGET_SCALES]
)
def test_each_scale_of_the_target(
    scale: Any, steps: Any, estimator: Any, parameters: dict[str, Any], tmp_path: Path
) -> None:
    chosen, written = scale
    around = TransformedTargetRegressor(estimator, check_inverse=False, **written)
    hand: dict[str, Any] = {"steps": steps(R), "estimator": around}
    if steps is NATIVE:
        hand |= {"few": BOTH, "sparse_threshold": 0.0}
    agree(tmp_path, R, hand, preprocessing=chosen, parameters=parameters)


@pytest.mark.parametrize("name", list(DEFAULTS))
def test_no_setting_is_forgotten(name: str) -> None:
    chosen = [chosen for chosen, _ in [*SETTINGS, *TARGET_SCALES]]
    assert all(found in chosen for found in LONG_SETTINGS)
    assert any(name in found for found in chosen if found not in LONG_SETTINGS)


NEED_DENSE = (GaussianNB, LinearDiscriminantAnalysis)


@pytest.mark.parametrize(
    ("estimator", "steps", "asked"),
    [(LogisticRegression(), SCALED, {}),
     (GaussianNB(), PLAIN, {}),
     (LinearDiscriminantAnalysis(), PLAIN, {}),
     (RandomForestClassifier(10, random_state=0), PLAIN, {"parameters": {"n_estimators": 10}})],
    ids=["logistic regression", "naive Bayes", "discriminant analysis", "forest"],
)  # fmt: skip
def test_many_classes_and_rows_without_a_target(
    estimator: Any, steps: Any, asked: dict[str, Any], tmp_path: Path
) -> None:
    dense = {"sparse_threshold": 0.0} if isinstance(estimator, NEED_DENSE) else {}
    agree(tmp_path, C, {"steps": steps(C), "estimator": estimator, **dense}, "city", **asked)
