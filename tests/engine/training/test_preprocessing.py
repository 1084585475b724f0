"""Each setting of preprocessing: trained with, exported, written as source, and told of."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from tasks.engine.errors import EngineError, ParameterError
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.model.export import small_schema
from tasks.engine.model.source import source_of
from tasks.engine.model.verification import load_skops
from tasks.engine.prepared import prepare
from tasks.engine.preprocessing.pipelines import make_pipeline
from tasks.engine.preprocessing.settings import (
    DEFAULTS,
    SETTINGS,
    Preprocessing,
    find_misfit,
    read_preprocessing,
)
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.loading import training_data
from tasks.engine.table.tables import LINE
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec, mixed_csv
from tests.engine.training.clean_process import run
from tests.engine.training.test_bundles import make_bundle

ESTIMATORS = {"classification": "RidgeClassifier", "regression": "Ridge"}
CHOSEN: list[dict[str, Any]] = [
    *({"numbers_missing": way} for way in ("median", "mean", "most_frequent", "knn")),
    {"numbers_missing": "constant", "numbers_fill": -1.5},
    {"missing_flags": True},
    {"missing_flags": False},
    *({"scale": way} for way in ("none", "standard", "range", "robust", "power", "quantile")),
    {"categories_missing": "most_frequent"},
    *({"encode": way} for way in ("one_hot", "ordinal", "target")),
    {"encode": "ordinal", "categories_missing": "most_frequent", "rare_below": 0.05},
    {"one_hot_limit": 3},
    {"one_hot_limit": 40, "rare_below": 4},
    {"encode": "one_hot", "most_categories": 5},
    {"date_parts": ["quarter", "week", "day_of_year", "minute"]},
    {"date_parts": ["month", "weekday", "days"], "cyclic_dates": True},
    {"cyclic_dates": True},
    {"text": "characters", "text_features": 20},
    {"text": "hashing", "text_features": 32, "text_ngrams": 2},
    {"text_ngrams": 3},
    {"select": "constant"},
    {"select": "f_test"},
    {"select": "f_test", "select_keep": 5},
    {"select": "mutual_info", "select_keep": 0.25},
    {"select": "model"},
    {"select": "model", "select_keep": 4},
    {"select": "model", "select_keep": 5000},
    {"components": 3},
    {"components": 0.9, "select": "f_test"},
]


def retrained(model: Pipeline, X: Any, y: Any) -> Pipeline:
    """Return what the bundle's ``train.py`` would make."""
    imports, expression = source_of(model)
    names: dict[str, Any] = {}
    exec(f"{imports}\nmade = (\n{expression}\n)", names)  # noqa: S102
    return names["made"].fit(X, y)


# Where histogram gradient boosting is given something else than by default.
NATIVE = [
    {"numbers_missing": "mean", "missing_flags": False}, {"missing_flags": True},
    {"scale": "robust"}, {"encode": "one_hot"}, {"encode": "ordinal", "rare_below": 3},
    {"rare_below": 3}, {"categories_missing": "most_frequent"}, {"components": 3},
    {"select": "f_test", "select_keep": 4},
]  # fmt: skip


@pytest.mark.sampled(10)
@pytest.mark.parametrize(
    ("kind", "chosen"),
    [*(("linear", c) for c in CHOSEN), *(("native", c) for c in NATIVE)],
    ids=str,
)
def test_each_setting_trains_exports_and_predicts_the_same(
    kind: str, chosen: dict[str, Any], tmp_path: Path
) -> None:
    task = "classification" if len(str(chosen)) % 2 else "regression"
    target = {"classification": "y_class", "regression": "y_number"}[task]
    native = f"HistGradientBoosting{'Classifier' if target == 'y_class' else 'Regressor'}"
    estimator = native if kind == "native" else ESTIMATORS[task]
    parameters = {"max_iter": 3} if kind == "native" else {}
    spec, columns = make_spec(tmp_path, target, task, estimator, mixed_csv(90),
                              preprocessing=chosen, parameters=parameters)  # fmt: skip
    result = train(spec, columns)
    cells = {name: values for name, values in columns.items() if name != LINE}
    X, y, _rows, _warnings = training_data(cells, small_schema(result.schema))
    told = result.model.predict(X)
    np.testing.assert_array_equal(retrained(result.model, X, y).predict(X), told)
    path = tmp_path / "model.skops"
    skops.io.dump(result.model, path)
    np.testing.assert_array_equal(load_skops(path).predict(X), told)
    steps = result.details["preprocessing"]
    assert result.model[:-1].transform(X).shape[1] == (
        steps[-1]["after"]
        if result.model.steps[1:-1]
        else result.details["columns_after_encoding"]
    )


