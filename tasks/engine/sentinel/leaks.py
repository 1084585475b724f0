"""Columns that alone tell the target so well that they may be known only afterwards."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.origins import origins_of
from tasks.engine.profile.leaks import is_leak, leak_words
from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Strength, Target, measure_strength
from tasks.engine.sentinel.finding import Finding, as_sampled

# Below the profile's own mark a column is suspected only where it stands alone: it tells nearly
# all, at most two others do, and the next one leaves ten times as much untold. Strong and honest
# columns come in company, as the measures of one flower do.
STRONG, ALONE, TIMES, OTHERS = 0.9, 3, 10.0, 3


def find_leaks(X: pd.DataFrame, target: Target, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a finding for each column that may be a leak, the strongest first.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        Some typed rows.
    target : Target
        Of the same rows.
    schema : Mapping
        What the rows are typed by.
    """
    origins = origins_of(schema, X)
    measured = [(_measure(as_sampled(name, X[name]), target), name) for name in X.columns]
    measured.sort(key=lambda pair: -pair[0].strength)
    marks = np.array([found.strength for found, _name in measured])
    for place, (found, name) in enumerate(measured[:ALONE]):
        if is_leak(found.strength, found.measure, "") or _stands_alone(marks, place):
            yield _leak(found, origins[str(name)], schema["target"])


def _measure(feature: Sampled, target: Target) -> Strength:
    """Measure a column; a target of numbers by its ranks too, so that no long tail hides it."""
    found = measure_strength(feature, target)
    if target.classes:
        return found
    ranks = np.argsort(np.argsort(target.values, kind="stable")).astype(float)
    ranked = measure_strength(feature, Target(target.rows, ranks, None))
    return max(found, ranked, key=lambda one: one.strength)


def _stands_alone(marks: np.ndarray, place: int) -> bool:
    strong = int((marks >= STRONG).sum())
    rest = marks[strong:]
    if not place < strong <= ALONE or len(rest) < OTHERS:
        return False
    return bool(1 - rest[0] >= TIMES * (1 - marks[0]))


def _leak(found: Strength, column: str, target_name: str) -> Finding:
    words = leak_words(column, target_name, found.measure, found.score)
    return Finding("TARGET_LEAK", words, {"exclude": [column]})
