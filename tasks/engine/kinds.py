"""What a column is: number, category, text, date, boolean, identifier or constant.

Decided from all of its values, and with care: what is in doubt stays text or category.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.coercion import clean, dates, numbers

BOOLEANS = (("yes", "no"), ("true", "false"), ("y", "n"), ("t", "f"), ("1", "0"), ("on", "off"))
DATE_FORMATS = (
    "%Y-%m", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "ISO8601",
    "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y",
    "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%m/%Y",
)  # fmt: skip
SWAPPED = {"%d/%m/": "%m/%d/", "%d-%m-": "%m-%d-"}
LOOKS_LIKE_DATE = re.compile(
    r"\d{1,4}[-/. ][\dA-Za-z]{1,9}[-/., ]+\d{2,4}.*|[A-Za-z]{3,9} \d.*|\d{8}T\d{4,6}.*"
    r"|\d{4}-\d{2}|\d{1,2}/\d{4}"
)
CODE = r"^[+-]?(0\d+|\d{16,})$"  # a leading zero, or more digits than a float64 holds
ID_NAME = re.compile(
    r"(.*[_\-. ])?(id|uuid|guid|key)|index|rownum|row|rowid|unnamed: \d+"
    r"|(user|customer|client|patient|passenger|order|product|item|member|employee|student)id",
    re.IGNORECASE,
)
ID_CAMEL = re.compile(r".*[a-z0-9](ID|Id)")  # customerID, but not "paid" or "HUMID"
NUMBER_SYMBOLS = r"^[+-]?\p{Sc}? ?[+-]?\d{1,3}([., ]?\d{3})*([.,]\d+)? ?(\p{Sc}|%)?$"
ENOUGH_ROWS = 20  # fewer rows than this can be all different by chance


@dataclass(frozen=True)
class Column:
    """One column, reduced to its distinct values with their counts, the most frequent first."""

    name: str
    cells: pa.ChunkedArray  # as in the file
    texts: np.ndarray  # the distinct ones of them, object of str
    values: np.ndarray  # the distinct values without surrounding space, object of str
    counts: np.ndarray
    decimal: str  # the file's

    @property
    def n_rows(self) -> int:
        """How many cells there are."""
        return len(self.cells)

    @property
    def n_present(self) -> int:
        """How many cells are not missing."""
        return int(self.counts.sum())

    @property
    def is_all_different(self) -> bool:
        """Whether no value stands twice."""
        return len(self.values) == self.n_present

    def has_match(self, pattern: str) -> bool:
        """Tell whether any value matches a pattern of RE2's."""
        return bool(self.is_match(pattern).any())

    def is_match(self, pattern: str) -> np.ndarray:
        """Tell which values match a pattern of RE2's."""
        found = pc.match_substring_regex(pa.array(self.values, pa.string()), pattern)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)

    def position_of(self, values: np.ndarray) -> int:
        """Return the first row, from 0, that holds one of the values."""
        wanted = set(values)
        texts = [text for text in self.texts if text is not None and text.strip() in wanted]
        return int(pc.index(pc.is_in(self.cells, pa.array(texts, pa.string())), True).as_py())


def find_kind(column: Column) -> tuple[str, dict[str, Any]]:
    """Decide what a column is, from all of its values; doubt makes it text or category.

    Parameters
    ----------
    column : Column
        The column.

    Returns
    -------
    kind : str
    facts : dict
        ``true`` and ``false`` of a boolean, ``decimal`` and ``numbers`` (of the values) of a
        number, ``format`` of a date, ``ambiguous`` dates, ``codes`` that look like numbers.
    """
    n_values = len(column.values)
    if n_values == 0 or (n_values == 1 and column.n_present == column.n_rows):
        return "constant", {}
    boolean = _boolean(column.values)
    if boolean:
        return "boolean", {"true": boolean[0], "false": boolean[1]}
    decimal, parsed = find_numbers(column)
    is_number = np.isfinite(parsed)
    codes = column.has_match(CODE)
    if is_number.all() and not codes and n_values > 1:
        kind = "identifier" if _is_numbered(column) else "number"
        return kind, {"decimal": decimal, "numbers": parsed}
    date_format, ambiguous = find_date_format(column.values)
    if date_format:
        return "date", {"format": date_format}
    facts = {"ambiguous": ambiguous, "codes": codes and bool(is_number.all())}
    if _is_identifier(column, float(is_number.mean()) if not codes else 0.0):
        return "identifier", facts
    return ("text" if _is_text(column) else "category"), facts


