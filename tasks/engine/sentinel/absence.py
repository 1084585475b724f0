"""Columns that are empty, or filled in, for one class of several alone: maybe afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Target

FEWEST_ROWS, LEAST_SHARE = 10, 0.05  # of the class, and of all others
# A rarer class alone has the column filled in, without exception. That it is empty there may be in
# the nature of the class, such as a plant without leaves; so may anything of fewer rows be.
NEARLY_ALL = 0.98
# A number of few values is a trait, such as how many legs there are.
FEWEST_AMOUNTS = 20
# Words that say that a cell has nothing to say; beside "yes" they are an answer.
NOTHING = frozenset({"none", "no", "n/a", "nothing", "-"})
YES = frozenset({"yes", "y", "true"})
NAMED = 3


@dataclass(frozen=True)
class Absence:
    """A class, and whether columns are empty there alone or are filled in there alone."""

    label: str
    is_empty: bool
    nothing: str = ""  # what else counts as empty, as it is told

    def words(self, columns: Sequence[str], target_name: str) -> str:
        """Return what is told of such columns, by their names in the table."""
        names = [f'"{name}"' for name in columns]
        if len(names) > NAMED:
            names[NAMED - 1 :] = [f"{len(names) - NAMED + 1} more columns"]
        *first, last = names
        listed = f"{', '.join(first)} and {last} are" if first else f"{last} is"
        return (
            f"{listed} {'empty' if self.is_empty else 'filled in'}{self.nothing} for nearly all "
            f'rows where "{target_name}" is "{self.label}", and for hardly any other. '
            f"Known only afterwards? Then leave {'them' if first else 'it'} out"
        )


def find_absences(columns: Mapping[Any, Sampled], target: Target) -> dict[Absence, list[Any]]:
    """Find the columns that are empty, or filled in, for one class of several alone.

    Of two classes such a column tells both, which `measure_strength` sees.

    Parameters
    ----------
    columns : Mapping of name to Sampled
        The features.
    target : Target
        Of the same rows.

    Returns
    -------
    dict of Absence to list of names
        Columns with the same pattern together: they were collected together.
    """
    found: dict[Absence, list[Any]] = {}
    for name, column in columns.items():
        if (absence := _absence(column, target)) is not None:
            found.setdefault(absence, []).append(name)
    return found


def _absence(feature: Sampled, target: Target) -> Absence | None:
    if target.classes is None or len(target.classes) < 3:
        return None
    nothing = _words_for_nothing(feature)
    empty = np.array([label in nothing for label in feature.labels] + [True])  # -1: missing
    there = feature.known if feature.is_number else ~empty[feature.values]
    there = there[target.rows]
    amount = _amount(feature, target)
    if amount is not None:
        there = amount
    sizes = np.bincount(target.values, minlength=len(target.classes))
    inside = np.bincount(target.values, there, len(target.classes))
    for code, label in enumerate(target.classes):
        others = len(there) - sizes[code]
        smaller = min(sizes[code], others)
        if smaller < FEWEST_ROWS:
            continue
        is_rare = smaller < LEAST_SHARE * len(there)
        most = 1.0 if is_rare else NEARLY_ALL
        share = inside[code] / sizes[code]
        elsewhere = (there.sum() - inside[code]) / others
        if is_rare and share < elsewhere:
            continue
        if max(share, elsewhere) >= most and min(share, elsewhere) <= 1 - most:
            told = "".join(f' or "{word}"' for word in nothing)
            if share < elsewhere:  # that it is 0 for one class may be in its nature
                return Absence(label, True, told) if amount is None else None
            return Absence(label, False, " and not 0" if amount is not None else "")
    return None


def _amount(feature: Sampled, target: Target) -> np.ndarray | None:
    """Return where an amount is not 0, such as what was paid back; None of other columns."""
    values = feature.values[target.rows]
    if not feature.is_number or not np.isfinite(values).all() or not (values == 0).any():
        return None
    return values != 0 if len(np.unique(values)) >= FEWEST_AMOUNTS else None


def _words_for_nothing(feature: Sampled) -> list[Any]:
    """Return the labels that say that a cell is empty; of two categories both are values."""
    plain = [str(label).strip().lower() for label in feature.labels]
    if len(plain) < 3 or YES & set(plain):
        return []
    return [label for label, word in zip(feature.labels, plain, strict=True) if word in NOTHING]
