"""Votes and blends as ONNX: the weighted mean of what each member says, or what most say."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from tasks.engine.errors import EngineError
from tasks.engine.onnx.conversion import convert
from tasks.engine.prepared import Prepared, prepare
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.several.blending import make_voting
from tests.engine.tables import make_spec
from tests.engine.training.test_onnx import FACTS, TABLE, ask, fit

FEW = {"n_estimators": 12}
CLASSIFIERS = [("LogisticRegression", {}), ("RandomForestClassifier", FEW), ("GaussianNB", {})]
REGRESSORS = [("Ridge", {}), ("ExtraTreesRegressor", FEW), ("SVR", {"target": "standardize"})]


def fit_blend(
    folder: Path, task: str, members: list[tuple[str, dict[str, Any]]], table: str = TABLE
) -> tuple[Any, Prepared]:
    """Fit a blend as trying several does: whole pipelines, each with settings of its own."""
    named, data = [], None
    for n, (estimator, given) in enumerate(members):
        own = {"preprocessing": given} if "target" in given else {"parameters": given}
        target = "y_class" if task == "classification" else "y_number"
        spec, columns = make_spec(folder, target, task, estimator, table, **own)
        data = data or prepare(spec, columns, lambda _code, _message: None)
        named.append((f"job_{n}", make_pipeline(spec, data.X)))
    assert data is not None
    model = make_voting(task, named, [3, 1, 2][: len(named)])
    return model.fit(data.X, data.y), data


def test_a_blend_of_classifiers_answers_the_same(tmp_path: Path) -> None:
    model, data = fit_blend(tmp_path, "classification", CLASSIFIERS)
    answer = ask(convert(model, data.X, FACTS).content, data.X)
    assert answer[0].ravel().tolist() == model.predict(data.X).tolist()
    np.testing.assert_allclose(answer[1], model.predict_proba(data.X), atol=1e-4)


def test_a_blend_of_regressors_answers_the_same(tmp_path: Path) -> None:
    model, data = fit_blend(tmp_path, "regression", REGRESSORS)
    answer = ask(convert(model, data.X, FACTS).content, data.X)
    np.testing.assert_allclose(answer[0].ravel(), model.predict(data.X), rtol=1e-4, atol=1e-3)


def test_a_blend_of_three_classes(tmp_path: Path) -> None:
    table = "a,b,y_class,y_number\n" + "".join(
        f"{n % 50},{n % 7},{('low', 'mid', 'high')[n % 50 // 17]},{n}\n" for n in range(150)
    )
    model, data = fit_blend(tmp_path, "classification", CLASSIFIERS, table)
    answer = ask(convert(model, data.X, FACTS).content, data.X)
    assert answer[0].ravel().tolist() == model.predict(data.X).tolist()
    assert set(answer[0].ravel()) == {"high", "low", "mid"}


def test_columns_may_be_called_as_parts_of_the_graph_are(tmp_path: Path) -> None:
    table = "label,probabilities,classes,y_class,y_number\n" + "".join(
        f"{n % 50},{n % 7},{n % 11},{('low', 'high')[n % 50 > 24]},{n}\n" for n in range(150)
    )
    model, data = fit_blend(tmp_path, "classification", CLASSIFIERS, table)
    answer = ask(convert(model, data.X, FACTS).content, data.X)
    assert answer[0].ravel().tolist() == model.predict(data.X).tolist()


@pytest.mark.parametrize(
    ("estimator", "task", "parameters"),
    [
        ("VotingClassifier", "classification",
         {"estimators": ["LogisticRegression", "GaussianNB"], "voting": "soft"}),
        ("VotingRegressor", "regression", {"estimators": ["Ridge", "DecisionTreeRegressor"]}),
    ],
    ids=["soft", "numbers"],
)  # fmt: skip
def test_a_vote_that_a_person_asked_for(
    estimator: str, task: str, parameters: dict[str, Any], tmp_path: Path
) -> None:
    model, data = fit(tmp_path, estimator, task, parameters=parameters)
    answer = ask(convert(model, data.X, FACTS).content, data.X)
    if task == "classification":
        assert answer[0].ravel().tolist() == model.predict(data.X).tolist()
    else:
        np.testing.assert_allclose(answer[0].ravel(), model.predict(data.X), rtol=1e-4)


def test_a_member_that_cannot_be_converted_is_named(tmp_path: Path) -> None:
    model, data = fit_blend(
        tmp_path, "classification", [("LogisticRegression", {}), ("NearestCentroid", {})]
    )
    with pytest.raises(EngineError, match="ONNX has no counterpart of NearestCentroid"):
        convert(model, data.X, FACTS)


def test_a_member_that_splits_by_sets_of_categories_is_named(tmp_path: Path) -> None:
    boosted = ("HistGradientBoostingRegressor", {"max_iter": 5})
    model, data = fit_blend(tmp_path, "regression", [("Ridge", {}), boosted])
    with pytest.raises(EngineError, match="HistGradientBoostingRegressor splits by sets"):
        convert(model, data.X, FACTS)


@pytest.mark.parametrize("weights", [None, [1, 2, 1], [0.1, 0.3, 0.2]], ids=str)
def test_what_most_name_is_the_answer(weights: list[float] | None, tmp_path: Path) -> None:
    table = "a,b,y_class,y_number\n" + "".join(
        f"{n * 7 % 50},{n * 5 % 11},{('low', 'mid', 'high')[n * n // 7 % 3]},{n}\n"
        for n in range(150)
    )
    asked = {"estimators": [name for name, _ in CLASSIFIERS], "voting": "hard", "weights": weights}
    spec, columns = make_spec(
        tmp_path, "y_class", "classification", "VotingClassifier", table, parameters=asked
    )
    data = prepare(spec, columns, lambda _code, _message: None)
    model = make_pipeline(spec, data.X).fit(data.X, data.y)
    answer = ask(convert(model, data.X, FACTS).content, data.X)
    assert len(answer) == 1
    assert answer[0].ravel().tolist() == model.predict(data.X).tolist()
    told = np.array([one.predict(model[:-1].transform(data.X)) for one in model[-1].estimators_])
    # With 1 and 1 against 2 that is a tie, with 0.1 and 0.2 against 0.3 none, as 64 bits add up.
    assert ((told[0] == told[2]) & (told[0] != told[1])).any()


def test_a_model_of_another_library_says_what_its_conversion_lacks() -> None:
    class Foreign:
        pass

    Foreign.__module__ = "xgboost.sklearn"
    words = "Foreign is of the library xgboost; only the package onnxmltools converts its models"
    with pytest.raises(EngineError, match=words):
        convert(Pipeline([("estimator", Foreign())]), pd.DataFrame({"a": [1.0]}), FACTS)
