"""How columns of numbers relate to each other, as the page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.filters import MINUS

PAIRS_SHOWN = 10
LEVELS = 5
# Where a correlation begins to be called so; common words, no law.
WORDS = (
    (0.9, "very strong"),
    (0.7, "strong"),
    (0.4, "moderate"),
    (0.2, "weak"),
    (0.0, "hardly any"),
)


@dataclass(frozen=True)
class Correlations:
    """The correlation of columns as a table of levels, and the strongest pairs.

    Parameters
    ----------
    names : sequence of str
        The columns.
    rows : sequence of sequence
        For each column, of each other: the value with two decimals or None, and its level,
        -5 to 5.
    pairs : sequence of tuple
        The strongest ones: two names, the value, and a word for it.
    of : int
        How many columns of numbers there are; only the first of them are compared.
    """

    names: Sequence[str]
    rows: Sequence[Sequence[tuple[str | None, int]]]
    pairs: Sequence[tuple[str, str, float, str]]
    of: int


def view_correlations(
    summary: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]
) -> Correlations | None:
    """Return the correlations that a profile of these columns holds; None where it holds none."""
    given = summary.get("correlations") or {}
    names, values = given.get("columns") or [], given.get("values") or []
    if len(names) < 2:
        return None
    rows = [[(_shown(value), round((value or 0) * LEVELS)) for value in row] for row in values]
    pairs = [
        (names[a], names[b], values[a][b])
        for a in range(len(names))
        for b in range(a + 1, len(names))
        if values[a][b] is not None
    ]
    pairs.sort(key=lambda pair: -abs(pair[2]))
    worded = [(a, b, value, _word(value)) for a, b, value in pairs[:PAIRS_SHOWN]]
    numbers = [c for c in columns if c["kind"] == "number" and c.get("distinct", 0) > 1]
    return Correlations(names, rows, worded, max(len(numbers), len(names)))


def _shown(value: float | None) -> str | None:
    """Return a correlation as all of a table are written, which are read against each other."""
    return None if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", MINUS)


def _word(value: float) -> str:
    return next(word for least, word in WORDS if abs(value) >= least)
