"""Columns that name the classes once more: one value for each, in nearly all rows."""

import numpy as np

from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Target

# An honest trait of two values may go with two classes, so it takes three to be other names.
FEWEST_CLASSES, FEWEST_ROWS = 3, 50
# So many of all rows agree, and of each class; mistakes of entering explain no more.
NEARLY_ALL, MOST_OF_EACH = 0.98, 0.8


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
    codes, names = feature.as_classes(n + 1)
    if len(names) != n:
        return False
    codes = codes[target.rows]
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
