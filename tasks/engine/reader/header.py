"""Where the names of the columns stand: in which line, over how many, and what is above them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tasks.engine.reader.cell_types import (
    ABSENT,
    are_columns_typed,
    are_dashes,
    is_typed,
    is_typed_column,
)
from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.reader.group_names import are_groups, are_halves
from tasks.engine.reader.index_names import begins_with_index, is_like_those, names_one_of_two
from tasks.engine.reader.key_values import skip_pairs
from tasks.engine.reader.label_rows import (
    BODY_ROWS,
    LEAST_TYPED,
    Numbered,
    are_periods,
    has_names,
    is_sentence,
)
from tasks.engine.reader.levels import find_levels
from tasks.engine.reader.units import are_answers, are_statistics, are_units, are_units_and_words

MAX_LINES = 5
SHOWN_CHARS = 60
APART = re.compile(r"\s*#+\s")  # a name that is marked has none of it, as in #CHROM
NOT_THERE = re.compile(r"[nk]\. ?[abdrv]\.", re.IGNORECASE)  # as n.d., for a value


class Above(NamedTuple):
    """A line above the table: where it is, and its cells."""

    line: int
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        """How it begins."""
        return " ".join(cell.strip() for cell in self.cells if cell.strip())[:SHOWN_CHARS]


@dataclass(frozen=True)
class Header:
    """Where the names are.

    Parameters
    ----------
    is_there : bool
        Whether the columns have names in the file.
    line : int
        The first line of the names, or of the first row where there are none.
    n_lines : int
        How many records the names go over.
    last_line : int
        The line on which the last of these starts; 0 where there are no names.
    above : tuple of Above
        The lines above that are not blank.
    is_sure : bool
        Whether the file itself tells; else it was assumed that there are names.
    """

    is_there: bool
    line: int = 1
    n_lines: int = 1
    last_line: int = 0
    above: tuple[Above, ...] = ()
    is_sure: bool = True


def find_header(records: Sequence[Numbered], width: int, options: ReadOptions) -> Header:
    """Find the names in a sample.

    Parameters
    ----------
    records : sequence of (int, list of str)
        The first records that are not blank, each with its line.
    width : int
        How many cells most of them have.
    options : ReadOptions
        What was decided already.
    """
    if not records:
        return Header(is_there=True)
    is_open = options.header is not False and not (options.header_line or options.header_lines)
    if levels := find_levels(records, width) if is_open else None:
        return _of_levels(records, *levels)
    first, has_groups = _first_of(records, width, options)
    table = records[first:]
    # Groups may be numbers or dates; names stand below them.
    is_there, is_sure = True if has_groups else options.header, True
    rows = [cells for _, cells in table]
    below = [cells for cells in rows[1:] if not are_dashes(cells, rows[0])]
    if is_there is None:
        are_merged = len(rows) > 1 and _are_merged(rows[1], rows[0], rows[2 : 2 + BODY_ROWS])
        is_there, is_sure = (True, True) if are_merged else has_names([rows[0], *below])
    n_lines = 1
    if is_there:
        n_lines = options.header_lines or _count_lines(rows, width)
    if n_lines == 1 and is_sure and options.header is None:
        is_sure = not (is_there and _has_more_names(below))
    above = tuple(Above(line, tuple(cells)) for line, cells in records[:first])
    n_lines = min(n_lines, len(table))
    last_line = table[n_lines - 1][0] if is_there else 0
    return Header(is_there, table[0][0], n_lines, last_line, above, is_sure)


def _of_levels(records: Sequence[Numbered], first: int, n_lines: int) -> Header:
    above = tuple(Above(line, tuple(cells)) for line, cells in records[:first])
    last_line = records[first + n_lines - 1][0]
    return Header(True, records[first][0], n_lines, last_line, above)


def _first_of(records: Sequence[Numbered], width: int, options: ReadOptions) -> tuple[int, bool]:
    """Return which record the table begins with: the first that is filled like those below.

    And whether groups of the names below stand in it.
    """
    if options.header_line:
        at = [n for n, (line, _) in enumerate(records) if line >= options.header_line]
        return at[0] if at else len(records) - 1, False
    filled = [_count_filled(cells) for _, cells in records]
    usual = sorted(filled[n] for n, (_, cells) in enumerate(records) if len(cells) == width)
    least = min(2, width) if not usual else max(min(2, width), 0.5 * usual[len(usual) // 2])
    head = records[:BODY_ROWS]
    if begins_with_index(head, width) or names_one_of_two(head, width):
        return 0, False
    for n, (_, cells) in enumerate(records[:100]):
        if len(cells) == width and filled[n] >= least:
            if options.header is False:
                return n, False
            n = _skip_sentences(records, _skip_comments(records, n, width), width)
            below = [cells for _, cells in records[n + 1 :]]
            start = skip_pairs(records, n + int(_is_title(records[n][1], below)), width)
            has_groups = options.header_lines != 1 and _has_groups(records, start, width)
            return start - int(has_groups), has_groups
    return 0, False


def _has_groups(records: Sequence[Numbered], at: int, width: int) -> bool:
    """Tell whether the names begin one line higher, with groups that they go on with."""
    rows = [cells for _, cells in records[max(at - 1, 0) :]]
    return are_groups(records[:at], records[at:], width) and _count_lines(rows, width) > 1


def _skip_comments(records: Sequence[Numbered], first: int, width: int) -> int:
    """Return where a table begins below lines marked with # of its width, above its names.

    Names may be marked themselves; then values stand below them.
    """
    at = first
    while at < len(records) and _is_marked(records[at][1]):
        at += 1
    is_one = at - first == 1 and not (first and _is_marked(records[first - 1][1]))
    if at == first or (is_one and not APART.match(records[first][1][0])):
        return first
    rows = [cells for _, cells in records[at:]]
    if len(rows) < 2 or len(rows[0]) != width or are_units(rows[0]):
        return first
    body = rows[1 : 1 + BODY_ROWS]
    are_names = _has_more_names(rows) or _is_above_all(rows[0], body)
    is_row = has_gaps(rows[0]) or is_like_those(rows[0], body)
    return at if are_names and not is_row else first


def _is_marked(cells: Sequence[str]) -> bool:
    """Tell whether a line begins with #, which alone in a cell names a column of numbers."""
    first = cells[0].strip()
    return first.startswith("#") and (len(first) > 1 or len(cells) == 1)


