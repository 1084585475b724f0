"""Names over two lines: groups of them, as years over men and women, or cells that were merged."""

from collections.abc import Sequence
from itertools import pairwise

from tasks.engine.reader.cell_types import ABSENT, is_typed
from tasks.engine.reader.label_rows import MOST_WORDS, YEAR, Numbered


def are_groups(above: Sequence[Numbered], below: Sequence[Numbered], width: int) -> bool:
    """Tell whether the line right above the names has what makes equal ones different.

    Parameters
    ----------
    above, below : sequence of (int, list of str)
        The records above the names, and those from the names on, each with its line.
    width : int
        How many cells most of them have.
    """
    if not above or not below:
        return False
    (line, groups), (names_line, names) = above[-1], below[0]
    upper, lower = ([cell.strip() for cell in cells] for cells in (groups, names))
    if names_line != line + 1 or len(upper) != width != 1 or len(lower) != width:
        return False
    if are_halves(upper, lower, [cells for _, cells in below[1:]]):
        return True
    labels = [label for label in upper if label]
    if upper[0] or len(labels) < 2 or any(len(label.split()) > MOST_WORDS for label in labels):
        return False
    if not all(lower) or any(map(is_typed, lower)):
        return False
    group, whole = "", []
    for label, name in zip(upper, lower, strict=True):
        group = label or group
        whole.append((group, name))
    return len(set(lower)) < width == len(set(whole))


def are_halves(upper: Sequence[str], lower: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether two lines of words may be halves of one, of cells that were merged.

    Over one another, as ``Region`` stands above a blank cell, and beside one another, as a group
    stands above the first of its names, or above each. Those have cells below them: a word below
    a column that has neither a name nor a cell may be a remark of a first row.
    """
    pairs = [(a.strip(), b.strip()) for a, b in zip(upper, lower, strict=True)]
    goes_on = any(
        b and a in {"", left} and any(row[n].strip() for row in body if len(row) > n)
        for n, ((left, _), (a, b)) in enumerate(pairwise(pairs), 1)
    )
    are_words = any(b and not is_typed(b) for _, b in pairs)  # years alone may be a row
    is_title = not any(a for a, _ in pairs[1:])
    are_merged = bool(pairs[0][0]) and not pairs[0][1] and goes_on and are_words
    return are_merged and not is_title and all(_may_name(cell) for pair in pairs for cell in pair)


def _may_name(cell: str) -> bool:
    return not cell or bool(YEAR.fullmatch(cell)) or not (cell in ABSENT or is_typed(cell))
