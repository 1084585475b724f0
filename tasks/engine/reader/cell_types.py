"""What a cell looks like on its own: a number, a date, a time, an amount, or words."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, zip_longest
from typing import Any

from tasks.engine.table.cell_text import MISSING, NUMBER

TYPED_ROWS = 200
ABSENT = frozenset(MISSING)
DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d{2}.*)?"
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}"
)
THOUSANDS = ",. \u00a0\u202f\u2009'’"  # blanks that do not break are written in Europe
GROUPED = rf"(\d{{1,3}}([{THOUSANDS}]\d{{3}})*|\d{{1,2}}(,\d{{2}})+,\d{{3}})"  # also as in India
AMOUNT = re.compile(rf"[^\w\s,.;:-]{{0,2}} ?[+-]?{GROUPED}([.,]\d+)? ?[^\w\s,.;:-]{{0,2}}")
SHORT = 40  # characters; what longer cells are is not kept
ONE_DIGIT = str.maketrans("023456789", "1" * 9)
DASHES = re.compile(r":?(-{2,}|={2,}):?|:-:?|-:")


def is_number(cell: str) -> bool:
    """Tell whether a cell is a plain number, with either decimal sign."""
    return bool(NUMBER.fullmatch(cell.strip().replace(",", ".")))


def is_typed(cell: str) -> bool:
    """Tell whether a cell is a number, an amount, a date or a time: what no column's name is."""
    cell = cell.strip()
    if cell.isdecimal():
        return True  # as NUMBER says, and far sooner
    return _is_typed(cell.translate(ONE_DIGIT)) if len(cell) <= SHORT else _has_type(cell)


@lru_cache(maxsize=20_000)
def _is_typed(shape: str) -> bool:
    """Tell it of all cells that differ in their digits only; wide tables have a million cells."""
    return _has_type(shape)


def _has_type(cell: str) -> bool:
    is_plain = NUMBER.fullmatch(cell.replace(",", "."))
    return bool(is_plain or DATE.fullmatch(cell) or AMOUNT.fullmatch(cell))


def is_typed_column(cells: Sequence[str]) -> bool:
    """Tell whether nearly all cells of a column that are there are numbers, dates or the like."""
    present = [cell for cell in cells if cell not in ABSENT]
    others = (cell for cell in present if not is_typed(cell))
    most_others = (len(present) - 1) // 5
    return bool(present) and next(islice(others, most_others, None), None) is None


def are_columns_typed(rows: Sequence[Sequence[str]], width: int) -> tuple[bool, ...]:
    """Tell of each column of some rows whether it holds numbers, dates or the like."""
    fitting = [row for row in rows[:TYPED_ROWS] if len(row) == width]
    return tuple(map(is_typed_column, columns_of(fitting, width)))


def columns_of(rows: Sequence[Sequence[str]], width: int) -> list[Sequence[str]]:
    """Return the cells of so many columns, trimmed; a short row has none in the last ones.

    By way of functions that run in C, as wide tables have half a million cells in a few rows.
    """
    trimmed = [list(map(str.strip, row)) for row in rows]
    columns: list[Sequence[Any]] = list(islice(zip_longest(*trimmed), width))
    if any(len(row) < width for row in rows):
        columns = [[cell for cell in column if cell is not None] for column in columns]
    return columns + [()] * (width - len(columns))


def are_dashes(cells: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether a row is a line that is drawn below the names: of dashes alone.

    One dash, which elsewhere is a missing cell, stands below a name of one letter.
    """
    n_drawn, n_short = 0, 0
    for cell, name in zip(map(str.strip, cells), names, strict=False):
        if not cell:
            continue
        if DASHES.fullmatch(cell):
            n_drawn += 1
        elif cell == "-" and len(name.strip()) == 1:
            n_short += 1
        else:
            return False
    return n_drawn > 0 and n_drawn + n_short > 1