def test_every_column_can_be_followed_through_the_steps(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "LogisticRegression")
    result = train(spec, columns)
    dates, *rest = result.details["preprocessing"]
    assert (dates["columns"], dates["before"], dates["after"]) == ("Dates", 1, 5)
    numbers = next(s for s in rest if s["columns"] == "Numbers, parts of dates")
    kinds = [c["kind"] for c in spec.schema["columns"] if c["name"] in spec.schema["features"]]
    assert numbers["before"] == kinds.count("number") + dates["after"]
    assert sum(s["before"] for s in rest) == len(kinds) - dates["before"] + dates["after"]
    assert sum(s["after"] for s in rest) == result.details["columns_after_encoding"]


def test_nothing_chosen_changes_nothing(tmp_path: Path) -> None:
    spec, columns = make_spec(tmp_path, "y_class", "classification", "LogisticRegression")
    again = TrainingSpec.from_dict({**spec.as_dict(), "preprocessing": {}})
    assert again == spec
    plain = train(spec, columns)
    other, columns = make_spec(tmp_path, "y_class", "classification", "GaussianNB",
                               preprocessing={"components": 2})  # fmt: skip
    assert train(other, columns).split_hash == plain.split_hash
    model = plain.model
    assert [name for name, _ in model.steps] == ["preprocess", "estimator"]
    assert Preprocessing().changed == {}
    assert [setting.name for setting in SETTINGS] == list(DEFAULTS)


def test_gradient_boosting_gets_categories_and_gaps_unless_columns_are_mixed(
    tmp_path: Path,
) -> None:
    def by(**chosen: Any) -> list[str]:
        spec, columns = make_spec(tmp_path, "y_number", "regression",
                                  "HistGradientBoostingRegressor", preprocessing=chosen,
                                  parameters={"max_iter": 2})  # fmt: skip
        result = train(spec, columns)
        return [step["by"] for step in result.details["preprocessing"]]

    assert by()[1:3] == ["OrdinalEncoder", "as they are"]
    assert by(encode="one_hot")[1:3] == ["OneHotEncoder", "as they are"]
    assert by(components=2)[1:3] == ["OneHotEncoder", "SimpleImputer, StandardScaler"]
    assert by(numbers_missing="mean")[1:4] == ["OrdinalEncoder", "SimpleImputer", "SimpleImputer"]


def test_cyclic_parts_lie_next_to_each_other(tmp_path: Path) -> None:
    text = "when,x,y\n" + "".join(
        f"20{n % 20 + 10}-{n % 12 + 1:02d}-15,{n % 7}.5,{n}.5\n" for n in range(60)
    )
    chosen = {"date_parts": ["month"], "cyclic_dates": True}
    spec, columns = make_spec(tmp_path, "y", "regression", "Ridge", text, preprocessing=chosen)
    result = train(spec, columns)
    encoder = result.model[0]
    assert list(encoder.feature_names_in_) == ["when__month_sin", "when__month_cos", "x"]
    cells = {name: values for name, values in columns.items() if name != LINE}
    X = training_data(cells, result.schema)[0]
    at = X[["when__month_sin", "when__month_cos"]].to_numpy()
    np.testing.assert_allclose(np.linalg.norm(at, axis=1), 1)
    gap = np.linalg.norm(at[11] - at[12])  # December to January
    assert gap == pytest.approx(np.linalg.norm(at[0] - at[1]))


