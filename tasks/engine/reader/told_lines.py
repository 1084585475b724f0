"""What a bundle is told of lines that the reader treats by what it knows of the whole table."""

from collections.abc import Iterable
from typing import Any

# Lines that the reader mends by what it knows of the columns, which a bundle's reader does not.
MENDED = frozenset({
    "QUOTES_REPAIRED", "QUOTES_SPACED", "LINES_QUOTED", "OWN_SEPARATOR", "EXTRA_EMPTY",
    "ENDS_FILLED", "CELLS_PARTED", "COLUMNS_EMPTY", "SEPARATORS_ESCAPED",
})  # fmt: skip
NOTE, TOTAL = "FOOTNOTE", "ROWS_TOTAL"


def tell_lines(problems: Iterable[tuple[str, int | None]]) -> dict[str, Any]:
    """Return the part of a schema that is about lines.

    Parameters
    ----------
    problems : iterable of (str, int or None)
        Code and line of each that was found while the table was read.

    Returns
    -------
    dict
        ``mended_lines``: whether there are some; ``note_line``: where a note begins below the
        table, be there figures in it or not; ``total_line``: the first row that is called a
        total; both None without one.
    """
    lines = dict(problems)
    return {
        "mended_lines": bool(MENDED & set(lines)),
        "note_line": lines.get(NOTE),
        "total_line": lines.get(TOTAL),
    }
