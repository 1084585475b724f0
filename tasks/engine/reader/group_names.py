"""A line above the names that tells groups of them apart, as years over men and women."""

from collections.abc import Sequence

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.label_rows import MOST_WORDS, Numbered


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
