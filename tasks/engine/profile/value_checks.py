"""Values that stand out in a column: disguised missing ones, suspicious dates, sorted rows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from tasks.engine.profile.column_problems import warning
from tasks.engine.profile.column_profile import ColumnProfile, Outline
from tasks.engine.profile.date_formats import date_text
from tasks.engine.profile.number_tally import NumberTally
from tasks.engine.profile.sampled import sampled_column
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.reader.refusals import Problem
from tasks.engine.table.cell_text import number_of
from tasks.engine.table.cells import as_text
from tasks.engine.table.coercion import how_written

# Numbers that are written where none is known, at the ends of what is measured.
LOW_MARKS = (-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0)
HIGH_MARKS = (99.0, 999.0, 9999.0, 99999.0, 999999.0)
GAP, ZERO_GAP = 1.0, 2.0  # standard deviations of the others between a mark and the next value
ENOUGH_VALUES = 10
# 0001-01-01, 1899-12-30, 1900-01-01, 1970-01-01 and 9999-12-31, in days since 1970.
PLACEHOLDERS = (-719162.0, -25569.0, -25567.0, 0.0, 2932896.0)
YEAR = 365.0
FEW_FUTURE, FAR = 0.05, 300 * YEAR
BLOCK_ROWS = 2  # so many rows, on average, make blocks of values that come in blocks
SHOWN = 60


def value_problems(found: ColumnProfile) -> Iterator[Problem]:
    """Warn of values in a column that are not what they seem."""
    yield from _hidden_missing(found)
    yield from _date_problems(found)


def _hidden_missing(found: ColumnProfile) -> Iterator[Problem]:
    """Warn of a value that stands for a missing one."""
    name, total = found.facts["name"], found.facts["count"]
    hidden, cell = found.hidden, found.hidden[0] if found.hidden else None
    if found.facts["kind"] == "number" and found.tally and found.tally.n:
        mark = _mark(found.tally, total)
        hidden = (f"{mark[0]:g}", mark[1]) if mark else None
        cell = _cell_of(found, mark[0]) if mark else None
    if hidden is None or hidden[1] >= total:
        return
    value, count = hidden[0][:SHOWN], hidden[1]
    about = "about " if found.details.get("about") else ""
    cells = f"{about}{count:,} of {total:,} cells of"
    words = f'"{value}" in {cells} "{name}" may stand for a missing value'
    yield Problem("warning", "HIDDEN_MISSING", words, column=name, count=count, value=cell)


def _cell_of(found: ColumnProfile, number: float) -> str | None:
    """Return how a number stands in most of its cells; None where it is not among the frequent."""
    written = how_written(found.facts)
    values = (str(entry["value"]) for entry in found.details["top"])
    return next((value for value in values if number_of(value, *written) == number), None)


def _mark(tally: NumberTally, total: int) -> tuple[float, int] | None:
    has_low, has_high = tally.low in {0.0, *LOW_MARKS}, tally.high in HIGH_MARKS
    if not tally.is_about and not has_low and not has_high:
        return None
    values, counts = tally.weighted()
    if len(values) < ENOUGH_VALUES:
        return None
    scale = total / counts.sum()
    for at, neighbour, marks in ((0, 1, (0.0, *LOW_MARKS)), (-1, -2, HIGH_MARKS)):
        value, count = float(values[at]), float(counts[at])
        if value not in marks or count * scale < 2 or count < 2 * np.median(counts):
            continue
        others, weights = np.delete(values, at), np.delete(counts, at)
        mean = np.average(others, weights=weights)
        spread = np.sqrt(np.average((others - mean) ** 2, weights=weights))
        gap = abs(float(values[neighbour]) - value)
        if at == 0 and value < 0 <= values[1] and value == -1 and counts[0] >= counts[1]:
            return value, round(count * scale)  # the only one below zero, and frequent
        if gap >= (ZERO_GAP if value == 0 else GAP) * spread:
            return value, round(count * scale)
    return None


def _date_problems(found: ColumnProfile) -> Iterator[Problem]:
    """Warn of dates that stand for none, and of some in the future."""
    if found.facts["kind"] != "date" or not found.tally or not found.tally.n:
        return
    name, total = found.facts["name"], found.facts["count"]
    days, counts = found.tally.weighted()
    days = np.floor(days)
    scale = total / counts.sum()
    about = "about " if found.details.get("about") else ""
    for day in PLACEHOLDERS:
        at = days == day
        count, others = counts[at].sum() * scale, days[~at]
        if count >= 2 and len(others) and np.abs(others - day).min() > YEAR:
            cells = f'{about}{round(count):,} cells of "{name}"'
            words = f"{date_text(day)} in {cells} may stand for no date"
            yield warning(name, "DATE_SUSPICIOUS", words, round(count))
    today = datetime.now(UTC).timestamp() / 86_400
    if days.min() > today + FAR:
        words = f'All dates of "{name}" are far in the future, from {date_text(float(days.min()))}'
        words += ". Years of another calendar, such as the Buddhist one, are read as they stand"
        yield warning(name, "DATE_SUSPICIOUS", words, total)
    future = (days > today + 1) & ~np.isin(days, PLACEHOLDERS)
    count = counts[future].sum() * scale
    is_short = "%y" in (found.facts["format"] or "")  # 45 is read as 2045
    if 0 < count <= (1.0 if is_short else FEW_FUTURE) * total:
        last = date_text(float(days[future].max()))
        some = f'{about}{round(count):,} of {total:,} dates of "{name}"'
        words = f"{some[:1].upper()}{some[1:]} are in the future, up to {last}"
        words += ". Their years have two digits: 68 is read as 2068, 69 as 1969" * is_short
        yield warning(name, "DATE_SUSPICIOUS", words, round(count))


def is_sorted(cells: TableCells, position: int, found: Outline) -> bool:
    """Tell whether all rows are in the order of a column, rising or falling, or class by class."""
    values, is_time = found.sample.values[found.sample.known], found.facts["kind"] == "date"
    if len(np.unique(values)) < 2 or not _is_ordered(values, is_time):
        return False
    if cells.step == 1:
        return True
    pieces = []
    for raw in cells.raw_pieces(position):
        typed = sampled_column(as_text(raw), found.facts, cells.missing)
        if not typed.is_number and len(typed.labels):
            order = np.array([hash(str(label)) for label in typed.labels])
            pieces.append(order[typed.values[typed.known]])
        else:
            pieces.append(typed.values[typed.known])
    return _is_ordered(np.concatenate(pieces), is_time)


def _is_ordered(values: np.ndarray, is_time: bool) -> bool:
    """Tell whether values rise, fall, or (of a few that are no dates) come in one block each."""
    steps = np.diff(values)
    if bool((steps >= 0).all() or (steps <= 0).all()):
        return True
    n_different = len(np.unique(values))
    if is_time or n_different > len(values) / BLOCK_ROWS:
        return False  # values that all differ come in blocks of one row in any order
    return int((steps != 0).sum()) == n_different - 1
