"""Time in the rows: the target follows a date, or the first rows differ from the last."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.preprocessing.origins import origins_of
from tasks.engine.profile.strengths import Target, measure_strength
from tasks.engine.sentinel.finding import Finding, as_sampled

SHUFFLED = frozenset({"kfold", "stratified", "holdout"})
# How well the date alone tells the target: less is no trend.
FOLLOWS = {"AUC": 0.2, "R2": 0.1}
# Kolmogorov and Smirnov's distance of the first from the last third, of a feature and the target.
DRIFT, SORTED, ENOUGH_ROWS, ENDS = 0.3, 0.1, 200, 0.3
# A column of few values, or one that the file is sorted by, tells of the sorting alone.
FEW_VALUES, RISING = 10, 0.95
DAYS = "__days"


def find_time(
    X: pd.DataFrame, target: Target, schema: dict[str, Any], leaking: Collection[str]
) -> Iterator[Finding]:
    """Yield a finding for the date that the target follows most.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        Some typed rows.
    target : Target
        Of the same rows.
    schema : dict
        What they are typed by.
    leaking : collection of str
        Columns that are not looked at.
    """
    dates = [
        column["name"]
        for column in schema["columns"]
        if column["kind"] == "date" and column["name"] not in leaking
    ]
    found = [
        (measure_strength(as_sampled(name, X[name + DAYS]), target), name)
        for name in dates
        if name + DAYS in X
    ]
    found = [pair for pair in found if pair[0].strength >= FOLLOWS[pair[0].measure]]
    if not found:
        return
    strength, name = max(found, key=lambda pair: pair[0].strength)
    shown = f"{'ROC AUC' if strength.measure == 'AUC' else strength.measure} {strength.score:.2f}"
    yield Finding(
        "TIME_ORDER",
        f'"{schema["target"]}" changes with "{name}" ({shown} from it alone), and shuffled folds '
        "let a model learn from rows that come later. To tell the future, validate in its order",
        {"validation": {"scheme": "time", "time_column": name}},
    )


def find_drift(X: pd.DataFrame, y: np.ndarray, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a finding when a feature differs between the first and the last rows of the file.

    Files that are sorted by their target have no drift: their features follow it.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        Some typed rows, in the order of the file.
    y : ndarray of shape (n_rows,)
        Their target.
    schema : Mapping
        What they are typed by.
    """
    n = int(len(y) * ENDS)
    if len(y) < ENOUGH_ROWS or _distance(pd.Series(y), n) > SORTED:
        return
    names = [name for name in X.columns if X[name].dtype != object and _may_drift(X[name])]
    distances = {str(name): _distance(X[name], n) for name in names}
    name = max(distances, key=lambda one: distances[one], default=None)
    if name is None or distances[name] < DRIFT:
        return
    column = origins_of(schema, X)[name]
    yield Finding(
        "DRIFT",
        f'"{column}" differs between the first and the last rows of the file (distance '
        f"{distances[name]:.2f} of their distributions). If rows stand in the order of time, "
        "validate in that order",
        {"validation": {"scheme": "time", "time_column": None}},
    )


def _may_drift(values: "pd.Series[Any]") -> bool:
    known = values.dropna().to_numpy()
    if len(np.unique(known)) <= FEW_VALUES:
        return False
    steps = np.diff(known)
    return bool(max(np.mean(steps >= 0), np.mean(steps <= 0)) < RISING)


def _distance(values: "pd.Series[Any]", n: int) -> float:
    """Return Kolmogorov and Smirnov's statistic of the first against the last values."""
    codes = pd.factorize(values, sort=True, use_na_sentinel=True)[0]
    first, last = (np.sort(part[part >= 0]) for part in (codes[:n], codes[-n:]))
    if not len(first) or not len(last):
        return 0.0
    places = np.arange(codes.max() + 1)
    shares = [np.searchsorted(part, places, "right") / len(part) for part in (first, last)]
    return float(np.abs(shares[0] - shares[1]).max())
