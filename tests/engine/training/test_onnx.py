"""Models as ONNX: they answer the same, or are refused with the reason."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest

from tasks.engine.errors import EngineError
from tasks.engine.onnx.conversion import convert
from tasks.engine.prepared import Prepared, prepare
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.scores.thresholds import with_threshold
from tests.engine.tables import make_spec

TABLE = """age,income,"city, as written",city_ as written,member,since,y_class,y_number
""" + "".join(
    f"{20 + n % 50},{'' if n % 7 == 0 else 1000 + 37 * n},{('Oslo', 'Rome', '')[n % 3]},{n % 4},"
    f"{('yes', 'no')[n % 2]},20{10 + n % 9}-0{1 + n % 9}-1{n % 10},{('low', 'high')[n % 50 > 24]},"
    f"{(n % 50) * 1.5 + n % 3}\n"
    for n in range(140)
)
FACTS = {"target": "y"}


def fit(folder: Path, estimator: str, task: str, **changes: Any) -> tuple[Any, Prepared]:
    target = "y_class" if task == "classification" else "y_number"
    spec, columns = make_spec(folder, target, task, estimator, TABLE, **changes)
    data = prepare(spec, columns, lambda _code, _message: None)
    return make_pipeline(spec, data.X).fit(data.X, data.y), data


@pytest.mark.parametrize(
    ("estimator", "task", "changes"),
    [
        ("LogisticRegression", "classification", {}),
        ("RandomForestClassifier", "classification", {"parameters": {"n_estimators": 12}}),
        ("GaussianNB", "classification", {}),
        ("SVC", "classification", {}),
        ("Ridge", "regression", {}),
        ("GradientBoostingRegressor", "regression", {}),
        ("SVR", "regression", {}),
    ],
)
def test_answers_are_those_of_the_model(
    estimator: str, task: str, changes: dict[str, Any], tmp_path: Path
) -> None:
    model, data = fit(tmp_path, estimator, task, **changes)
    before = model.predict(data.X)
    made = convert(model, data.X, FACTS)
    answer = ask(made.content, data.X)
    if task == "classification":
        assert answer[0].ravel().tolist() == before.tolist()
    else:
        np.testing.assert_allclose(answer[0].ravel(), before, rtol=1e-4, atol=1e-4)
    assert made.n_rows == len(data.X)
    np.testing.assert_array_equal(model.predict(data.X), before)  # the model itself is as it was


@pytest.mark.sampled(5)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("target", ["standardize", "log1p", "quantile"])
@pytest.mark.parametrize("estimator", ["Ridge", "SVR", "MLPRegressor", "RandomForestRegressor"])
def test_a_target_on_another_scale_comes_back(estimator: str, target: str, tmp_path: Path) -> None:
    model, data = fit(tmp_path, estimator, "regression", preprocessing={"target": target})
    before = model.predict(data.X)
    answer = ask(convert(model, data.X, FACTS).content, data.X)
    np.testing.assert_allclose(answer[0].ravel(), before, rtol=1e-4, atol=1e-3)


def test_estimator_without_counterpart_is_named_within_a_target(tmp_path: Path) -> None:
    model, data = fit(
        tmp_path, "KernelRidge", "regression", preprocessing={"target": "standardize"}
    )
    with pytest.raises(EngineError, match="ONNX has no counterpart of KernelRidge"):
        convert(model, data.X, FACTS)


def test_boosting_of_numbers_alone_is_converted(tmp_path: Path) -> None:
    model, data = fit(tmp_path, "HistGradientBoostingRegressor", "regression")
    with pytest.raises(EngineError, match="splits by sets of categories") as refused:
        convert(model, data.X, FACTS)
    assert refused.value.code == "NO_ONNX"
    numbers = data.X[[name for name in data.X if data.X[name].dtype != object]]
    spec, _columns = make_spec(
        tmp_path, "y_number", "regression", "HistGradientBoostingRegressor", TABLE
    )
    model = make_pipeline(spec, numbers).fit(numbers, data.y)
    made = convert(model, numbers, FACTS)
    answer = ask(made.content, numbers)
    np.testing.assert_allclose(answer[0].ravel(), model.predict(numbers), rtol=1e-4)


def test_estimator_without_counterpart_is_named(tmp_path: Path) -> None:
    model, data = fit(tmp_path, "NearestCentroid", "classification")
    with pytest.raises(EngineError, match="ONNX has no counterpart of NearestCentroid"):
        convert(model, data.X, FACTS)


def test_other_answers_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, data = fit(tmp_path, "Ridge", "regression")
    run = onnxruntime.InferenceSession.run

    def shifted(session: Any, *given: Any) -> Any:
        return [run(session, *given)[0] + 1.0]

    monkeypatch.setattr(onnxruntime.InferenceSession, "run", shifted)
    with pytest.raises(EngineError, match="Ridge answers otherwise"):
        convert(model, data.X, FACTS)


def ask(content: bytes, X: pd.DataFrame) -> list[Any]:
    session = onnxruntime.InferenceSession(content)
    assert json.loads(session.get_modelmeta().custom_metadata_map["columns"]) == list(X.columns)
    fed = {}
    for name, given in zip(X.columns, session.get_inputs(), strict=True):
        texts = X[name].dtype == object
        column = X[name].fillna("").to_numpy(object) if texts else X[name].to_numpy(np.float32)
        fed[given.name] = column.reshape(-1, 1)
    answer: list[Any] = session.run(None, fed)
    return answer


@pytest.mark.parametrize("positive", ["high", "low"])
@pytest.mark.parametrize("estimator", ["LogisticRegression", "GaussianNB"])
def test_labels_follow_the_decision_threshold(
    estimator: str, positive: str, tmp_path: Path
) -> None:
    plain, data = fit(tmp_path, estimator, "classification")
    ranks = plain.predict_proba(data.X)[:, list(plain.classes_).index(positive)]
    threshold = float(np.quantile(ranks, 0.8)) + 1e-4
    model = with_threshold(plain, positive, threshold)
    answer = ask(convert(model, data.X, FACTS).content, data.X)
    labels = answer[0].ravel().tolist()
    assert labels == model.predict(data.X).tolist()
    assert labels != plain.predict(data.X).tolist()
    np.testing.assert_allclose(answer[1], plain.predict_proba(data.X), atol=1e-4)


def test_threshold_of_a_decision_function_is_refused(tmp_path: Path) -> None:
    plain, data = fit(tmp_path, "LinearSVC", "classification")
    with pytest.raises(EngineError, match="FixedThresholdClassifier"):
        convert(with_threshold(plain, "high", 0.2), data.X, FACTS)
