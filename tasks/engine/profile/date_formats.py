"""The one format in which all dates of a column are written."""

import re
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.cells import have_shape, match, objects
from tasks.engine.coercion import EPOCH, dates
from tasks.engine.profile.column_cells import Column

DATE_FORMATS = (
    "%Y-%m", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "ISO8601",
    "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y",
    "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%m/%Y",
)  # fmt: skip
SWAPPED = {"%d/%m/": "%m/%d/", "%d-%m-": "%m-%d-"}
LOOKS_LIKE_DATE = (
    r"^(\d{1,4}[-/. ][\dA-Za-z]{1,9}[-/., ]+\d{2,4}.*|[A-Za-z]{3,9} \d.*|\d{8}T\d{4,6}.*"
    r"|\d{4}-\d{2}|\d{1,2}/\d{4})$"
)
# Formats that Arrow reads ten times faster, and as pandas does where cells have this shape.
FAST = {
    "%Y-%m-%d": "0000-00-00",
    "%Y-%m-%d %H:%M:%S": "0000-00-00 00:00:00",
    "%Y-%m-%dT%H:%M:%S": "0000-00-00T00:00:00",
}
FIRST = 50
MANY = 2_000
DAY_S = 86_400


def find_date_format(column: Column) -> tuple[str | None, str | None]:
    """Find the one format that reads every value.

    Returns
    -------
    date_format : str or None
    other : str or None
        The same with day and month the other way round, where that reads every value too.
    """
    first = column.cells[:MANY]
    if not match(first, LOOKS_LIKE_DATE).all():
        return None, None
    for fast, shape in FAST.items():
        if have_shape(first, shape) and reads_all(column, fast):
            return fast, None
    # Python tells what the first value may be, faster than pandas does.
    fitting = [name for name in DATE_FORMATS if _may_read(name, column.values[0])]
    for values in (column.values[:FIRST], column.values[FIRST:MANY]):
        fitting = [f for f in fitting if not dates(values, f).isna().any()]
    for best in fitting:
        if reads_all(column, best) and (best in FAST or _all_look_so(column)):
            other = _swap(best)
            return best, other if other in fitting and reads_all(column, other) else None
    return None, None


def _may_read(date_format: str, value: str) -> bool:
    try:
        datetime.strptime(value, date_format).replace(tzinfo=UTC)
    except ValueError:
        return date_format == "ISO8601"
    return True


def _all_look_so(column: Column) -> bool:
    return all(match(cells, LOOKS_LIKE_DATE).all() for cells, _counts in column.pieces())


def _swap(date_format: str) -> str:
    for left, right in SWAPPED.items():
        if left in date_format:
            return date_format.replace(left, right)
    return ""


def reads_all(column: Column, date_format: str) -> bool:
    """Tell whether a format reads every cell of a column."""
    return all(
        not np.isnan(days_of(cells, date_format)).any() for cells, _counts in column.pieces()
    )


def days_of(cells: pa.Array, date_format: str) -> np.ndarray:
    """Turn cells into days since 1970, with their share of a day; NaN where one is no date."""
    if date_format in FAST and have_shape(cells, FAST[date_format]):
        try:
            seconds = pc.cast(pc.cast(cells, pa.timestamp("s")), pa.int64())
            return np.asarray(seconds.to_numpy(zero_copy_only=False)) / DAY_S
        except pa.ArrowInvalid:  # the 30th of February
            pass
    moments = dates(objects(cells), date_format)
    return ((moments - EPOCH).dt.total_seconds() / DAY_S).to_numpy(float)


def date_text(days: float | None) -> str | None:
    """Return a day as ISO text."""
    if days is None:
        return None
    return str((EPOCH + np.timedelta64(int(np.floor(days) * DAY_S), "s")).date())


def date_question(column: Column, formats: tuple[str, str]) -> dict[str, Any]:
    """Return the question which of two formats, that both read every cell, is the right one."""
    both = [days_of(column.cells, name) for name in formats]
    differ = np.flatnonzero(both[0] != both[1])
    at = int(differ[0]) if len(differ) else 0
    return {
        "about": "date",
        "formats": list(formats),
        "example": column.values[at],
        "meanings": [_in_words(found[at]) for found in both],
        "chosen": None,
    }


def _in_words(days: float) -> str:
    moment = datetime.fromisoformat(f"{date_text(days)}").replace(tzinfo=UTC)
    return re.sub("^0", "", moment.strftime("%d %B %Y"))
