"""What parameters take together: the rules say what scikit-learn would say while it fits."""

import itertools
from typing import Any

import numpy as np
import pytest

from tasks.engine.estimators.catalogue import get_estimator, list_estimators
from tasks.engine.estimators.rules import find_conflict
from tasks.engine.preprocessing.pipelines import make_estimator
from tasks.engine.preprocessing.steps import FeaturePlan
from tasks.engine.spec import TrainingSpec

RULED = [entry.id for entry in list_estimators() if entry.rules]
FAST = {"n_estimators": 5, "max_iter": 50}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = {
    "classification": np.where(X[:, 0] + 0.3 * RNG.normal(size=60) > 0, "p", "q"),
    "regression": np.abs(2 * X[:, 0] + X[:, 1]) + 0.1,
}


def fits(estimator: str, values: dict[str, Any]) -> bool:
    entry = get_estimator(estimator)
    known = {parameter.name for parameter in entry.parameters}
    fast = {name: value for name, value in FAST.items() if name in known}
    schema = {"task": entry.task, "features": [], "target": "y", "columns": []}
    spec = TrainingSpec(schema, estimator, "", parameters={**fast, **values})
    try:
        made = make_estimator(spec, entry, FeaturePlan((), (), (), (), ()))
        made.fit(X, Y[entry.task]).predict(X)
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return False
    return True


def values_of(estimator: str, name: str, named: set[Any]) -> list[Any]:
    parameter = get_estimator(estimator).find_parameter(name)
    assert parameter is not None
    if "estimators" in parameter.kinds:
        sure = {"name": "SGDClassifier", "parameters": {"loss": "log_loss"}}
        unsure = {"name": "SGDClassifier", "parameters": {"loss": "hinge"}}
        others = ("LinearSVC", "LogisticRegression", "SGDClassifier", sure, unsure)
        return [["GaussianNB", other] for other in others]
    if "estimator" in parameter.kinds:
        return [None, "LinearRegression", "Ridge"]
    found = [*parameter.choices, *([True, False] if "bool" in parameter.kinds else [])]
    found += [None] if "none" in parameter.kinds else []
    found += [v for v in named if isinstance(v, int | float) and not isinstance(v, bool)]
    return [*found, *([0.5] if "float" in parameter.kinds else [])]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("estimator", RULED)
def test_rules_refuse_what_scikit_learn_refuses_and_no_more(estimator: str) -> None:
    entry = get_estimator(estimator)
    for rule in entry.rules:
        named = {**rule["when"], **rule["then"]}
        tried = [
            values_of(estimator, n, {x for x in v if not isinstance(x, dict)})
            for n, v in named.items()
        ]
        seen = set()
        for combination in itertools.product(*tried):
            values = dict(zip(named, combination, strict=True))
            conflict = find_conflict(entry, values)
            assert (conflict is None) == fits(estimator, values), (values, conflict)
            seen.add(conflict is None)
        assert seen == {True, False}, rule


@pytest.mark.parametrize("estimator", [entry.id for entry in list_estimators()])
def test_defaults_break_no_rule(estimator: str) -> None:
    assert find_conflict(get_estimator(estimator), {}) is None
