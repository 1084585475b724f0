"""The one format in which the dates of a column are written."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.profile.column_cells import Column
from tasks.engine.reader.short_rows import shape_of
from tasks.engine.table.cell_text import ZONE
from tasks.engine.table.cells import fits, have_shape, match, objects
from tasks.engine.table.coercion import EPOCH, dates
from tasks.engine.table.picked import of_each_shape, of_likely_cells

DATE_FORMATS = (
    "%Y-%m", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d",
    "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d", "ISO8601", "%d.%m.%Y", "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%y", "%d.%m.%y %H:%M", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %I:%M %p",
    "%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p", "%d-%m-%Y", "%m-%d-%Y",
    "%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S", "%d/%m/%y",
    "%m/%d/%y", "%d/%m/%y %H:%M", "%m/%d/%y %H:%M", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%y/%m/%d",
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d-%b-%Y %H:%M:%S", "%d %B %Y", "%b %d, %Y",
    "%B %d, %Y", "%b %Y", "%B %Y", "%m/%Y", "%d. %m. %Y",
)  # fmt: skip
LOOKS_LIKE_DATE = (
    r"^(\d{1,4}([-/. ]|\. )[\dA-Za-z]{1,9}[-/., ]+\d{2,4}.*|[A-Za-z]{3,9} \d.*|\d{8}T\d{4,6}.*"
    r"|\d{4}[-/]\d{1,2}[-/]\d([ T].*)?|\d{4}-\d{2}|\d{1,2}/\d{4})$"
)
# Formats that Arrow reads ten times faster, and as pandas does where cells have this shape.
FAST = {
    "%Y-%m-%d": "0000-00-00",
    "%Y-%m-%d %H:%M:%S": "0000-00-00 00:00:00",
    "%Y-%m-%dT%H:%M:%S": "0000-00-00T00:00:00",
}
# 1.2.10 is a version; a date with points and two digits for the year has two for all.
PADDED = {"%d.%m.%y": r"^\d\d\.\d\d\.\d\d"}
YEAR_FIRST = "%y/%m/%d"  # far rarer than the day first
EIGHT_DIGITS = "^[0-9]{8}$"
DAY_FORMAT, DAY_NUMBER, ENOUGH_DAYS = "%Y%m%d", "^(19|20)[0-9]{6}$", 10
FEW, FIRST, MANY = 5, 50, 2_000  # values that are looked at before all of them
MOST = 0.5
DAY_S = 86_400
EPOCH_DAY = date(1970, 1, 1).toordinal()
# What strptime may read as each part of a format, letters being any; a little more does no harm.
PARTS = {
    "%Y": r"\d{4}", "%y": r"\d\d", "%d": r"[ \d]?\d", "%b": r"\D+", "%B": r"\D+", "%p": r"\D+",
    " ": r"\s+", "T": "[AaTt]", ".": r"\.",
}  # fmt: skip
SHAPES = {
    name: re.compile(re.sub("%.|[ T.]", lambda part: PARTS.get(part[0], r"\d{1,2}"), name))
    for name in DATE_FORMATS if name != "ISO8601"
}  # fmt: skip
ISO_SHAPE = re.compile(r"\d{4}.*", re.DOTALL)


@dataclass(frozen=True)
class DateReading:
    """The format in which most of a column's cells are dates.

    `n_bad` cells are none in it. `rivals` are formats with day, month or year the other way round
    that read as many cells, or some that `format` does not.
    """

    format: str
    n_bad: int = 0
    rivals: tuple[str, ...] = ()

    @property
    def formats(self) -> tuple[str, ...]:
        """All formats that it could be, the best first."""
        return (self.format, *self.rivals)

    @property
    def is_sure(self) -> bool:
        """Whether every cell is a date, and can be no other one."""
        return not self.n_bad and not self.rivals


def find_dates(column: Column) -> DateReading | None:
    """Find the format that reads most of a column's cells; None when it reads half or fewer."""
    if column.rules_out(fits, LOOKS_LIKE_DATE):
        return None
    first, counts = column.cells[:MANY], column.counts[:MANY]
    looks = fits(first, LOOKS_LIKE_DATE)
    if counts[looks].sum() <= MOST * counts.sum():
        return None
    for fast, shape in FAST.items():
        if looks.all() and _has_shape(first, shape).all() and not _unread(column, fast):
            return DateReading(fast)
    fitting = _fitting(first.filter(pa.array(looks)), counts[looks])
    if not fitting:
        return None
    best = fitting[0]
    others = tuple(
        name for name in fitting[1:] if _shape(name) == _shape(best)
        and (name != YEAR_FIRST or _may_begin_with_year(column.values[:MANY].tolist()))
    )  # fmt: skip
    n_bad = _unread(column, best)
    if n_bad >= (1 - MOST) * column.n_present:
        return None
    return DateReading(best, n_bad, tuple(o for o in others if _is_rival(column, best, o)))


