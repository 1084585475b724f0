"""How many cells the rows of a table have, beside the lines that are none of its rows."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.records import Record

LEAST_ROWS = 3
TYPED, WORDS = 0.3, 0.05  # the least and the most share of numbers, dates or the like
LOOKED_AT = 1_000  # cells


def usual_width(records: Sequence[Record]) -> int:
    """Return how many cells most records have; 0 where there are none.

    Notes that a separator splits may be more than the rows of the table above them: then it is
    the width of these, which hold numbers, as no note does.
    """
    widths = Counter(len(r.cells) for r in records).most_common()
    if not widths:
        return 0
    usual, n_usual = widths[0]
    for width, n in widths[1:]:
        if LEAST_ROWS <= n < n_usual and width > usual and _are_notes(records, usual, width):
            return width
    return usual


def _are_notes(records: Sequence[Record], usual: int, width: int) -> bool:
    """Tell whether the records of one width all stand below those of another that have values."""
    at = [n for n, r in enumerate(records) if len(r.cells) == width]
    first = next(n for n, r in enumerate(records) if len(r.cells) == usual)
    if at[-1] > first:
        return False
    return _share(records[first:]) < WORDS and _share([records[n] for n in at[1:]]) > TYPED


def _share(records: Sequence[Record]) -> float:
    filled = (cell for r in records for cell in r.cells if cell.strip())
    cells = list(islice(filled, LOOKED_AT))
    return sum(map(is_typed, cells)) / max(len(cells), 1)
