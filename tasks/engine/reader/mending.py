"""Lines that do not split as the others do, split all the same where there is one way to do it.

What is mended is always told: nothing here decides that a line is right.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.dialects import DELIMITERS, Dialect

STEPS = 2_000  # for a line
LONGEST = 20_000  # characters of a line that is mended
MOST_WAYS = 30  # to split a line that are held against its columns
SURPLUS = 3  # empty cells too many, for which the best place is looked for
OTHER_DELIMITERS = (*DELIMITERS, " ")
LEAST_WIDTH = 3  # with two cells almost any other separator would do


def mend_quotes(
    text: str, dialect: Dialect, width: int, count: Callable[[Sequence[str]], int] = len
) -> list[str] | None:
    """Split a line whose quotes are not doubled, or not closed, into `width` cells.

    A quote closes a cell only before a delimiter or the line's end, and a cell whose quote is
    never closed keeps it as a character. Where that leaves several ways, those come first of which
    the most cells suit their columns, and of these the one whose cells are closed early.

    Parameters
    ----------
    text : str
        The line, without its end.
    dialect : Dialect
        How the file is laid out.
    width : int
        How many cells there must be.
    count : callable, optional
        Counts the cells that are like those of their columns; by default all are.

    Returns
    -------
    list of str or None
        None where no way gives that number of cells.
    """
    if not dialect.quote or dialect.quote not in text or len(text) > LONGEST:
        return None
    best, most = None, -1
    for way in islice(_ways(text, dialect, width), MOST_WAYS):
        n = count(way)
        if n == width:
            return way
        if n > most:
            best, most = way, n
    return best


def _ways(text: str, dialect: Dialect, width: int) -> Iterator[list[str]]:
    """Yield the ways to split a line into so many cells, the likeliest first."""
    quote, delimiter = dialect.quote, dialect.splits_at

    def from_(start: int) -> Iterator[tuple[int, str]]:
        return _cells_from(text, start, quote, delimiter, skip_space=dialect.skip_space)

    # What is still to be tried for each cell, and the cells that are being tried.
    untried, cells = [from_(0)], list[str]()
    for _ in range(STEPS):
        while (found := next(untried[-1], None)) is None:
            untried.pop()
            if not untried:
                return
            cells.pop()
        end, cell = found
        if end < len(text) and len(cells) + 1 < width:
            cells.append(cell)
            untried.append(from_(end + 1))
        elif end >= len(text) and len(cells) + 1 == width:
            yield [*cells, cell]


def _cells_from(
    text: str, start: int, quote: str, delimiter: str, *, skip_space: bool
) -> Iterator[tuple[int, str]]:
    """Yield what the cell at `start` may be, and where it ends, the likeliest first."""
    if skip_space:
        while text.startswith(" ", start):
            start += 1
    if text.startswith(quote, start):
        closing = text.find(quote, start + 1)
        while closing >= 0:
            if closing + 1 == len(text) or text.startswith(delimiter, closing + 1):
                yield closing + 1, text[start + 1 : closing].replace(quote * 2, quote)
            closing = text.find(quote, closing + 1)
    end = text.find(delimiter, start)
    end = len(text) if end < 0 else end
    yield end, text[start:end]


def mend_delimiter(
    text: str, dialect: Dialect, width: int, are_typed: Sequence[bool]
) -> list[str] | None:
    """Split a line that has a separator of its own, by the one that gives `width` cells.

    Returns
    -------
    list of str or None
        None where none does, or more than one, or where its cells do not suit their columns.
    """
    if width < LEAST_WIDTH:
        return None
    found = []
    for delimiter in OTHER_DELIMITERS:
        if delimiter != dialect.delimiter and text.count(delimiter) >= width - 1:
            cells = split_strictly(text, delimiter, dialect.quote)
            is_sure = delimiter != " " or _has_values(cells, are_typed)
            if len(cells) == width and is_sure and _fit(cells, are_typed) == width:
                found.append(cells)
    return found[0] if len(found) == 1 else None


def join_escaped(text: str, dialect: Dialect, width: int) -> list[str] | None:
    """Split a line but where a backslash stands before the separator; None if it does not fit."""
    escaped = f"\\{dialect.splits_at}"
    if escaped not in text or (dialect.quote and dialect.quote in text):
        return None
    hidden = text.replace(escaped, "\0")
    cells = hidden.split(dialect.splits_at)
    return (
        [cell.replace("\0", dialect.splits_at) for cell in cells] if len(cells) == width else None
    )


def split_strictly(text: str, delimiter: str, quote: str) -> list[str]:
    """Split a line by a separator; there is no cell where its quotes are broken."""
    if not quote or quote not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, quotechar=quote, strict=True))
    except csv.Error:
        return []


def drop_empty(cells: Sequence[str], width: int, are_typed: Sequence[bool]) -> list[str] | None:
    """Return a row without the empty cells that it has too many.

    Those at its end, unless the row suits its columns better without others.

    Parameters
    ----------
    cells : sequence of str
        The row.
    width : int
        How many cells there must be.
    are_typed : sequence of bool
        Of each column, whether it holds numbers, dates or the like.

    Returns
    -------
    list of str or None
        None where it has no empty cells too many.
    """
    kept = list(cells)
    if not any(cell.strip() for cell in cells[width:]) and len(cells) > width + SURPLUS:
        return kept[:width]
    if not width < len(kept) <= width + SURPLUS:
        return None
    kinds = [is_typed(cell) if cell.strip() else None for cell in kept]
    if set(kinds[width:]) == {None} and _suit(kinds, are_typed):
        return kept[:width]  # without a search for each of them
    while len(kept) > width:
        n = _find_surplus(kinds, are_typed)
        if n is None:
            return None
        del kept[n], kinds[n]
    return kept


def _suit(kinds: Sequence[bool | None], are_typed: Sequence[bool]) -> bool:
    pairs = zip(kinds, are_typed, strict=False)
    return all(kind is None or kind == typed for kind, typed in pairs)


def _find_surplus(kinds: Sequence[bool | None], are_typed: Sequence[bool]) -> int | None:
    """Return the empty cell without which a row suits its columns best, the last of several.

    Of each cell `kinds` tells whether it is typed; None: it is empty, which suits every column.
    """
    stay = [kind in {None, typed} for kind, typed in zip(kinds, are_typed, strict=False)]
    if kinds[-1] is None and all(stay):
        return len(kinds) - 1
    move = [kind in {None, typed} for kind, typed in zip(kinds[1:], are_typed, strict=False)]
    before, moved = (list(accumulate(fits, initial=0)) for fits in (stay, move))

    def suits(n: int) -> tuple[int, int]:
        return before[min(n, len(stay))] - moved[min(n, len(move))], n

    empty = [n for n, kind in enumerate(kinds) if kind is None]
    return max(empty, key=suits, default=None)


def _has_values(cells: Sequence[str], are_typed: Sequence[bool]) -> bool:
    """Tell whether a cell has a value where its column has; without, it may be a sentence."""
    return any(typed and is_typed(c) for c, typed in zip(cells, are_typed, strict=False))


def _fit(cells: Sequence[str], are_typed: Sequence[bool]) -> int:
    """Count the cells that are like their columns; an empty one is like any."""
    return sum(
        not cell.strip() or is_typed(cell) == typed
        for cell, typed in zip(cells, are_typed, strict=False)
    )