def _may_begin_with_year(values: Sequence[str]) -> bool:
    """Tell whether 24/01/31 may be of 2024: days, at the end, are of more kinds than years."""
    return len({value[:2] for value in values}) < len({value[-2:] for value in values})


def find_day_numbers(column: Column) -> bool:
    """Tell whether whole numbers such as 20260131 are days: all of them, and not by chance."""
    if column.rules_out(fits, EIGHT_DIGITS):
        return False
    is_day = match(column.cells, DAY_NUMBER)
    return bool(
        is_day.all()
        and len(column.values) >= ENOUGH_DAYS
        and not np.isnan(days_of(column.cells, DAY_FORMAT)).any()
        and not column.count(lambda cells: np.isnan(days_of(cells, DAY_FORMAT)))
    )


def _fitting(cells: pa.Array, counts: np.ndarray) -> list[str]:
    """Return the formats that read more than half of some cells, the best first."""
    # Python tells what the first values may be, faster than pandas does.
    first = objects(cells[:FEW])
    likely = {f for shape in {shape_of(value) for value in first} for f in _likely(shape)}
    fitting = [f for f in DATE_FORMATS if f in likely and any(_may_read(f, v) for v in first)]
    for some, weights in ((cells[:FIRST], counts[:FIRST]), (cells, counts)):
        read = {f: int(weights[np.isfinite(days_of(some, f))].sum()) for f in fitting}
        fitting = [f for f in fitting if read[f] > MOST * weights.sum()]
    return sorted(fitting, key=lambda f: -read[f])


@lru_cache(maxsize=1_000)
def _likely(shape: str) -> tuple[str, ...]:
    """Return the formats that may read cells of a shape, in which digits are 9."""
    return ("ISO8601", *(name for name, fits in SHAPES.items() if fits.fullmatch(shape)))


@lru_cache(maxsize=50_000)
def _may_read(date_format: str, value: str) -> bool:
    try:
        datetime.strptime(value, date_format).replace(tzinfo=UTC)
    except ValueError:
        return date_format == "ISO8601"
    return True


def _shape(date_format: str) -> str:
    """Return a format with day, month and short year as one sign: what may change places."""
    return re.sub("%[dmy]", "%", date_format)


def _is_rival(column: Column, best: str, other: str) -> bool:
    """Tell whether another format reads all that the best one does, or what that one does not."""
    n_best = n_both = n_more = 0
    for cells, counts in column.pieces():
        read, again = (are_dates(cells, name) for name in (best, other))
        weights = np.ones(len(read), int) if counts is None else counts
        n_best += int(weights[read].sum())
        n_both += int(weights[read & again].sum())
        n_more += int(weights[again & ~read].sum())
    return n_both == n_best or n_more > 0


def _unread(column: Column, date_format: str) -> int:
    return column.count(lambda cells: ~are_dates(cells, date_format))


