"""How many cells the rows of a table have, beside the lines that are none of its rows."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.records import Record

LEAST_ROWS = 3
NARROW_ROWS = 3  # the names and two rows
TYPED, WORDS = 0.3, 0.05  # the least and the most share of numbers, dates or the like
LOOKED_AT = 1_000  # cells


def usual_width(records: Sequence[Record]) -> int:
    """Return how many cells most records have; 0 where there are none.

    Notes that a separator splits may be more than the rows of the table above them: then it is
    the width of these, which hold numbers, as no note does.
    """
    bare = [r for r in records if not r.text.startswith("#")]
    records = bare if len(bare) >= LEAST_ROWS else records  # comments may be more than the rows
    widths = Counter(len(r.cells) for r in records).most_common()
    if not widths:
        return 0
    usual, n_usual = widths[0]
    for width, n in widths[1:]:
        if LEAST_ROWS <= n < n_usual and width > usual and _are_notes(records, usual, width):
            return width
    return _narrower(records, usual) or usual


def _narrower(records: Sequence[Record], usual: int) -> int:
    """Return the width of the names and of some rows, where all others end with empty cells; or 0.

    Such as rows of which only some have a separator at their end.
    """
    widths = Counter(len(r.cells) for r in records if 1 < len(r.cells) < usual).most_common(1)
    if not widths or widths[0][1] < NARROW_ROWS:
        return 0
    width = widths[0][0]
    first = next(r for r in records if len(r.cells) in {width, usual})
    ends = (cell for r in records for cell in r.cells[width:])
    is_first = len(first.cells) == width and all(cell.strip() for cell in first.cells)
    return width if is_first and not any(cell.strip() for cell in ends) else 0


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
