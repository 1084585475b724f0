"""One suite for every estimator of the catalogue.

`make test` trains the featured ones and one of each other kind, and looks at the settings of all;
`make test-all` trains every one.
"""

import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from tasks.engine.errors import ParameterError
from tasks.engine.estimators.catalogue import get_estimator, list_estimators
from tasks.engine.estimators.parameters import (
    fit_value,
    parse_value,
    show_value,
    validate_parameters,
)
from tasks.engine.model.export import small_schema, write_artefacts
from tasks.engine.model.origin import Origin
from tasks.engine.model.verification import compare, load_skops
from tasks.engine.predicting.prediction import predict_text
from tasks.engine.scores.evaluation import predict, score
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec, mixed_csv
from tests.engine.training.test_agreement import Unneeded

ESTIMATORS = [entry.id for entry in list_estimators()]
# Beside the featured ones: one of each kind that scores, predicts or is stored otherwise.
KINDS = {
    "AdaBoostClassifier", "ARDRegression", "BaggingRegressor", "CalibratedClassifierCV",
    "DecisionTreeClassifier", "GaussianNB", "GaussianProcessRegressor",
    "GradientBoostingRegressor", "LassoLarsIC", "MLPClassifier", "NearestCentroid",
    "OneVsRestClassifier", "OutputCodeClassifier", "PLSRegression",
    "QuadraticDiscriminantAnalysis", "RadiusNeighborsClassifier", "RANSACRegressor",
    "SGDClassifier", "StackingClassifier", "SVC", "SVR", "TweedieRegressor", "VotingRegressor",
}  # fmt: skip
TRAINED = [
    pytest.param(entry.id, marks=[] if entry.featured or entry.id in KINDS else [pytest.mark.long])
    for entry in list_estimators()
]
ORIGIN = Origin(1, "job", "table.csv", "ab" * 32, "2026-01-01T00:00:00Z")
FAST = {"n_estimators": 10, "iterations": 10, "max_iter": 60, "hidden_layer_sizes": [8]}
# What a small table, or a fold of it, needs.
NEEDED: dict[str, dict[str, object]] = {
    "ARDRegression": {"max_iter": 3},
    "LassoLarsIC": {"noise_variance": 1.0},
    "LinearSVC": {},
    "LogisticRegression": {},
    "LogisticRegressionCV": {"Cs": 2, "max_iter": 60},
    "NuSVC": {"nu": 0.02},
    "OneVsOneClassifier": {"estimator": "DecisionTreeClassifier"},
    "OneVsRestClassifier": {"estimator": "RidgeClassifier"},
    "OutputCodeClassifier": {"estimator": "RidgeClassifier"},
    "RANSACRegressor": {"min_samples": 0.5},
    "RadiusNeighborsClassifier": {"radius": 50.0},
    "StackingClassifier": {"estimators": ["GaussianNB", "RidgeClassifier"]},
    "StackingRegressor": {"estimators": ["Ridge", "DecisionTreeRegressor"]},
    "VotingClassifier": {"estimators": ["GaussianNB", "DecisionTreeClassifier"]},
    "VotingRegressor": {"estimators": ["Ridge", "DecisionTreeRegressor"]},
}


def fast_parameters(estimator: str) -> dict[str, object]:
    known = {p.name for p in get_estimator(estimator).parameters}
    few = {name: value for name, value in FAST.items() if name in known}
    return NEEDED.get(estimator, few)


