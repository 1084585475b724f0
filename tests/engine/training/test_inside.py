"""Settings of estimators inside others, and kernels: checked, typed, built, written as source."""

import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.gaussian_process import kernels

from tasks.engine.errors import ParameterError
from tasks.engine.estimators.catalogue import get_estimator, list_estimators
from tasks.engine.estimators.parameters import (
    fit_value,
    parse_value,
    show_value,
    validate_parameters,
)
from tasks.engine.estimators.rules import find_conflict
from tasks.engine.model.export import small_schema, write_artefacts
from tasks.engine.model.verification import compare, load_skops
from tasks.engine.predicting.prediction import predict_text
from tasks.engine.preprocessing.pipelines import make_estimator, make_kernel
from tasks.engine.preprocessing.steps import FeaturePlan
from tasks.engine.spec import TrainingSpec
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.engine.training.test_every_estimator import ORIGIN


def tree(**settings: Any) -> dict[str, Any]:
    return {"name": "DecisionTreeClassifier", "parameters": settings}


def make(estimator: str, /, **parameters: Any) -> Any:
    entry = get_estimator(estimator)
    schema = {"task": entry.task, "features": [], "target": "y", "columns": []}
    spec = TrainingSpec(
        schema, estimator, "", parameters=validate_parameters(estimator, parameters), seed=7
    )
    return make_estimator(spec, entry, FeaturePlan((), (), (), (), ()))


def refusal_of(estimator: str, /, **parameters: Any) -> dict[str, str]:
    with pytest.raises(ParameterError) as refusal:
        validate_parameters(estimator, parameters)
    return dict(refusal.value.fields)


def test_what_is_inside_gets_its_settings_and_the_seed() -> None:
    made = make("BaggingClassifier", estimator=tree(max_depth=3, criterion="entropy"))
    inner = made.estimator
    assert (inner.max_depth, inner.criterion, inner.random_state) == (3, "entropy", 7)


def test_members_have_settings_and_names_of_their_own() -> None:
    near = {"name": "KNeighborsRegressor", "parameters": {"n_neighbors": 3}}
    far = {"name": "KNeighborsRegressor", "parameters": {"n_neighbors": 15}}
    made = make("StackingRegressor", estimators=[near, far, "Ridge"],
                final_estimator={"name": "Ridge", "parameters": {"alpha": 5}})  # fmt: skip
    assert [name for name, _ in made.estimators] == [
        "KNeighborsRegressor", "KNeighborsRegressor-2", "Ridge"
    ]  # fmt: skip
    assert [m.n_neighbors for _, m in made.estimators[:2]] == [3, 15]
    assert made.final_estimator.alpha == 5.0


def test_a_name_without_settings_is_stored_as_the_bare_name() -> None:
    for given in ("DecisionTreeClassifier", tree(), {"name": "DecisionTreeClassifier"}):
        assert validate_parameters("BaggingClassifier", {"estimator": given}) == {
            "estimator": "DecisionTreeClassifier"
        }


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        (tree(max_depth=-1), "estimator.max_depth", "max_depth must be a whole number from 1"),
        (tree(max_dept=3), "estimator.max_dept", "Decision tree has no parameter max_dept. It"),
        (tree(max_depth={"values": [1, 2]}), "estimator.max_depth", "must be a whole number"),
        ({"name": "LinearSVC", "parameters": {"penalty": "l1", "loss": "hinge"}},
         "estimator.loss", "needs the loss squared_hinge"),
        ({"name": "BaggingClassifier", "parameters": {"estimator": tree()}}, "estimator",
         '"BaggingClassifier" is not offered here'),
        ({"name": "<b>no</b>"}, "estimator", '"<b>no</b>" is not offered here'),
        ({"name": "x" * 5000}, "estimator", '"' + "x" * 60 + '" is not'),
        ({"name": ["LinearSVC"]}, "estimator", "one of: "),
        ({"parameters": {}}, "estimator", 'a name, or {"name"'),
        ({"name": "LinearSVC", "settings": {}}, "estimator", 'a name, or {"name"'),
        ({"name": "LinearSVC", "parameters": []}, "estimator", 'a name, or {"name"'),
        ({"name": "LinearSVC", "parameters": [1]}, "estimator", 'a name, or {"name"'),
        (["LinearSVC"], "estimator", "one of: "),
        (True, "estimator", "one of: "),
        (3, "estimator", "one of: "),
    ],
)  # fmt: skip
def test_bad_settings_are_refused_by_name(given: Any, field: str, words: str) -> None:
    problems = refusal_of("BaggingClassifier", estimator=given)
    assert list(problems) == [field]
    assert words in problems[field]
    assert len(problems[field]) < 1500


