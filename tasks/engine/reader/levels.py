"""Names over three lines or more: groups of groups of columns, as years over sexes over ages."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tasks.engine.reader.cell_types import ABSENT, are_columns_typed, is_typed
from tasks.engine.reader.label_rows import BODY_ROWS, MOST_WORDS, Numbered
from tasks.engine.reader.names import join_lines

LOOKED_AT = 30
LEAST_WIDTH = 5  # of two groups of two, beside what the rows are called
LEAST_TYPED, MOST_LINES = 2, 5


def find_levels(records: Sequence[Numbered], width: int) -> tuple[int, int] | None:
    """Find names of three levels or more, of which the lowest alone says too little.

    Parameters
    ----------
    records : sequence of (int, list of str)
        The first records that are not blank, each with its line.
    width : int
        How many cells most of them have.

    Returns
    -------
    tuple of (int, int) or None
        The record of the highest level, from 0, and over how many records the names go. None where
        there are none, or two levels only (`group_names`).
    """
    if width < LEAST_WIDTH:
        return None
    for at in range(2, min(len(records) - LEAST_TYPED, LOOKED_AT)):
        names = [cell.strip() for cell in records[at][1]]
        if len(names) != width or len({*names[1:]}) == width - 1:
            continue
        n_above = sum(1 for _ in _groups_above(records, at, width))
        body = [cells for _, cells in records[at + 1 : at + 1 + BODY_ROWS]]
        n_lines = n_above + 1 + int(_names_rows(body[0], width))
        # What costs the most comes last: tables may be wide.
        if n_above > 1 and n_lines <= MOST_LINES and _are_above_values(names, body):
            whole = join_lines([cells for _, cells in records[at - n_above : at + 1]], width)[1:]
            return (at - n_above, n_lines) if len({*whole}) == len(whole) else None
    return None


def _names_rows(row: Sequence[str], width: int) -> bool:
    """Tell whether a row holds a word in its first cell alone: what pandas calls the index."""
    first, *others = row
    is_word = bool(first.strip()) and not is_typed(first.strip())
    return len(row) == width and is_word and not any(map(str.strip, others))


def _are_above_values(names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether words stand right above the values of all columns that have such, the most."""
    width = len(names)
    are_typed = are_columns_typed(body, width)
    above = [n for n in range(1, width) if are_typed[n]]
    if len(above) < max(LEAST_TYPED, (width - 1) / 2):
        return False
    if any(names[n] in ABSENT or is_typed(names[n]) for n in above):
        return False
    first = next((row for row in body if len(row) == width and not _names_rows(row, width)), None)
    cells = [first[n].strip() for n in above] if first else []
    return bool(cells) and all(cell in ABSENT or is_typed(cell) for cell in cells)


def _groups_above(records: Sequence[Numbered], at: int, width: int) -> Iterator[list[str]]:
    """Yield the lines above that hold groups of what stands below, the lowest first."""
    lower, n_lower = [cell.strip() for cell in records[at][1]][1:], width - 1
    for above, below in pairwise(reversed(records[: at + 1])):
        upper = [cell.strip() for cell in below[1]][1:]
        if above[0] - 1 != below[0] or len(below[1]) != width:
            return
        begins = [
            n for n, cell in enumerate(upper) if cell and cell != upper[n - 1 : n or None][0]
        ]
        labels = [cell for cell in upper if cell]
        are_apart = 1 < len(begins) < n_lower and all(lower[n] for n in begins)
        if not are_apart or any(len(label.split()) > MOST_WORDS for label in labels):
            return
        yield upper
        lower, n_lower = upper, len(begins)
