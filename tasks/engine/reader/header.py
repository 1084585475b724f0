"""Where the names of the columns stand: in which line, over how many, and what is above them."""

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from tasks.engine.cell_text import MISSING
from tasks.engine.reader.cell_types import DATE, is_number, is_typed
from tasks.engine.reader.dialects import ReadOptions

BODY_ROWS = 200
MAX_LINES = 5
LEAST_TYPED = 3  # so few cells may be numbers by chance
SHOWN_CHARS = 60
ENOUGH_ROWS = 20
CODE_NAME = re.compile(r"[a-z_][a-z0-9_.]*")
YEAR = re.compile(r"(18|19|20)\d\d")
Numbered = tuple[int, list[str]]


class Above(NamedTuple):
    """A line above the table: where it is, how many cells it has, and how it begins."""

    line: int
    n_cells: int
    text: str


@dataclass(frozen=True)
class Header:
    """Where the names are.

    Parameters
    ----------
    is_there : bool
        Whether the columns have names in the file.
    line : int
        The first line of the names, or of the first row where there are none.
    n_lines : int
        How many records the names go over.
    last_line : int
        The line on which the last of these starts; 0 where there are no names.
    above : tuple of Above
        The lines above that are not blank.
    is_sure : bool
        Whether the file itself tells; else it was assumed that there are names.
    """

    is_there: bool
    line: int = 1
    n_lines: int = 1
    last_line: int = 0
    above: tuple[Above, ...] = ()
    is_sure: bool = True


def find_header(records: Sequence[Numbered], width: int, options: ReadOptions) -> Header:
    """Find the names in a sample.

    Parameters
    ----------
    records : sequence of (int, list of str)
        The first records that are not blank, each with its line.
    width : int
        How many cells most of them have.
    options : ReadOptions
        What was decided already.
    """
    if not records:
        return Header(is_there=True)
    first = _first_of(records, width, options)
    table = records[first:]
    is_there, is_sure = options.header, True
    if is_there is None:
        is_there, is_sure = has_names([cells for _, cells in table])
    n_lines = 1
    if is_there:
        n_lines = options.header_lines or _count_lines([cells for _, cells in table], width)
    above = tuple(Above(line, len(cells), _shown(cells)) for line, cells in records[:first])
    n_lines = min(n_lines, len(table))
    last_line = table[n_lines - 1][0] if is_there else 0
    return Header(is_there, table[0][0], n_lines, last_line, above, is_sure)


def _shown(cells: Sequence[str]) -> str:
    return " ".join(cell.strip() for cell in cells if cell.strip())[:SHOWN_CHARS]