def test_of_very_many_unknown_settings_the_first_are_named() -> None:
    unknown = {f"no_{n}": 1 for n in range(20_000)}
    problems = refusal_of("BaggingClassifier", estimator=tree(**unknown))
    assert list(problems) == [f"estimator.no_{n}" for n in range(20)]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["Ridge"] * 100, "at most 20 at once; these are 100"),
        (["Ridge", "Ridge"], "has Ridge twice"),
        (["Ridge", {"name": "Ridge", "parameters": {}}], "several in brackets of"),
        (["Ridge", {"name": "Lasso", "parameters": {"alpha": -1}}], "Lasso: alpha must be"),
        (["Ridge", {"name": "Nope"}], '"Nope" is not offered here'),
        (["Ridge", "StackingRegressor"], '"StackingRegressor" is not offered here'),
        ([], "several in brackets of"),
        ("Ridge", "several in brackets of"),
        ([["Ridge"]], "several in brackets of"),
        ({"name": "Ridge"}, "several in brackets of"),
    ],
)
def test_bad_members_are_refused(given: Any, words: str) -> None:
    assert words in refusal_of("VotingRegressor", estimators=given)["estimators"]


@pytest.mark.parametrize(
    ("estimator", "name", "value", "text"),
    [
        ("BaggingClassifier", "estimator", tree(max_depth=3, criterion="gini"),
         "DecisionTreeClassifier(max_depth=3, criterion=gini)"),
        ("BaggingClassifier", "estimator",
         {"name": "MLPClassifier", "parameters": {"hidden_layer_sizes": [10, 5]}},
         "MLPClassifier(hidden_layer_sizes=(10, 5))"),
        ("VotingClassifier", "estimators",
         ["GaussianNB", tree(max_depth=None, splitter="random")],
         "(GaussianNB, DecisionTreeClassifier(max_depth=None, splitter=random))"),
        ("GaussianProcessRegressor", "kernel",
         {"name": "Matern", "parameters": {"nu": 0.5, "noise_level": 0.1}},
         "Matern(nu=0.5, noise_level=0.1)"),
        ("BaggingRegressor", "estimator",
         {"name": "GaussianProcessRegressor",
          "parameters": {"kernel": {"name": "RBF", "parameters": {"length_scale": 2.0}}}},
         "GaussianProcessRegressor(kernel=RBF(length_scale=2.0))"),
    ],
)  # fmt: skip
def test_settings_survive_the_form(estimator: str, name: str, value: Any, text: str) -> None:
    parameter = get_estimator(estimator).find_parameter(name)
    assert parameter is not None
    assert show_value(value) == text
    assert fit_value(parameter, parse_value(parameter, text)) == (value,)


@pytest.mark.parametrize(
    "text",
    ["DecisionTreeClassifier(3)", "DecisionTreeClassifier(max_depth=1, max_depth=2)",
     "DecisionTreeClassifier(max_depth=", "__import__(name=os)", "f(x=f(x=f(x=1)))", "(" * 5000,
     "DecisionTreeClassifier(=3)", "DecisionTreeClassifier)max_depth=3(", "a" + "(b=" * 3000],
)  # fmt: skip
def test_text_that_cannot_be_read_is_refused(text: str) -> None:
    parameter = get_estimator("BaggingClassifier").find_parameter("estimator")
    assert parameter is not None
    assert fit_value(parameter, parse_value(parameter, text)) is None


def test_soft_voting_looks_at_what_gives_probabilities_as_it_is_set() -> None:
    voting = get_estimator("VotingClassifier")

    def sgd(loss: str) -> list[Any]:
        return ["GaussianNB", {"name": "SGDClassifier", "parameters": {"loss": loss}}]

    assert find_conflict(voting, {"estimators": sgd("log_loss")}) is None
    conflict = find_conflict(voting, {"estimators": sgd("hinge")})
    assert conflict is not None
    assert "leave out: SGDClassifier" in conflict.message


