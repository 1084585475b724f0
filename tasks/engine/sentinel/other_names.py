"""Columns that name the classes once more: one value for each, in nearly all rows."""

import numpy as np

from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Target

# An honest trait of two values may go with two classes, so it takes three to be other names.
FEWEST_CLASSES, FEWEST_ROWS = 3, 50
# So many of all rows agree, and of each class; mistakes of entering explain no more.
NEARLY_ALL, MOST_OF_EACH = 0.97, 0.8
# How far clusters lie apart, by their greatest spread: measures of several kinds hardly do.
CLEAR = 2.0


def names_classes(feature: Sampled, target: Target) -> bool:
    """Tell whether a column has a value of its own for each of several classes.

    Such a column is a copy of the target with mistakes, however well other columns tell it.

    Parameters
    ----------
    feature : Sampled
        The column.
    target : Target
        Of the same table.

    Examples
    --------
    >>> y = np.arange(60) % 3
    >>> coded = Sampled("code", "number", np.array([7.0, 8.0, 9.0])[y], [])
    >>> names_classes(coded, Target(np.arange(60), y, ["low", "mid", "high"]))
    True
    """
    n = len(target.classes or ())
    if n < FEWEST_CLASSES or len(target.values) < FEWEST_ROWS:
        return False
    codes = _codes(feature, target, n)
    if codes is None:
        return False
    known = codes >= 0
    met = np.zeros((n, n), int)
    np.add.at(met, (codes[known], target.values[known].astype(int)), 1)
    own = met.argmax(axis=1)
    agreed, sizes = met.max(axis=1), np.bincount(target.values.astype(int), minlength=n)
    return bool(
        len(set(own.tolist())) == n
        and agreed.sum() >= NEARLY_ALL * len(target.values)
        and (agreed >= MOST_OF_EACH * sizes[own]).all()
    )


def _codes(feature: Sampled, target: Target, n: int) -> np.ndarray | None:
    """Return the codes of n values, or of n clusters: numbers of classes with noise have gaps."""
    codes, names = feature.as_classes(n + 1)
    if len(names) == n:
        return np.asarray(codes[target.rows])
    values = feature.values[target.rows]
    known = feature.known[target.rows]
    if not feature.is_number or known.sum() < NEARLY_ALL * len(values):
        return None
    found = np.unique(values[known])
    if len(found) <= n:
        return None
    gaps = np.diff(found)
    widest = np.sort(np.argsort(gaps)[-(n - 1) :])
    clusters = np.searchsorted((found[widest] + found[widest + 1]) / 2, values)
    spreads = [values[known & (clusters == code)].std() for code in range(n)]
    if gaps[widest].min() < CLEAR * max(spreads):
        return None
    return np.where(known, clusters, -1)
