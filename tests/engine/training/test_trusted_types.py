"""What models of a few columns of numbers hold is named in our own list, whatever was chosen."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io

from tasks.engine.estimators.catalogue import Estimator, get_estimator, list_estimators
from tasks.engine.model.verification import load_skops
from tasks.engine.preprocessing.pipelines import make_estimator
from tasks.engine.preprocessing.steps import FeaturePlan
from tasks.engine.spec import TrainingSpec

RNG = np.random.default_rng(0)
X = np.abs(RNG.normal(size=(90, 4)))
THREE = np.array(["a", "b", "c"])[(X[:, 0] > 0.5).astype(int) + (X[:, 1] > 0.8)]
TARGETS = {"classification": (THREE, np.where(X[:, 0] > 0.6, "a", "b")),
           "regression": (X[:, 0] + X[:, 1] + 0.1,)}  # fmt: skip
NEIGHBOURS = ("KNeighborsClassifier", "KNeighborsRegressor", "RadiusNeighborsClassifier")
# What these few columns cannot be learned by: it would use more of them than there are.
WITHOUT_MODEL = {"OrthogonalMatchingPursuitCV"}
# Distances that a tree does not take.
OF_NO_TREE = {"correlation", "cosine", "nan_euclidean", "sqeuclidean"}
REFUSED = {"ball_tree": OF_NO_TREE, "kd_tree": OF_NO_TREE | {"braycurtis", "canberra"},
           "brute": set()}  # fmt: skip
SMALL = {"n_estimators": 3, "max_iter": 5, "iterations": 3}


def choices_of(entry: Estimator) -> Iterator[dict[str, Any]]:
    """Yield each choice of each parameter, the others as they are."""
    yield {}
    for parameter in entry.parameters:
        yield from ({parameter.name: choice} for choice in parameter.choices)
        if "bool" in parameter.kinds:
            yield {parameter.name: not parameter.default}


def fit(entry: Estimator, chosen: dict[str, Any]) -> Any:
    """Return a fitted estimator; None where it does not take what was chosen."""
    schema = {"task": entry.task, "features": [], "target": "y", "columns": []}
    small = {name: n for name, n in SMALL.items() if entry.find_parameter(name)}
    spec = TrainingSpec(schema, entry.id, "", parameters=small | chosen, seed=3)
    for y in TARGETS[entry.task]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made = make_estimator(spec, entry, FeaturePlan((), (), (), (), ()))
                return made.fit(X, y)
        except Exception:  # noqa: S112 - what it takes is tested elsewhere
            continue
    return None


def check(model: Any, folder: Path) -> None:
    """Write a model, read it as a download is checked, and ask both.

    Arrays that are read may begin elsewhere in memory, and sums of products then end differently
    in the last bit.
    """
    path = folder / "model.skops"
    skops.io.dump(model, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told, expected = load_skops(path).predict(X), model.predict(X)
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(told, expected, rtol=1e-12, atol=1e-12)
    else:
        assert np.array_equal(told, expected)


@pytest.mark.parametrize("estimator", [entry.id for entry in list_estimators()])
def test_defaults(estimator: str, tmp_path: Path) -> None:
    model = fit(get_estimator(estimator), {})
    assert (model is None) == (estimator in WITHOUT_MODEL)
    if model is not None:
        check(model, tmp_path)


@pytest.mark.parametrize("algorithm", ["ball_tree", "kd_tree", "brute"])
@pytest.mark.parametrize("estimator", NEIGHBOURS)
def test_neighbours_by_every_distance(estimator: str, algorithm: str, tmp_path: Path) -> None:
    entry = get_estimator(estimator)
    metric = entry.find_parameter("metric")
    assert metric is not None
    refused = set()
    for distance in metric.choices:
        for p in (1, 2, 3) if distance == "minkowski" else (2,):
            model = fit(entry, {"algorithm": algorithm, "metric": distance, "p": p})
            if model is None:
                refused.add(distance)
            else:
                check(model, tmp_path)
    assert refused == REFUSED[algorithm]


@pytest.mark.long
@pytest.mark.timeout(900)  # stacking takes each choice of what it is made of
@pytest.mark.parametrize("estimator", [entry.id for entry in list_estimators()])
def test_every_choice(estimator: str, tmp_path: Path) -> None:
    entry = get_estimator(estimator)
    fitted = [model for chosen in choices_of(entry) if (model := fit(entry, chosen)) is not None]
    assert bool(fitted) != (estimator in WITHOUT_MODEL)
    for model in fitted:
        check(model, tmp_path)
