"""How well a way to split suits the first lines of a file."""

import re
from collections import Counter
from collections.abc import Sequence

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.dialects import DELIMITERS, Dialect
from tasks.engine.reader.name_rows import split_names
from tasks.engine.reader.one_column import is_split_by_spaces
from tasks.engine.reader.records import Record

TYPED_CELLS = 20_000
HEAD_RECORDS = 50
LEAST_ROWS = 2  # that show that a table has begun
MOST_RIVALS = 0.5
OF_OTHERS = 0.2  # what names take from a share that only another separator splits
# A separator inside a cell: no decimal comma, and none that a space follows as in a sentence.
INNER = {d: rf"{re.escape(d)}(?=\S)" for d in DELIMITERS} | {",": r"(?<!\d),(?=\S)|,(?=[^\s\d])"}
RIVALS = {
    d: re.compile("|".join(inner for other, inner in INNER.items() if other != d))
    for d in (*DELIMITERS, " ")
}


def score(records: Sequence[Record], dialect: Dialect) -> tuple[float, ...] | None:
    """Say how well a way to split suits a sample; None when it does not at all.

    By the share of records that have the most frequent number of cells; between equals by how
    early these begin, for the names are split by the separator of the rows; then by whose cells
    hold no other separator, by whose cells have no quotes inside, by the share of cells that are
    numbers, dates or the like, by whose quotes are whole, by whose names are as many as the cells,
    and by the number of cells.
    """
    all_records, n_all, records = records, len(records), without_ends(records)
    split = [r for r in records if len(r.cells) > 1 and not r.broken]
    if len(split) <= 0.5 * len(records):
        return None
    width, count = Counter(len(r.cells) for r in split).most_common(1)[0]
    first = all_records[0].cells
    count += len(first) != width and _may_begin(first, width)
    cells = [cell for r in records[1:] for cell in r.cells[:TYPED_CELLS]][:TYPED_CELLS] or ["-"]
    typed = sum(map(is_typed, cells)) / len(cells)
    if dialect.delimiter == " " and (typed < 0.5 or not is_split_by_spaces(records, width)):
        return None  # words, or columns that are made even with spaces
    broken = sum(bool(r.broken) for r in records) / n_all
    stray = sum(r.stray for r in records) / n_all
    rivals = sum(_has_rival(r, dialect) for r in records) / len(records)
    own_width = width if rivals <= MOST_RIVALS else 0
    share = count / n_all
    share -= OF_OTHERS * _has_names_of_others(all_records, dialect, own_width, width)
    return (
        round(share, 1), -_find_start(all_records, width), -round(rivals, 1),
        -round(stray, 1), round(typed, 1), -round(broken, 2), len(first) == width, width,
    )  # fmt: skip


def _has_names_of_others(
    records: Sequence[Record], dialect: Dialect, own_width: int, width: int
) -> bool:
    """Tell whether only another separator splits the first line, not into cells of this width.

    So do the names, where this one splits decimals of the rows; but not a title above names.
    """
    first = records[0]
    if len(first.cells) > 1 or not _has_rival(first, dialect):
        return False
    if _has_names_below(records[1:HEAD_RECORDS], dialect, width):
        return False
    return not split_names(first.text, own_width)


def _has_names_below(records: Sequence[Record], dialect: Dialect, width: int) -> bool:
    """Tell whether the first line that is split is one of names, with as many as the rows' cells.

    No other separator stands in these, and no value.
    """
    below = next((r for r in records if len(r.cells) > 1), None)
    if below is None or len(below.cells) != width or _has_rival(below, dialect):
        return False
    return not any(map(is_typed, below.cells))


def _find_start(records: Sequence[Record], width: int) -> int:
    """Return which record the table begins with: below the last near the top that is not split.

    One that is not split among the rows is like no other.
    """
    head, start, n_rows = records[:HEAD_RECORDS], 0, 0
    for n, record in enumerate(head):
        n_rows += len(record.cells) == width
        start = n + 1 if len(record.cells) == 1 and n_rows < LEAST_ROWS else start
    while start < len(head) and not _may_begin(head[start].cells, width):
        start += 1
    return start


def _may_begin(cells: Sequence[str], width: int) -> bool:
    """Tell whether a record may be names: one may lack, and blank ones may be too many."""
    return len(cells) in {width, max(width - 1, 2)} or (
        len(cells) > width and not any(cell.strip() for cell in cells[width:])
    )


def _has_rival(record: Record, dialect: Dialect) -> bool:
    """Tell whether a cell holds another separator, and is not split by it in a sentence."""
    pattern = RIVALS.get(dialect.delimiter, RIVALS[" "])
    return bool(pattern.search("\n".join(record.cells)))  # no pattern goes over an end of a line


def without_ends(records: Sequence[Record]) -> Sequence[Record]:
    """Leave out lines of one cell above and below a table, where a table is left."""
    split = [n for n, r in enumerate(records) if len(r.cells) > 1]
    if len(split) < 2:
        return records
    inner = records[split[0] : split[-1] + 1]
    return inner if len(inner) > len(records) - len(inner) or split[0] < 30 else records
