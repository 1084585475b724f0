"""A separator that was lost beside a quoted cell, put back where the table leaves one place.

As in ``12,"a coat""warm, of wool",5``, ``12,a coat"warm, of wool",5`` or
``12,a coat,"warm, of wool"5`` of four cells.
"""

import re
from collections.abc import Callable, Sequence

from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.mending import LONGEST, split_strictly

LONG_LINE = 100_000
MOST_PLACES = 20  # quotes of a line before which a separator may be missing


def has_stray(cells: Sequence[str], text: str, quote: str) -> bool:
    """Tell whether a cell that stands in `text` without quotes around it has a quote in it."""
    return len(text) < LONG_LINE and any(
        quote in cell and quote + cell.replace(quote, quote * 2) + quote not in text
        for cell in cells
    )


def is_torn(cells: Sequence[str], quote: str) -> bool:
    """Tell whether a sentence is split in which a quote opens within one cell and closes another.

    As ``a coat"warm, of wool"`` is, which makes as many cells as there should be.
    """
    opens = next((n for n, cell in enumerate(cells) if quote in cell[1:-1]), len(cells))
    behind = cells[opens + 1 :]
    closes = next((cell for cell in behind if quote in cell), "")
    return closes.endswith(quote) and not closes.startswith(quote) and behind[0].startswith(" ")


def part_at_quote(
    text: str, dialect: Dialect, width: int, suit: Callable[[Sequence[str]], bool]
) -> list[str] | None:
    """Split a line with a separator more, before or behind one of its quotes.

    Parameters
    ----------
    text : str
        The line, without its end.
    dialect : Dialect
        How the file is laid out.
    width : int
        How many cells there must be.
    suit : callable
        Tells whether cells are like those of their columns.

    Returns
    -------
    list of str or None
        None where no place, or more than one, gives such cells with sound quotes.
    """
    quote, delimiter = dialect.quote, dialect.splits_at
    if not quote or len(text) > LONGEST:
        return None
    sign, end = re.escape(quote), re.escape(delimiter)
    pattern = f"(?<!^)(?<!{end})(?={sign})|(?<={sign})(?!{sign}|{end}|$)"
    places = [found.start() for found in re.finditer(pattern, text)]
    if len(places) > MOST_PLACES:
        return None
    ways = []
    for place in places:
        line = text[:place].rstrip(" ") + delimiter + text[place:].lstrip(" ")
        cells = split_strictly(line, delimiter, quote)
        if len(cells) == width and not has_stray(cells, line, quote) and suit(cells):
            ways.append(cells)
    return ways[0] if len(ways) == 1 else None