def _is_above_all(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether a word stands above values in each column, however few rows there are."""
    are_words = all(cell.strip() not in ABSENT and not is_typed(cell) for cell in row)
    return are_words and all(are_columns_typed(body, len(row)))


def _skip_sentences(records: Sequence[Numbered], first: int, width: int) -> int:
    """Return where a table begins below some sentences that have its width; it holds none."""
    at, n_sentences = first, 0
    while at < len(records) and (is_sentence(records[at][1]) or len(records[at][1]) != width):
        n_sentences += len(records[at][1]) == width
        at += 1
    rows = [cells for _, cells in records[at:]]
    is_table = len(rows) > LEAST_TYPED and not any(map(is_sentence, rows))
    return at if n_sentences > 1 and is_table and any(are_columns_typed(rows, width)) else first


def _is_title(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row is a sentence above the names, and not names that are spaced so."""
    return (
        is_sentence(cells)
        and _has_more_names(below)
        and len(below[0]) == len(cells)
        and not is_sentence(below[0])
        and not has_gaps(below[0])
        and not is_like_those(below[0], below[1 : 1 + BODY_ROWS])
    )


def has_gaps(cells: Sequence[str]) -> bool:
    """Tell whether words stand for values that are not there: the same one twice, or n.d."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len({*filled}) < len(filled) or any(map(NOT_THERE.fullmatch, filled))


def _has_more_names(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether names stand in the row below one that may be names, too."""
    return bool(rows) and _is_more_names(rows[0], rows[1 : 1 + BODY_ROWS], least=1)


def _count_filled(cells: Sequence[str]) -> int:
    return sum(map(bool, map(str.strip, cells)))


def _count_lines(rows: Sequence[Sequence[str]], width: int) -> int:
    """Count the records that the names go over.

    Another one is a repetition of the first, or holds units alone, or years below names for
    several columns, or has words in two columns or more that hold numbers, dates or the like
    below, and in all such columns that have a name.
    """
    n_lines = 1
    while n_lines < MAX_LINES and n_lines + 3 < len(rows):
        row, body = rows[n_lines], rows[n_lines + 1 : n_lines + 1 + BODY_ROWS]
        if len(row) != width or are_dashes(row, rows[0]):
            break
        if list(row) != list(rows[0]) and not _goes_on(row, rows[0], body):
            break
        n_lines += 1
    return n_lines


def _goes_on(row: Sequence[str], names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row goes on with the names, and is not like those below it."""
    nameless = {n for n, name in enumerate(names) if not name.strip() and not row[n].strip()}
    are_more = _is_more_names(row, body, left_out=nameless)
    are_others = are_units(row) or are_statistics(row)
    are_others = are_more or (are_others and _is_above_values(row, body))
    are_others = are_others or are_units_and_words(row, are_columns_typed(body, len(row)))
    are_others = are_others or _are_merged(row, names, body)
    if are_answers(row, names, body):  # which stand again in the rows, where they were ticked
        return True
    return (are_others and not is_like_those(row, body)) or are_periods(row, names, body)


def _are_merged(row: Sequence[str], names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row and the one above it are names of merged cells, above values."""
    if len(row) != len(names) or not are_halves(names, row, body) or is_like_those(row, body):
        return False
    return _is_above_values(row, body)


def _is_above_values(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether a unit stands above a column of numbers, dates or the like."""
    are_typed = are_columns_typed(body, len(row))
    return any(
        is_one and cell.strip() not in {"", "-"}
        for cell, is_one in zip(row, are_typed, strict=True)
    )


def _is_more_names(
    row: Sequence[str],
    body: Sequence[Sequence[str]],
    least: int = 2,
    left_out: Collection[int] = (),
) -> bool:
    """Tell whether words stand above so many columns of values, and above all such."""
    n_above = 0
    for n, cell in enumerate(map(str.strip, row)):
        if n in left_out:
            continue
        column = [r[n].strip() for r in body if len(r) > n]
        n_present = sum(below not in ABSENT for below in column)
        if n_present >= LEAST_TYPED and is_typed_column(column):
            if cell in ABSENT or is_typed(cell) or NOT_THERE.fullmatch(cell):
                return False  # most rows are found to be none by their first columns
            n_above += 1
    return n_above >= least
