"""Thousands of columns are looked through at once, and nothing that tells the target is missed."""

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Target
from tasks.engine.sentinel.finding import as_sampled, as_target
from tasks.engine.sentinel.leaks import MANY, find_leaks, measure
from tasks.engine.sentinel.many import may_tell

PATIENCE_S = 3  # measured one by one they took longer


def schema_of(X: pd.DataFrame) -> dict[str, Any]:
    columns = [{"name": name, "kind": "number"} for name in X.columns]
    return {"columns": columns, "features": list(X.columns), "target": "y"}


def target_of(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    if kind == "numbers":
        return rng.normal(50, 10, n)
    labels = [f"k{code}" for code in range(2 if kind == "two classes" else 6)]
    return np.array(rng.choice(labels, n), dtype=object)


def numbers_of(y: np.ndarray) -> np.ndarray:
    return y if y.dtype.kind == "f" else pd.factorize(y, sort=True)[0].astype(float)


def columns_of(y: np.ndarray, rng: np.random.Generator) -> list[Sampled]:
    """Return columns that tell the target from not at all to perfectly, in several ways."""
    y = numbers_of(y)
    centred, found = (y - y.mean()) / y.std(), []
    for n, spread in enumerate(np.geomspace(0.001, 30, 60)):
        values = centred + rng.normal(0, spread, len(y))
        values = (values, np.exp(values), values.round(), np.abs(values), -values)[n % 5]
        if n % 7 == 3:
            values[rng.random(len(y)) < 0.2] = np.nan
        found.append(as_sampled(str(n), pd.Series(values)))
    few = pd.Series(pd.qcut(centred + rng.normal(0, 0.1, len(y)), 5, duplicates="drop"))
    return [*found, as_sampled("few", few.astype(str).astype(object))]


@pytest.mark.parametrize("kind", ["numbers", "two classes", "six classes"])
@pytest.mark.parametrize("n", [20, 64, 300])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_strong_is_among_those_that_are_measured(kind: str, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = target_of(kind, n, rng)
    target = as_target(y, "regression" if kind == "numbers" else "classification")
    assert isinstance(target, Target)
    columns = columns_of(y, rng)
    strengths = np.array([measure(column, target).strength for column in columns])
    for least in (0.3, 0.9, 0.97):
        may = may_tell(columns, target, least)
        assert may[strengths >= least].all()
        assert may.sum() < len(columns)


@pytest.mark.parametrize("kind", ["numbers", "two classes", "six classes"])
def test_a_copy_among_many_is_told_alone(kind: str) -> None:
    rng = np.random.default_rng(1)
    y = target_of(kind, 64, rng)
    target = as_target(y, "regression" if kind == "numbers" else "classification")
    assert isinstance(target, Target)
    X = pd.DataFrame(rng.normal(size=(64, MANY + 50))).add_prefix("g")
    schema = schema_of(X)
    assert list(find_leaks(X, target, schema)) == []
    X["g7"] = numbers_of(y) * 3
    assert [found.change for found in find_leaks(X, target, schema)] == [{"exclude": ["g7"]}]


def test_looking_at_thousands_of_columns_takes_little() -> None:
    rng = np.random.default_rng(2)
    y = np.array([f"k{n % 14}" for n in range(64)], dtype=object)
    target = as_target(y, "classification")
    assert isinstance(target, Target)
    X = pd.DataFrame(rng.normal(size=(64, 8000))).add_prefix("g")
    schema = schema_of(X)
    began = time.process_time()
    assert list(find_leaks(X, target, schema)) == []
    assert time.process_time() - began < PATIENCE_S
