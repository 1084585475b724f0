"""Rows inside one cell: between two quotes that stand in different rows and are no pair."""

from collections.abc import Iterable, Sequence
from typing import Literal

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.mending import mend_quotes
from tasks.engine.table.cell_text import MISSING


def find_rows(
    lines: Iterable[str],
    dialect: Dialect,
    width: int,
    are_typed: Sequence[bool],
    *,
    may_be_names: bool = False,
) -> Literal["", "maybe", "sure"]:
    """Tell whether the lines of one record would each be a row, if its quotes were text.

    Parameters
    ----------
    lines : iterable of str
        All lines of the record, with or without their ends.
    dialect : Dialect
        How the file is laid out.
    width : int
        How many cells the table has.
    are_typed : sequence of bool
        Of each column, whether it holds numbers, dates or the like.
    may_be_names : bool, optional
        Whether the first line may be the names of the columns.

    Returns
    -------
    {"", "maybe", "sure"}
        ``sure`` where every line, but for such names, suits the columns that hold numbers,
        dates or the like; ``maybe`` where all have the width, but no column is such; empty where
        one is no row: then the record is a cell with several lines, as a comment or an address.
    """
    typed = [n for n, is_one in enumerate(are_typed) if is_one]
    if width == 1 and not typed:  # as mending each line would tell, and far sooner
        empty = {"", 2 * dialect.quote}
        return "" if any(line.strip() in empty for line in lines) else "maybe"
    for n, line in enumerate(lines):
        cells = _split(line.rstrip("\r\n"), dialect, width)
        if cells is None or len(cells) != width or not any(map(str.strip, cells)):
            return ""
        filled = [cell for cell in (cells[n].strip() for n in typed) if cell not in MISSING]
        is_fit = bool(filled) and all(map(is_typed, filled))
        if typed and not is_fit and (n or not may_be_names):
            return ""
    return "sure" if typed else "maybe"


def _split(line: str, dialect: Dialect, width: int) -> list[str] | None:
    if dialect.quote in line:
        return mend_quotes(line, dialect, width)
    return line.split(dialect.splits_at)
