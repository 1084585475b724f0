"""Columns that alone tell the target so well that they may be known only afterwards."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.origins import origins_of
from tasks.engine.profile.leaks import is_leak, leak_words
from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Strength, Target, measure_strength
from tasks.engine.sentinel.absence import find_absences
from tasks.engine.sentinel.finding import Finding, as_sampled
from tasks.engine.sentinel.sums import find_sum

# Below the profile's own mark a column is suspected only where it stands alone: it tells nearly
# all, at most two others do, and the next one leaves ten times as much untold. Strong and honest
# columns come in company, as the measures of one flower do.
STRONG, ALONE, TIMES, OTHERS = 0.9, 3, 10.0, 3


def find_leaks(X: pd.DataFrame, target: Target, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a finding for each column that may be a leak, the strongest first.

    Then for columns that are empty or filled in for one class alone, those of one pattern
    together, and for columns that add up to the target.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        Some typed rows.
    target : Target
        Of the same rows.
    schema : Mapping
        What the rows are typed by.
    """
    origins, told = origins_of(schema, X), set()
    sampled = {name: as_sampled(name, X[name]) for name in X.columns}
    for name, found in _suspects(sampled, target):
        column = origins[str(name)]
        if column not in told:
            told.add(column)
            words = leak_words(column, schema["target"], found.measure, found.score)
            yield Finding("TARGET_LEAK", words, {"exclude": [column]})
    for absence, names in find_absences(sampled, target).items():
        together = dict.fromkeys(origins[str(name)] for name in names)
        if columns := [column for column in together if column not in told]:
            told.update(columns)
            words = absence.words(columns, schema["target"])
            yield Finding("TARGET_LEAK", words, {"exclude": columns})
    left = [name for name in X.columns if origins[str(name)] not in told]
    if added := find_sum(X[left], target):
        parts = list(dict.fromkeys(origins[str(name)] for name in added.parts))
        yield Finding("TARGET_LEAK", added.words(parts, schema["target"]), {"exclude": parts})


def _suspects(sampled: Mapping[Any, Sampled], target: Target) -> Iterator[tuple[Any, Strength]]:
    """Yield columns that tell the target nearly alone, and how well."""
    measured = [(_measure(column, target), name) for name, column in sampled.items()]
    measured.sort(key=lambda pair: -pair[0].strength)
    marks = np.array([found.strength for found, _name in measured])
    for place, (found, name) in enumerate(measured[:ALONE]):
        if is_leak(found.strength, found.measure, "") or _stands_alone(marks, place):
            yield name, found


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
