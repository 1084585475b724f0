"""Text cells as values that compare: numbers as numbers, dates as dates, the rest as text.

In Arrow alone, for the pages: training turns cells into values in `coercion.py`, with pandas.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.rows.moments import dates, moment_of
from tasks.engine.table.cell_text import (
    MISSING,
    OTHER_DIGITS,
    PLAIN_NUMBER,
    THOUSANDS,
    around,
    grouped,
    number_of,
    symbols_of,
)
from tasks.engine.table.plain_signs import with_plain_signs

WHOLE = r"^-?\d{1,15}$"
# Longer texts are ordered by their first characters only, so that an order takes little memory.
KEY_CHARS = 200


@dataclass(frozen=True)
class CellType:
    """How the cells of a column are read.

    Parameters
    ----------
    kind : str
        The column's kind.
    decimal, thousands : str
        The signs in its numbers; no thousands sign is "".
    symbols : bool or str
        Whether currency and percent signs are no part of a number, or the unit that is none.
    date_format : str or None
        Of dates, ``ISO8601`` or in strptime's language.
    offset : int
        Of dates, how many minutes the clock is ahead of UTC that moments with a zone are shown by.
    missing : tuple of str
        Cells that hold no value.
    """

    kind: str = "text"
    decimal: str = "."
    thousands: str = ""
    symbols: bool | str = False
    date_format: str | None = None
    offset: int = 0
    missing: tuple[str, ...] = MISSING

    @property
    def compares_as(self) -> str:
        """What two cells are compared as: ``number``, ``date`` or ``text``."""
        if self.kind == "date" and self.date_format:
            return "date"
        return "number" if self.kind == "number" else "text"


def cell_type(column: Mapping[str, Any], dialect: Mapping[str, Any] | None) -> CellType:
    """Return how a column's cells are read, from its profile and the file's dialect."""
    dialect = dialect or {}
    missing = dialect.get("missing")
    return CellType(
        kind=column.get("kind") or "text",
        decimal=column.get("decimal") or dialect.get("decimal") or ".",
        thousands=column.get("thousands") or "",
        symbols=symbols_of(column),
        date_format=column.get("format"),
        offset=column.get("offset") or 0,
        missing=MISSING if missing is None else tuple(missing),
    )


def present(cells: pa.Array, given: CellType) -> pa.Array:
    """Return cells without outer space, and null where there is no value."""
    trimmed = pc.utf8_trim_whitespace(cells)
    is_missing = pc.is_in(trimmed, value_set=pa.array(given.missing, pa.string()))
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), trimmed)


def comparable(cells: pa.Array, given: CellType) -> pa.Array:
    """Return what cells are compared and ordered by; null where missing or unreadable.

    Returns
    -------
    Array
        float64 of a number, microseconds since 1970 as int64 of a date, else string.
    """
    texts = present(cells, given)
    if given.compares_as == "number":
        return _numbers(texts, given)
    if given.compares_as == "date":
        return dates(texts, str(given.date_format), given.offset)
    return texts


def value_of(text: str, given: CellType) -> float | int | str:
    """Turn what a person typed into what cells are compared with.

    Raises
    ------
    ValueError
        When the column holds numbers or dates and this is none.
    """
    text = text.strip()
    if given.compares_as == "text":
        return text
    typed = pa.array([text], pa.string())
    found = comparable(typed, given)[0].as_py()
    if found is None and given.compares_as == "number":
        found = _numbers(typed, CellType(kind="number"))[0].as_py()
        if found is None:  # as the pages show numbers, whatever the file's signs are
            found = _numbers(typed, CellType(kind="number", thousands=","))[0].as_py()
    elif found is None:
        found = moment_of(text, "ISO8601", given.offset)
    if found is None:
        raise ValueError(f'"{text[:60]}" is not a {given.compares_as}')
    number: float | int = found
    return number


def _numbers(texts: pa.Array, given: CellType) -> pa.Array:
    texts = with_plain_signs(texts, given.decimal)
    for pattern, kept in around(given.symbols):
        texts = pc.replace_substring_regex(texts, pattern, kept)
    if given.thousands:
        signs = f"[{THOUSANDS[given.thousands]}]"
        is_grouped = pc.match_substring_regex(texts, grouped(given.thousands, given.decimal))
        texts = pc.if_else(is_grouped, pc.replace_substring_regex(texts, signs, ""), texts)
    if given.decimal == ",":
        # A dot is then no part of a number.
        texts = pc.replace_substring(pc.replace_substring(texts, ".", "x"), ",", ".")
    try:
        found = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        is_number = pc.match_substring_regex(texts, PLAIN_NUMBER)
        kept = pc.if_else(is_number, texts, pa.scalar(None, pa.string()))
        plain = pc.replace_substring_regex(kept, r"^\+", "")
        found = pc.coalesce(pc.cast(plain, pa.float64()), _of_other_digits(texts, is_number))
    return pc.if_else(pc.is_finite(found), found, pa.scalar(None, pa.float64()))


def _of_other_digits(texts: pa.Array, is_number: pa.Array) -> pa.Array:
    """Return the numbers of cells in digits of other scripts, which Arrow does not read."""
    others = pc.and_(pc.match_substring_regex(texts, OTHER_DIGITS), pc.invert(is_number))
    found: list[float | None] = [None] * len(texts)
    for at in pc.indices_nonzero(pc.fill_null(others, False)).to_pylist():
        number = number_of(texts[at].as_py())
        found[at] = None if math.isnan(number) else number
    return pa.array(found, pa.float64())


def order_keys(values: pa.Array) -> pa.Array:
    """Return what rows are ordered by: the values, texts cut after 200 characters."""
    if not pa.types.is_string(values.type):
        return values
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    return pc.utf8_slice_codeunits(values, 0, KEY_CHARS) if longest > KEY_CHARS else values


def are_whole_numbers(texts: pa.Array) -> bool:
    """Tell whether every cell that has a value is a whole number, and there is one."""
    found = pc.all(pc.match_substring_regex(texts, WHOLE)).as_py()
    return bool(found) and texts.null_count < len(texts)