def _first_of(records: Sequence[Numbered], width: int, options: ReadOptions) -> int:
    """Return which record the table begins with: the first that is filled like those below."""
    if options.header_line:
        at = [n for n, (line, _) in enumerate(records) if line >= options.header_line]
        return at[0] if at else len(records) - 1
    filled = [_count_filled(cells) for _, cells in records]
    usual = sorted(filled[n] for n, (_, cells) in enumerate(records) if len(cells) == width)
    least = min(2, width) if not usual else max(min(2, width), 0.5 * usual[len(usual) // 2])
    for n, (_, cells) in enumerate(records[:100]):
        if len(cells) == width and filled[n] >= least:
            return n
    return 0


def _count_filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def has_names(rows: Sequence[Sequence[str]]) -> tuple[bool, bool]:
    """Tell whether the first row names the columns, and whether that is sure.

    It does not when it holds a number, an amount or a date above a column of such, unless these
    are years above what is none, number the columns, or date numbers; when one of its cells is
    missing in a way that no name is (``?``, ``NA``); or when half of its cells stand again in
    their columns.
    """
    first, body = [cell.strip() for cell in rows[0]], rows[1:BODY_ROWS]
    if not body:
        return not all(map(is_number, first)), True
    typed = [n for n, cell in enumerate(first) if is_typed(cell)]
    columns = [[r[n].strip() for r in body if len(r) > n] for n in range(len(first))]
    if _are_years(first, columns, typed):
        return True, True
    if _is_run(first, columns, typed):
        return True, False
    are_typed = [_is_typed_column(column) for column in columns]
    if any(are_typed[n] for n in typed) or any(cell in MISSING and cell for cell in first):
        return False, True
    again = _count_again(first, body)
    if again >= max(2, 0.5 * len(first)):
        return False, False
    return True, any(are_typed) or (again == 0 and _differ(first, body, columns))


def _differ(
    first: Sequence[str], body: Sequence[Sequence[str]], columns: Sequence[Sequence[str]]
) -> bool:
    """Tell whether names that stand above words only differ from these in some way.

    They stand again as a whole; they are written as in code, and what is below is not; or they
    stand once, and the values below again and again.
    """
    if any([cell.strip() for cell in row] == list(first) for row in body):
        return True
    if all(map(CODE_NAME.fullmatch, first)):
        return not all(CODE_NAME.fullmatch(cell) for column in columns for cell in column)
    return len(body) >= ENOUGH_ROWS and any(2 * len(set(c)) <= len(c) for c in columns)


def _are_years(first: Sequence[str], columns: Sequence[Sequence[str]], typed: list[int]) -> bool:
    """Tell whether some cells of a row are years, each once, above cells that are none."""
    years = [first[n] for n in typed]
    return (
        1 < len(years) < len(first)
        and len(set(years)) == len(years)
        and all(map(YEAR.fullmatch, years))
        and not all(all(map(YEAR.fullmatch, columns[n])) for n in typed)
    )


def _is_run(first: Sequence[str], columns: Sequence[Sequence[str]], typed: list[int]) -> bool:
    """Tell whether names number the columns, as 1, 2, 3, or date them, above plain numbers."""
    cells = [first[n] for n in typed]
    if not LEAST_TYPED <= len(cells) < len(first) or len(set(cells)) < len(cells):
        return False
    below = [columns[n][0] if columns[n] else "" for n in typed]
    if _rise_by_one(cells):
        return not _rise_by_one(below)
    are_dates = not any(map(is_number, cells)) and all(map(DATE.fullmatch, cells))
    return are_dates and all(
        sum(map(is_number, columns[n])) > 0.8 * len(columns[n]) > 0 for n in typed
    )


def _rise_by_one(cells: Sequence[str]) -> bool:
    """Tell whether cells are whole numbers, each by one greater than the one before."""
    if not all(cell.isascii() and cell.isdigit() for cell in cells):
        return False
    return all(int(a) + 1 == int(b) for a, b in pairwise(cells))


def _count_again(first: Sequence[str], body: Sequence[Sequence[str]]) -> int:
    """Count the cells of a row that stand again below it, but not where all of it does."""
    rows = [[cell.strip() for cell in row] for row in body]
    half = len(first) / 2
    rows = [r for r in rows if sum(map(operator.eq, r, first)) <= half]
    return sum(
        bool(cell) and any(len(row) > n and row[n] == cell for row in rows)
        for n, cell in enumerate(first)
    )


def are_columns_typed(rows: Sequence[Sequence[str]], width: int) -> tuple[bool, ...]:
    """Tell of each column whether it holds numbers, dates or the like."""
    fitting = [row for row in rows[:BODY_ROWS] if len(row) == width]
    return tuple(_is_typed_column([row[n].strip() for row in fitting]) for n in range(width))


def _is_typed_column(cells: Sequence[str]) -> bool:
    present = [cell for cell in cells if cell not in MISSING]
    return bool(present) and sum(map(is_typed, present)) > 0.8 * len(present)


def _count_lines(rows: Sequence[Sequence[str]], width: int) -> int:
    """Count the records that the names go over.

    Another one is a repetition of the first, or has words in two columns or more that hold
    numbers, dates or the like below, and in all such columns.
    """
    n_lines = 1
    while n_lines < MAX_LINES and n_lines + 3 < len(rows):
        row, body = rows[n_lines], rows[n_lines + 1 : n_lines + 1 + BODY_ROWS]
        if len(row) != width:
            break
        if not (list(row) == list(rows[0]) or _is_more_names(row, body)):
            break
        n_lines += 1
    return n_lines


def _is_more_names(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    columns = [[r[n].strip() for r in body if len(r) > n] for n in range(len(row))]
    above = [
        row[n].strip()
        for n, column in enumerate(columns)
        if sum(cell not in MISSING for cell in column) >= LEAST_TYPED and _is_typed_column(column)
    ]
    return len(above) > 1 and not any(cell in MISSING or is_typed(cell) for cell in above)
