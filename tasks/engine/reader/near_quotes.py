"""Quotes that enclose, but not as in RFC 4180: with spaces beside them, or around a whole line.

And those of a line in which they enclose each cell, whatever separates these.
"""

import csv
import re
from collections.abc import Sequence

from tasks.engine.reader.dialects import DELIMITERS, NO_DELIMITER, Dialect
from tasks.engine.reader.mending import OTHER_DELIMITERS, split_strictly

LEAST_WIDTH = 3  # "Last, First" is one cell
LONGEST = 20_000  # characters of a line


def split_spaced(text: str, dialect: Dialect) -> list[str] | None:
    """Split a line with spaces between a quote and the separator beside it; None without such."""
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.splits_at)
    if len(text) > LONGEST:
        return None
    whole = rf"{quote}[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+{quote}"
    tidied = re.sub(rf"(^|{delimiter}) *({whole}) *(?={delimiter}|$)", r"\1\2", text)
    return None if tidied == text else _split(tidied, dialect.splits_at, dialect.quote)


def mend_near(
    cells: Sequence[str], text: str, dialect: Dialect, width: int
) -> tuple[list[str], str] | None:
    """Split a line whose quotes enclose something, but not quite as they should.

    Parameters
    ----------
    cells : sequence of str
        What the line was split into.
    text : str
        The line, without its end.
    dialect : Dialect
        How the file is laid out.
    width : int
        How many cells there must be.

    Returns
    -------
    tuple of (list of str, str) or None
        The cells, and ``spaced``, ``wrapped`` or ``separator``; None where none of them gives
        that number of cells.
    """
    if not dialect.quote or dialect.quote not in text:
        return None
    found = split_spaced(text, dialect)
    if found and len(found) == width:
        return found, "spaced"
    if len(cells) == 1 and width >= LEAST_WIDTH and text.startswith(dialect.quote):
        found = _split(cells[0], dialect.splits_at, dialect.quote)
        if found and len(found) == width:
            return found, "wrapped"
    return _split_all_quoted(text, dialect, width)


def _split_all_quoted(text: str, dialect: Dialect, width: int) -> tuple[list[str], str] | None:
    """Split a line by a separator of its own, where quotes enclose each of its cells."""
    quote = dialect.quote
    if width < LEAST_WIDTH or not text[0] == text[-1] == quote or len(text) > LONGEST:
        return None
    for delimiter in OTHER_DELIMITERS:
        cells = split_strictly(text, delimiter, quote) if delimiter != dialect.delimiter else []
        whole = delimiter.join(quote + cell.replace(quote, quote * 2) + quote for cell in cells)
        if len(cells) == width and whole == text:
            return cells, "separator"
    return None


def unwrap(text: str, quote: str = '"') -> str:
    """Return a text without the quotes around each of its lines, where all lines have such.

    The first line may be without. All must have the same number of cells then, three or more; and
    not only such separators as a sentence has, with a space behind each.
    """
    n_above = len(text) - len(text.lstrip("\r\n"))  # blank lines, perhaps millions
    lines = [line.rstrip("\r") for line in text[n_above:].split("\n")]
    filled = [line for line in lines if line.strip()]
    if len(filled) < 2 or not all(line[0] == line[-1] == quote for line in filled[1:]):
        return text
    inner = [_unwrap_line(line, quote) for line in lines]
    for delimiter in DELIMITERS:
        if text.count(delimiter) == text.count(f"{delimiter} "):
            continue
        widths = {
            len(_split(line or "", delimiter, quote) or ())
            for line, outer in zip(inner, lines, strict=True) if outer.strip()
        }  # fmt: skip
        if len(widths) == 1 and widths.pop() >= LEAST_WIDTH:
            return text[:n_above] + "\n".join(line or "" for line in inner)
    return text


def _unwrap_line(line: str, quote: str) -> str | None:
    """Return what stands in the quotes of a line; None where these do not enclose all of it."""
    cells = _split(line, NO_DELIMITER, quote)
    return cells[0] if cells else line if not line else None


def _split(text: str, delimiter: str, quote: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter, quotechar=quote, strict=True), None)
    except csv.Error:
        return None