@pytest.mark.sampled(14)
@pytest.mark.parametrize("estimator", TRAINED)
def test_trains_scores_exports_and_predicts_the_unseen(estimator: str, tmp_path: Path) -> None:
    task = get_estimator(estimator).task
    target = "y_class" if task == "classification" else "y_number"
    spec, columns = make_spec(
        tmp_path, target, task, estimator, parameters=fast_parameters(estimator),
        metric="accuracy" if task == "classification" else "rmse",
    )  # fmt: skip
    result = train(spec, columns, store=Unneeded())
    assert result.score is not None
    assert np.isfinite(result.score)
    assert sorted(result.out_of_fold["row"]) == list(range(120))
    json.dumps(result.charts)

    unseen = pd.DataFrame(
        {"age": ["33", None, "x"], "income": ["", "9999999", "12"], "city": ["Paris", "", "Rome"],
         "shop": ["shop99", None, "shop1"], "member": ["maybe", "yes", "no"],
         "since": ["never", "2031-01-01", ""], "comment": ["", None, "unheard of words"]},
        dtype=object)  # fmt: skip
    predicted = predict_text(result.model, result.schema, unseen)
    assert len(predicted.labels) == 3
    assert {"UNSEEN_CATEGORY", "NOT_READABLE"} <= {w["code"] for w in predicted.warnings}

    paths = write_artefacts(result, spec, columns, ORIGIN, tmp_path)
    check = json.loads(paths["check"].read_text())
    text = pd.DataFrame(check["rows"], columns=check["columns"], dtype=object)
    schema = small_schema(result.schema)
    for name, model in (
        ("joblib", joblib.load(paths["joblib"])),
        ("skops", load_skops(paths["skops"])),
    ):
        compare(check["answer"], predict_text(model, schema, text).as_columns(), name)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "estimator", ["HistGradientBoostingClassifier", "LogisticRegression", "RandomForestRegressor"]
)
def test_published_folds_give_the_published_scores(estimator: str, tmp_path: Path) -> None:
    """The model's pipeline, cloned and fitted by hand on the folds, scores the same to 1e-9."""
    task = get_estimator(estimator).task
    target = "y_class" if task == "classification" else "y_number"
    spec, columns = make_spec(tmp_path, target, task, estimator)
    result = train(spec, columns)
    from tasks.engine.table.coercion import training_data

    text = pd.DataFrame({n: c for n, c in columns.items() if n != "__line__"}, dtype=object)
    X, y, rows, _ = training_data(text, spec.schema)
    position = {row: n for n, row in enumerate(rows)}
    for fold in result.folds:
        in_fold = result.out_of_fold[result.out_of_fold["fold"] == fold.fold]
        test = np.array([position[row] for row in in_fold["row"]])
        rest = np.setdiff1d(np.arange(len(y)), test)
        model = clone(result.model).fit(X.iloc[rest], y[rest])
        predicted, classes = predict(model, X.iloc[test]), getattr(model, "classes_", None)
        found = score(task, y[test], predicted, classes, result.details["positive_class"])
        assert found == pytest.approx(fold.scores, abs=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_defaults_are_valid_and_survive_the_form(estimator: str) -> None:
    for parameter in get_estimator(estimator).parameters:
        parsed = parse_value(parameter, show_value(parameter.default))
        fitted = fit_value(parameter, parsed)
        assert fitted is not None, parameter.name
        assert fitted[0] == parameter.default


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_bad_parameters_are_refused_by_name(estimator: str) -> None:
    bad: dict[str, object] = {"no_such_parameter": 1}
    for parameter in get_estimator(estimator).parameters:
        bad[parameter.name] = "no such value"
    with pytest.raises(ParameterError) as refusal:
        validate_parameters(estimator, bad)
    assert set(refusal.value.fields) == set(bad)
    for name, message in refusal.value.fields.items():
        assert name in message


def test_kinds_are_estimators_of_the_catalogue() -> None:
    assert set(ESTIMATORS) >= KINDS


def test_every_task_has_ten_estimators() -> None:
    for task in ("classification", "regression"):
        assert len(list_estimators(task)) >= 10


def test_same_request_gives_the_same_result(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "RandomForestClassifier",
                              parameters={"n_estimators": 10}, seed=7)  # fmt: skip
    first, second = train(spec, columns), train(spec, columns)
    assert first.score == second.score
    assert first.split_hash == second.split_hash
    other = make_spec(tmp_path, "y_class", "classification", "GaussianNB", seed=7)[0]
    assert train(other, columns).split_hash == first.split_hash


def test_catalogue_is_that_of_the_installed_scikit_learn() -> None:
    from tools.catalogue import TARGET, make_catalogue

    assert json.loads(TARGET.read_text()) == json.loads(json.dumps(make_catalogue()))


def test_text_of_the_mixed_table_is_stable() -> None:
    assert mixed_csv() == mixed_csv()
