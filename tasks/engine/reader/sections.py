"""Titles of sections in a table of two columns, where any row may just lack its value."""

from collections.abc import Sequence

from tasks.engine.reader.cell_types import is_typed

LEAST_TITLES = 2
AGAIN = 1.5  # times that a key stands in the table on average


def are_titles(keys: Sequence[str], values: Sequence[str]) -> bool:
    """Tell whether the rows without a value are titles of sections.

    So it is where each stands once, and the keys below one stand again below another, but never
    twice below the same: ``Men``, ``0-14``, ``15-64``, ``Women``, ``0-14``, ``15-64``.

    Parameters
    ----------
    keys, values : sequence of str
        The cells of the two columns, row by row.
    """
    pairs = [(key.strip(), bool(value.strip())) for key, value in zip(keys, values, strict=True)]
    titles = [key for key, has_value in pairs if key and not has_value]
    if len(titles) < LEAST_TITLES or pairs[0] != (titles[0], False):
        return False
    sections: list[list[str]] = []
    for key, has_value in pairs:
        if has_value:
            sections[-1].append(key)
        elif key:
            sections.append([])
    known = {key for section in sections for key in section}
    if any(map(is_typed, titles)) and any(map(is_typed, known)):
        return False  # a year is a title above words only
    n_keys = sum(map(len, sections))
    are_whole = all(section and len({*section}) == len(section) for section in sections)
    are_single = len({*titles}) == len(titles) and not known & {*titles}
    return are_whole and are_single and n_keys >= AGAIN * len(known)