def find_numbers(column: Column) -> tuple[str, np.ndarray]:
    """Read a column's values as numbers with the decimal sign that suits it.

    That is the file's, unless all values are numbers with the other one only, and not of the kind
    1,234 that could as well be thousands.

    Returns
    -------
    decimal : str
    numbers : ndarray of shape (n_values,)
        NaN where a value is no number.
    """
    parsed = numbers(column.values, column.decimal)
    if np.isfinite(parsed).all():
        return column.decimal, parsed
    other = "," if column.decimal == "." else "."
    swapped = numbers(column.values, other)
    sign = re.escape(other)
    if (
        np.isfinite(swapped).all()
        and not column.is_match(rf"^[+-]?(\d+|[1-9]\d{{0,2}}{sign}\d{{3}})$").all()
    ):
        return other, swapped
    return column.decimal, parsed


def _boolean(values: np.ndarray) -> tuple[str, str] | None:
    if len(values) != 2:
        return None
    by_word = {value.lower(): value for value in values}
    for true, false in BOOLEANS:
        if set(by_word) == {true, false}:
            return by_word[true], by_word[false]
    return None


def _has_id_name(column: Column) -> bool:
    return bool(ID_NAME.fullmatch(column.name) or ID_CAMEL.fullmatch(column.name))


def _is_numbered(column: Column) -> bool:
    """Tell whether whole numbers, all different, only number the rows.

    By the column's name, or because they count the rows, in their order, from 0 or 1. Years that
    follow each other do not: they measure.
    """
    if not column.is_all_different or not all(v.isdigit() for v in column.values):
        return False
    if _has_id_name(column):
        return True
    if column.n_present < max(ENOUGH_ROWS, column.n_rows):
        return False
    in_order = numbers(clean(column.cells.to_numpy()))
    return in_order[0] in {0, 1} and bool((np.diff(in_order) == 1).all())


def _is_identifier(column: Column, numeric: float) -> bool:
    """Tell whether texts only tell rows apart: all different, by name or of one shape.

    A share of numbers above a half speaks against it: then the texts among them are the fault.
    """
    if not column.is_all_different or len(column.values) < ENOUGH_ROWS:
        return False
    if _has_id_name(column):
        return True
    if numeric > 0.5:
        return False
    shapes = {re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "0", v)) for v in column.values[:1000]}
    return len(shapes) <= 3 and all(map(_is_code_shape, shapes))


def _is_code_shape(shape: str) -> bool:
    return bool(re.fullmatch(r"[a0_#/-]+", shape)) and ("a" in shape or shape.count("0") >= 8)


def _is_text(column: Column) -> bool:
    """Tell whether cells are sentences, not labels: several words each, and seldom repeated."""
    values = column.values[:2000]
    words = float(np.mean([len(v.split()) for v in values]))
    repeated = len(column.values) < 0.3 * column.n_present or len(column.values) < ENOUGH_ROWS
    return not repeated and (words >= 3 or float(np.mean([len(v) for v in values])) > 50)


def find_date_format(values: np.ndarray) -> tuple[str | None, bool]:
    """Find the one format that reads every value.

    Returns
    -------
    date_format : str or None
    ambiguous : bool
        Whether day and month could be either way round: then there is no format.
    """
    if not all(map(LOOKS_LIKE_DATE.fullmatch, values)):
        return None, False
    fitting = [f for f in DATE_FORMATS if not dates(values[:50], f).isna().any()]
    fitting = [f for f in fitting if not dates(values, f).isna().any()]
    if not fitting:
        return None, False
    best = fitting[0]
    for left, right in SWAPPED.items():
        if left in best and best.replace(left, right) in fitting:
            return None, True
    return best, False
