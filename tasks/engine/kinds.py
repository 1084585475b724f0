"""What a column is: number, category, text, date, boolean, identifier or constant.

Decided from all of its values, and with care: what is in doubt stays text or category.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.coercion import dates, number_of

BOOLEANS = (("yes", "no"), ("true", "false"), ("y", "n"), ("t", "f"), ("1", "0"), ("on", "off"))
DATE_FORMATS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "ISO8601",
    "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d-%b-%Y",
    "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
SWAPPED = {"%d/%m": "%m/%d", "%d-%m-": "%m-%d-"}
LOOKS_LIKE_DATE = re.compile(r"\d{1,4}[-/. ][\dA-Za-z]{1,9}[-/., ]+\d{2,4}.*|[A-Za-z]{3,9} \d.*")
LEADING_ZERO = re.compile(r"[+-]?0\d+")
LONG_INTEGER = re.compile(r"[+-]?\d{16,}")
ID_NAME = re.compile(
    r"(^|.*[_\- ])(id|uuid|guid|key|index|rownum|row)$|.*[a-z]I[dD]$", re.IGNORECASE
)


@dataclass(frozen=True)
class Column:
    """One column, reduced to its distinct values with their counts, the most frequent first."""

    name: str
    n_rows: int
    cells: pa.ChunkedArray  # trimmed
    values: list[str]
    counts: np.ndarray
    decimal: str

    @property
    def n_present(self) -> int:
        """How many cells are not missing."""
        return int(self.counts.sum())

    @property
    def is_all_different(self) -> bool:
        """Whether no value stands twice."""
        return len(self.values) == self.n_present

    def position_of(self, values: list[str]) -> int:
        """Return the first row, from 0, that holds one of the values."""
        return int(pc.index(pc.is_in(self.cells, pa.array(values)), True).as_py())


def find_kind(column: Column) -> tuple[str, dict[str, Any]]:
    """Decide what a column is, from all of its values; doubt makes it text or category."""
    if len(column.values) <= 1:
        return "constant", {}
    boolean = _boolean(column.values)
    if boolean:
        return "boolean", {"true": boolean[0], "false": boolean[1]}
    codes = any(LEADING_ZERO.fullmatch(v) or LONG_INTEGER.fullmatch(v) for v in column.values)
    numeric = [v for v in column.values if np.isfinite(number_of(v, column.decimal))]
    if len(numeric) == len(column.values) and not codes:
        return ("identifier" if _is_numbered(column) else "number"), {}
    date_format, ambiguous = find_date_format(column.values)
    if date_format:
        return "date", {"format": date_format}
    if _is_identifier(column):
        return "identifier", {}
    kind = "text" if _is_text(column) else "category"
    return kind, {"ambiguous": True} if ambiguous else {}


def _boolean(values: list[str]) -> tuple[str, str] | None:
    if len(values) != 2:
        return None
    by_word = {value.lower(): value for value in values}
    for true, false in BOOLEANS:
        if set(by_word) == {true, false}:
            return by_word[true], by_word[false]
    return None


def _is_numbered(column: Column) -> bool:
    """Tell whether whole numbers, all different, only number the rows.

    By the column's name, or because they are 1, 2, 3 and so on without a gap.
    """
    if not column.is_all_different or not all(v.isdigit() for v in column.values):
        return False
    numbers = {int(v) for v in column.values}
    no_gap = len(numbers) >= 20 and max(numbers) - min(numbers) == len(numbers) - 1
    return no_gap or bool(ID_NAME.match(column.name))


def _is_identifier(column: Column) -> bool:
    if not column.is_all_different or len(column.values) < 20:
        return False
    if ID_NAME.match(column.name):
        return True
    shapes = {re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "0", v)) for v in column.values[:1000]}
    return len(shapes) <= 3 and not any(" " in shape for shape in shapes)


def _is_text(column: Column) -> bool:
    """Tell whether cells are sentences, not labels: several words each, and seldom repeated."""
    values = column.values[:2000]
    words = float(np.mean([len(v.split()) for v in values]))
    repeated = len(column.values) < 0.3 * column.n_present or len(column.values) < 20
    return not repeated and (words >= 3 or float(np.mean([len(v) for v in values])) > 50)


def find_date_format(values: list[str]) -> tuple[str | None, bool]:
    """Find the one format that reads every value.

    Returns
    -------
    date_format : str or None
    ambiguous : bool
        Whether day and month could be either way round: then there is no format.
    """
    if not all(LOOKS_LIKE_DATE.fullmatch(v) for v in values):
        return None, False
    few = np.array(values[:50], dtype=object)
    fitting = [f for f in DATE_FORMATS if not dates(few, f).isna().any()]
    every = np.array(values, dtype=object)
    fitting = [f for f in fitting if not dates(every, f).isna().any()]
    if not fitting:
        return None, False
    best = fitting[0]
    for left, right in SWAPPED.items():
        if left in best and best.replace(left, right) in fitting:
            return None, True
    return best, False
