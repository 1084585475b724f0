"""Columns of two values that mark one class each: the target once more, spread over columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Target

# An honest trait marks one class or two of several, as milk and feathers do; not nearly all.
FEWEST_CLASSES, FEWEST_ROWS = 3, 30
NEARLY_ALL, MOST_OF_EACH = 0.99, 0.9  # of all rows, and of the class


@dataclass(frozen=True)
class Marks:
    """How many classes are marked, of how many."""

    n_marked: int
    n_classes: int

    def words(self, columns: Sequence[str], target_name: str) -> str:
        """Return what is told of such columns."""
        *first, last = (f'"{name}"' for name in columns)
        return (
            f'{", ".join(first)} and {last} each mark one class of "{target_name}", '
            f"{self.n_marked} of {self.n_classes} in all: together they are the target once more. "
            "If they are known only afterwards, leave them out"
        )


def find_marks(columns: Mapping[Any, Sampled], target: Target) -> dict[Marks, list[Any]]:
    """Find columns of two values that together mark all classes, or of four and more all but one.

    Parameters
    ----------
    columns : Mapping of name to Sampled
        The features.
    target : Target
        Of the same rows; of two classes one column does it, which `measure` sees.

    Returns
    -------
    dict of Marks to list of names
        One entry at most.
    """
    n = len(target.classes or ())
    if n < FEWEST_CLASSES or len(target.values) < FEWEST_ROWS:
        return {}
    y = target.values.astype(int)
    sizes = np.bincount(y, minlength=n)
    marked: dict[Any, int] = {}
    for name, column in columns.items():
        if (code := _marked(column, target, y, sizes)) is not None:
            marked[name] = code
    n_marked = len(set(marked.values()))
    needed = n if n == FEWEST_CLASSES else n - 1  # as wings and fins mark birds and fish
    return {Marks(n_marked, n): list(marked)} if n_marked >= needed else {}


def _marked(feature: Sampled, target: Target, y: np.ndarray, sizes: np.ndarray) -> int | None:
    """Return the class that a column of two values marks."""
    values = feature.values[target.rows]
    known = feature.known[target.rows]
    found = np.unique(values[known][: 10 * FEWEST_ROWS])
    if len(found) > 2 or known.sum() < NEARLY_ALL * len(y):
        return None
    found = np.unique(values[known])
    if len(found) != 2:
        return None
    is_one = known & (values == found[1])
    for inside in (is_one, known & ~is_one):
        met = np.bincount(y[inside], minlength=len(sizes))
        code = int(met.argmax())
        wrong = inside.sum() - met[code] + sizes[code] - met[code]
        is_right = wrong <= (1 - NEARLY_ALL) * len(y)
        if is_right and met[code] >= MOST_OF_EACH * sizes[code]:
            return code
    return None
