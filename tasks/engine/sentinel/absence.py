"""Columns that have something to say of one class only: filled in once that came out."""

import numpy as np

from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Target

FEWEST_ROWS = 10  # of the class, and of all others
NEARLY_ALL = 0.98


def tells_a_class(feature: Sampled, target: Target) -> str | None:
    """Return the class of several that a column is there for, or lacks, alone; None where none.

    A column is not there where it has no value or, of three and more categories, the most frequent
    one. Of two classes such a column tells both, which `measure_strength` sees.

    Parameters
    ----------
    feature : Sampled
        A column of the features.
    target : Target
        Of the same rows.
    """
    if target.classes is None or len(target.classes) < 3:
        return None
    there = feature.known[target.rows]
    if there.all() and not feature.is_number:
        counts = np.bincount(feature.values)
        if np.count_nonzero(counts) < 3:
            return None
        there = feature.values[target.rows] != counts.argmax()
    sizes = np.bincount(target.values, minlength=len(target.classes))
    inside = np.bincount(target.values, there, len(target.classes))
    for code, label in enumerate(target.classes):
        others = len(there) - sizes[code]
        if min(sizes[code], others) < FEWEST_ROWS:
            continue
        share = inside[code] / sizes[code]
        elsewhere = (there.sum() - inside[code]) / others
        if max(share, elsewhere) >= NEARLY_ALL and min(share, elsewhere) <= 1 - NEARLY_ALL:
            return label
    return None


def words_of_class(label: str, target_name: str, column: str) -> str:
    """Return what is told of such a column."""
    return (
        f'Whether "{column}" is filled in tells almost surely whether "{target_name}" is '
        f'"{label}". If that is known only afterwards, leave it out'
    )