KERNELS = [
    ({"name": "RBF", "parameters": {"length_scale": 2.5}}, kernels.RBF(2.5)),
    ({"name": "Matern", "parameters": {"nu": 0.5, "noise_level": 0.2}},
     kernels.Matern(nu=0.5) + kernels.WhiteKernel(0.2)),
    ({"name": "RationalQuadratic", "parameters": {"alpha": 0.3, "constant_value": 4.0}},
     kernels.ConstantKernel(4.0) * kernels.RationalQuadratic(alpha=0.3)),
    ({"name": "DotProduct", "parameters": {"sigma_0": 2.0, "constant_value": 3.0,
                                           "noise_level": 1.0}},
     kernels.ConstantKernel(3.0) * kernels.DotProduct(2.0) + kernels.WhiteKernel(1.0)),
]  # fmt: skip


@pytest.mark.parametrize(("value", "kernel"), KERNELS)
def test_kernels_are_those_of_scikit_learn(value: dict[str, Any], kernel: Any) -> None:
    assert make("GaussianProcessRegressor", kernel=value).kernel == kernel
    assert make_kernel("RBF", {"noise_level": None}) == kernels.RBF()


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"name": "RBF", "parameters": {"length_scale": 0}}, "kernel.length_scale",
         "a number from 1e-05 to 100000"),
        ({"name": "RBF", "parameters": {"length_scale": [1, 2]}}, "kernel.length_scale", "number"),
        ({"name": "RBF", "parameters": {"length_scale": float("nan")}}, "kernel.length_scale",
         "number"),
        ({"name": "Matern", "parameters": {"nu": -1}}, "kernel.nu", "above 0 and up to 10"),
        ({"name": "RBF", "parameters": {"nu": 1}}, "kernel.nu", "has no parameter nu"),
        ({"name": "Product"}, "kernel", "one of: RBF, Matern"),
        ("WhiteKernel", "kernel", '"WhiteKernel" is not offered here'),
        ("1.0 * RBF(1.0)", "kernel", "is not offered here"),
    ],
)  # fmt: skip
def test_bad_kernels_are_refused(given: Any, field: str, words: str) -> None:
    assert words in refusal_of("GaussianProcessClassifier", kernel=given)[field]


@pytest.mark.sampled(3)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("estimator", "parameters"),
    [
        ("BaggingClassifier", {"estimator": tree(max_depth=2), "n_estimators": 5}),
        ("VotingRegressor", {"estimators": [
            {"name": "KNeighborsRegressor", "parameters": {"n_neighbors": 3}},
            {"name": "KNeighborsRegressor", "parameters": {"n_neighbors": 9}}]}),
        ("GaussianProcessClassifier", {"kernel": KERNELS[0][0]}),
        *(("GaussianProcessRegressor", {"kernel": value}) for value, _ in KERNELS),
    ],
)  # fmt: skip
def test_trains_exports_and_is_written_as_source(
    estimator: str, parameters: dict[str, Any], tmp_path: Path
) -> None:
    task = get_estimator(estimator).task
    target = "y_class" if task == "classification" else "y_number"
    spec, columns = make_spec(tmp_path, target, task, estimator,
                              parameters=validate_parameters(estimator, parameters))  # fmt: skip
    result = train(spec, columns)
    paths = write_artefacts(result, spec, columns, ORIGIN, tmp_path)
    check = json.loads(paths["check"].read_text())
    text = pd.DataFrame(check["rows"], columns=check["columns"], dtype=object)
    schema = small_schema(result.schema)
    for name, model in (
        ("joblib", joblib.load(paths["joblib"])),
        ("skops", load_skops(paths["skops"])),
    ):
        compare(check["answer"], predict_text(model, schema, text).as_columns(), name)

    from tasks.engine.model.source import source_of

    imports, expression = source_of(result.model)
    scope: dict[str, Any] = {}
    exec(f"{imports}\nmodel = {expression}", scope)  # noqa: S102 - our own source
    assert repr(scope["model"][-1].get_params()) == repr(result.model[-1].get_params())


def test_each_of_those_inside_may_be_set(tmp_path: Path) -> None:
    """What the catalogue offers inside can be found, and its own defaults are taken there."""
    for entry in list_estimators():
        for parameter in entry.parameters:
            if not {"estimator", "estimators"} & set(parameter.kinds):
                continue
            for name in parameter.choices:
                inner = get_estimator(name)
                defaults = {p.name: p.default for p in inner.parameters}
                value: Any = {"name": name, "parameters": json.loads(json.dumps(defaults))}
                value = [value] if "estimators" in parameter.kinds else value
                assert fit_value(parameter, value) is not None, (entry.id, name)
                assert np.all(inner.task == entry.task)