@of_each_shape
def _has_shape(cells: pa.Array, shape: str) -> np.ndarray:
    """Tell which cells have the signs of a shape, in which 0 stands for any digit."""
    return match(cells, f"^{re.escape(shape).replace('0', '[0-9]')}$")


def are_dates(cells: pa.Array, date_format: str) -> np.ndarray:
    """Tell which cells are dates to a person, and not only to the format."""
    read: np.ndarray = np.isfinite(days_of(cells, date_format))
    # A bare year or 20200131 is a date to ISO8601, but may be a number to the person.
    pattern = PADDED.get(date_format, LOOKS_LIKE_DATE)
    return read if date_format in FAST else read & fits(cells, pattern)


def _may_be_dates(shapes: pa.Array, date_format: str, _offset: int) -> np.ndarray:
    """Tell which shapes dates of a format may have."""
    shape = ISO_SHAPE if date_format == "ISO8601" else SHAPES.get(date_format)
    if shape is None:
        return np.ones(len(shapes), bool)
    return np.array([shape.fullmatch(one) is not None for one in objects(shapes)], dtype=bool)


def days_of(cells: pa.Array, date_format: str, offset: int = 0) -> np.ndarray:
    """Turn cells into days since 1970, with their share of a day; NaN where one is no date.

    Moments with a zone are those of a clock that is `offset` minutes ahead of UTC.
    """
    return _read_days(cells, date_format, offset)


@of_likely_cells(_may_be_dates)
def _read_days(cells: pa.Array, date_format: str, offset: int) -> np.ndarray:
    if not len(cells):
        return np.zeros(0)
    if date_format in FAST and have_shape(cells, FAST[date_format]):
        try:
            seconds = pc.cast(pc.cast(cells, pa.timestamp("s")), pa.int64())
            return np.asarray(seconds.to_numpy(zero_copy_only=False)) / DAY_S
        except pa.ArrowInvalid:  # the 30th of February
            pass
    moments = dates(objects(cells), date_format)
    days: np.ndarray = ((moments - EPOCH).dt.total_seconds() / DAY_S).to_numpy(float)
    if offset:  # as `dates` does, but many times faster
        days = days + match(cells, ZONE) * (offset * 60 / DAY_S)
    return days


def date_text(days: float | None) -> str | None:
    """Return a day as ISO text."""
    return None if days is None else str(date.fromordinal(EPOCH_DAY + math.floor(days)))


def date_question(column: Column, reading: DateReading) -> dict[str, Any]:
    """Return the question what a column of dates is: in which format, if it is one at all.

    ``formats`` are those it could be in, ``of`` cells are no dates in any of them, and ``left``
    in each; ``from`` is the first one. ``example`` is a cell with its ``meanings``.
    """
    formats = reading.formats
    days = [np.where(are_dates(column.cells, f), days_of(column.cells, f), np.nan)
            for f in formats]  # fmt: skip
    at = _telling_example(days)
    left = [reading.n_bad, *(_unread(column, name) for name in reading.rivals)]
    odd = np.flatnonzero(np.isnan(days).all(axis=0))
    return {
        "about": "date",
        "formats": list(formats),
        "example": column.values[at],
        "meanings": [_in_words(found[at]) for found in days],
        "of": column.count(lambda cells: ~np.any([are_dates(cells, f) for f in formats], axis=0)),
        "left": left,
        "from": column.values[odd[0]] if len(odd) else None,
        "chosen": None,
    }


def _telling_example(days: list[np.ndarray]) -> int:
    """Return a cell that means something else in each format, or is a date in the first one."""
    for differ in (np.isfinite(days).all(axis=0) & (days[0] != days[-1]), np.isfinite(days[0])):
        if differ.any():
            return int(differ.argmax())
    return 0


def _in_words(days: float) -> str:
    if not np.isfinite(days):
        return "no date"
    moment = datetime.fromisoformat(f"{date_text(days)}").replace(tzinfo=UTC)
    return re.sub("^0", "", moment.strftime("%d %B %Y"))