def test_bundle_of_chosen_settings_trains_and_predicts_by_itself(tmp_path: Path) -> None:
    chosen = {"date_parts": ["month", "days"], "cyclic_dates": True, "scale": "robust",
              "select": "mutual_info", "select_keep": 8, "text": "hashing",
              "text_features": 16}  # fmt: skip
    result, folder = make_bundle(tmp_path, "Ridge", "y_number", "regression", preprocessing=chosen)
    source, out = tmp_path / "table.csv", tmp_path / "out.csv"
    trained = run(folder / "train.py", str(source), "-o", str(tmp_path / "again.joblib"))
    assert trained.returncode == 0, trained.stderr
    done = run(folder / "predict.py", str(source), "-o", str(out), "--model",
               str(tmp_path / "again.joblib"))  # fmt: skip
    assert done.returncode == 0, done.stderr
    theirs = [float(line.rpartition(",")[2]) for line in out.read_text().splitlines()[1:]]
    plain = run(folder / "predict.py", str(source))
    ours = [float(line.rpartition(",")[2]) for line in plain.stdout.splitlines()[1:]]
    np.testing.assert_allclose(theirs, ours)
    assert '"preprocessing"' in (folder / "metadata.json").read_text()


@pytest.mark.parametrize(
    ("values", "name", "words"),
    [
        ({"scale": "big"}, "scale", "scale must be one of: auto, none.* big is not"),
        ({"scaling": "range"}, "scaling", "There is no setting scaling .* There are: numbers_m"),
        ({"one_hot_limit": 0}, "one_hot_limit", "a whole number from 1 to 10000; 0 is not"),
        ({"rare_below": 1.5}, "rare_below", "; 1.5 is not"),
        ({"rare_below": True}, "rare_below", "; True is not"),
        ({"date_parts": ["year", "decade"]}, "date_parts", "in brackets of: year, quarter"),
        ({"date_parts": [["year"]]}, "date_parts", "several in brackets"),
        ({"date_parts": "year"}, "date_parts", "several in brackets"),
        ({"cyclic_dates": "yes"}, "cyclic_dates", "True or False; yes is not"),
        ({"select_keep": 5}, "select_keep", "no effect unless select is f_test or mutual_info"),
        ({"numbers_fill": 3}, "numbers_fill", "no effect unless numbers_missing is constant"),
        ({"select": "model", "select_keep": 0.5}, "select_keep", "a whole number where select"),
        ({"text": {"a": 1}}, "text", "one of: words"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(values: dict[str, Any], name: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words) as refusal:
        read_preprocessing(values)
    assert list(refusal.value.fields) == [name]


def test_estimators_without_negative_numbers_refuse_what_makes_some() -> None:
    entry = get_estimator("MultinomialNB")
    assert (
        "takes no negative numbers"
        in find_misfit(Preprocessing(components=2), entry)["components"]
    )
    assert list(find_misfit(Preprocessing(scale="power"), entry)) == ["scale"]
    assert not find_misfit(Preprocessing(scale="none"), entry)
    assert not find_misfit(Preprocessing(scale="power"), get_estimator("Ridge"))


@pytest.mark.parametrize(
    ("chosen", "code"),
    [({"components": 500}, "TOO_MANY_PRINCIPAL"), ({"date_parts": ["hour"]}, "NO_COLUMNS")],
)
def test_settings_that_ask_for_too_much_of_the_data_are_told(
    chosen: dict[str, Any], code: str, tmp_path: Path
) -> None:
    text = None
    if code == "NO_COLUMNS":
        text = "when,y\n" + "".join(f"2024-01-{n % 28 + 1:02d},{n}.5\n" for n in range(40))
    target = "y" if text else "y_number"
    spec, columns = make_spec(tmp_path, target, "regression", "Ridge", text, preprocessing=chosen)
    with pytest.raises(EngineError) as refusal:
        train(spec, columns)
    assert refusal.value.code == code
    assert refusal.value.hint


def test_preprocessing_is_fitted_on_training_rows_alone(tmp_path: Path) -> None:
    chosen = {"scale": "quantile", "encode": "target", "select": "f_test", "components": 3}
    spec, columns = make_spec(tmp_path, "y_number", "regression", "Ridge", preprocessing=chosen)
    data = prepare(spec, columns, lambda _code, _message: None)
    model = make_pipeline(spec, data.X)
    for train_rows, test_rows in data.splits:
        poisoned = data.X.copy()
        for name in poisoned:
            is_text = poisoned[name].dtype == object
            poisoned.loc[poisoned.index[test_rows], name] = "poison" if is_text else 1e30
        fitted = [
            clone(model).fit(X.iloc[train_rows], data.y[train_rows]) for X in (data.X, poisoned)
        ]
        seen = data.X.iloc[train_rows]
        np.testing.assert_array_equal(*(one.predict(seen) for one in fitted))
