"""Pairs of a key and its value above a table, that have the table's own width."""

import re
from collections.abc import Sequence

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.label_rows import Numbered, has_names
from tasks.engine.table.cell_text import MISSING

MOST_PAIRS = 30
MOST_PLAIN_PAIRS = 6  # in a table of two columns any row is a pair
LEAST_ROWS = 3
LEAST_SERIES = 5
# What stands for a value that is not there, besides MISSING: n.d., k. A., (c), .., * or words.
NO_VALUE = re.compile(r"\W+|\W*\w(\W+\w)+\W*|\W+\w\W*|unknown|missing|no data|not available", re.I)


def skip_pairs(records: Sequence[Numbered], first: int, width: int) -> int:
    """Return which record the table begins with, if pairs stand above it.

    Parameters
    ----------
    records : sequence of (int, list of str)
        The first records that are not blank, each with its line.
    first : int
        Which of them the table would begin with otherwise.
    width : int
        How many cells most of them have.

    Returns
    -------
    int
        The same as `first` where no pairs are, or where it is not sure.
    """
    if width < 2:
        return first
    find = _below_plain_pairs if width == 2 else _below_padded_pairs
    at = find(records, first, width)
    return at if at + LEAST_ROWS < len(records) else first


def _below_padded_pairs(records: Sequence[Numbered], first: int, width: int) -> int:
    """Pairs fill the first two cells of many; one alone may be the upper line of the names."""
    at = first
    while at < len(records) and at - first < MOST_PAIRS and _is_padded(records[at][1], width):
        at += 1
    pairs = [cells for _, cells in records[first:at] if cells[0].strip()]
    is_sure = len(pairs) > 1 or at - first > len(pairs) or any(
        is_typed(cells[1]) or cells[0].rstrip().endswith(":") for cells in pairs
    )  # fmt: skip
    if not pairs or not is_sure or at == len(records):
        return first
    names, below = records[at][1], records[at + 1 :]
    is_full = len(names) == width and sum(bool(c.strip()) for c in names) >= max(3, 0.5 * width)
    n_padded = sum(_is_padded(cells, width) for _, cells in below)
    is_table = is_full and n_padded < 0.5 * len(below)
    return at if is_table and _are_surely_names(records[at:]) else first


def _is_padded(cells: Sequence[str], width: int) -> bool:
    if len(cells) != width or any(cell.strip() for cell in cells[2:]):
        return False
    return bool(cells[0].strip()) or not cells[1].strip()


def _below_plain_pairs(records: Sequence[Numbered], first: int, _width: int) -> int:
    """Pairs whose keys end with a colon; or some with a blank line below, and then names."""
    at = first
    while at < len(records) and _has_key(records[at][1]):
        at += 1
    if at > first:
        is_sure = at - first > 1 or _are_surely_names(records[at:])  # one may be the names
        return at if is_sure and at - first <= MOST_PAIRS else first
    if at := _below_words(records, first):
        return at
    for at in range(first + 1, min(first + 1 + MOST_PLAIN_PAIRS, len(records) - LEAST_ROWS)):
        before, above = records[at - 1]
        if records[at][0] - before > 1 + "".join(above).count("\n"):
            return at if _are_names(records, first, at) else first
    return first


def _below_words(records: Sequence[Numbered], first: int) -> int:
    """Return which record series begin with that have no names, below keys with few values; or 0.

    In a series both cells are numbers, dates or the like; no key is.
    """
    rows = [cells for _, cells in records[first:]]
    n_pairs = next((n for n, row in enumerate(rows[:MOST_PAIRS]) if is_typed(row[0])), 0)
    pairs, series = rows[:n_pairs], rows[n_pairs:]
    n_values = sum(is_typed(row[-1]) for row in pairs if len(row) > 1)
    if n_pairs < LEAST_ROWS or 2 * n_values >= n_pairs or len(series) < LEAST_SERIES:
        return 0
    has_quotes = any('"' in cell for row in pairs for cell in row)  # that are no pair
    are_values = all(len(row) == 2 and all(map(is_typed, row)) for row in series)
    return first + n_pairs if are_values and not has_quotes else 0


def _has_key(cells: Sequence[str]) -> bool:
    """Tell whether a row has a key before its value; two that end alike are names."""
    ends = [cell.rstrip().endswith(":") for cell in cells]
    return ends[0] and not all(ends)


def _are_surely_names(records: Sequence[Numbered]) -> bool:
    return len(records) > LEAST_ROWS and has_names([cells for _, cells in records]) == (True, True)


def _are_names(records: Sequence[Numbered], first: int, at: int) -> bool:
    """Tell whether words stand above values, and are not the names of the rows above once more.

    A word that stands again below, or for a value that is not there, is in the first row.
    """
    names, below = records[at][1], [cells for _, cells in records[at + 1 :]]
    n_values = sum(len(cells) == 2 and is_typed(cells[1]) for cells in below)
    has_words = len(names) == 2 and not any(
        cell.strip() in MISSING or is_typed(cell) for cell in names
    )
    is_row = NO_VALUE.fullmatch(names[-1].strip()) or names[-1] in [cells[-1] for cells in below]
    return has_words and not is_row and n_values > 0.8 * len(below) and names != records[first][1]
