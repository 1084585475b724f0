"""Other tables below the first one, of as many columns: their names are rows of it, and told."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.reader.cell_types import are_columns_typed, is_typed
from tasks.engine.reader.header import SHOWN_CHARS, has_gaps
from tasks.engine.reader.index_names import is_like_those
from tasks.engine.reader.refusals import Problem
from tasks.engine.table.cell_text import MISSING

BODY_ROWS = 10
MANY_ROWS = 4  # of fewer, more is asked
LEAST_KNOWN = 2  # names of the first table that stand again
# What is looked at; a blank line may stand between any two rows.
MOST_CELLS, MOST_PLACES = 100_000, 10_000
FAR = 1 << 62
# What stands in place of a value, as for a runner who did not start, and names no column.
ANSWERS = frozenset({
    "dns", "dnf", "dsq", "dq", "tbd", "tba", "tbc", "on request", "no data", "no result",
    "not available", "not applicable", "not reported", "did not start", "did not finish",
})  # fmt: skip


class OtherTables:
    """Counts rows that may be the names of another table: words above values, below a blank line.

    Such a line is blank, or a row of empty cells. Words above few rows are doubted more.

    Parameters
    ----------
    are_typed : sequence of bool, optional
        Of each column of the first table, whether it holds numbers, dates or the like.
    labels : sequence of str, optional
        The names of its columns; none where the file has none.
    """

    def __init__(self, are_typed: Sequence[bool] = (), labels: Sequence[str] = ()) -> None:
        self.are_typed, self.labels = are_typed, labels
        self.n = self.line = 0
        self.text = ""
        self.next_line = FAR  # where the next row stands if nothing is between; no row was first
        self.was_empty = False
        self.n_rows = self.n_cells = 0

    def look(self, lines: np.ndarray, columns: Sequence[pa.Array], is_empty: np.ndarray) -> None:
        """Look at rows, each with its line; `is_empty` tells which have no value."""
        if self.n_cells > MOST_CELLS:
            return
        starts = self._find_starts(lines, columns, is_empty).tolist()
        for start, end in pairwise([*starts, len(lines)]):
            if self.n_cells > MOST_CELLS:
                return
            row = self._words_of(columns, start)
            body = self._rows_of(columns, start + 1, end) if row else []
            above = self._rows_of(columns, 0, start) if row else []
            if row and self._are_names(row, body, above, self.n_rows + start):
                self.n += 1
                self.line = self.line or int(lines[start])
                self.text = self.text or ", ".join(row)[:SHOWN_CHARS]
        self.n_rows += len(lines)

    def _are_names(
        self,
        row: Sequence[str],
        body: Sequence[Sequence[str]],
        above: Sequence[Sequence[str]],
        n_above: int,
    ) -> bool:
        """Tell whether words differ from what is below them, which has values."""
        are_typed = are_columns_typed(body, len(row))
        is_long = len(body) >= MANY_ROWS or self._may_name_few(row, body, are_typed, n_above)
        is_long = is_long or self._may_name_others(row, body, are_typed, above)
        if not (is_long and any(are_typed)) or len({*map(str.casefold, row)}) < len(row):
            return False
        return not (has_gaps(row) or is_like_those(row, body))

    def _may_name_few(
        self,
        row: Sequence[str],
        body: Sequence[Sequence[str]],
        are_typed: Sequence[bool],
        n_above: int,
    ) -> bool:
        """Tell whether words may name what has few rows, and are no odd row above other rows.

        Either half of them are names of the first table, and the rows have values where it has; or
        they are written as its names are, above other columns of values than its own. One row has
        values alone, and it has words or is short.
        """
        is_same = list(are_typed) == list(self.are_typed)
        least = LEAST_KNOWN if len(body) < LEAST_KNOWN else 1
        if is_same and any(are_typed) and _are_those_again(row, self.labels, least):
            return True
        is_other = not is_same or (all(are_typed) and n_above < BODY_ROWS)
        is_enough = len(body) > 1 or all(are_typed)
        return is_enough and is_other and _are_written_alike(row, self.labels)

    def _may_name_others(
        self,
        row: Sequence[str],
        body: Sequence[Sequence[str]],
        are_typed: Sequence[bool],
        above: Sequence[Sequence[str]],
    ) -> bool:
        """Tell whether words stand above rows that are alike, and are no row with odd answers.

        Their columns of values are others than above them; or they are several, and the words
        are written as the first names: one column may have an answer in words, two seldom have.
        """
        if len(body) < LEAST_KNOWN or not _are_typed_alike(body):
            return False
        valued = [cells for cells in above if any(map(is_typed, cells))]
        former = are_columns_typed(valued, len(row)) if valued else tuple(self.are_typed)
        is_alike = sum(are_typed) > 1 and _are_written_alike(row, self.labels)
        return is_alike or former != tuple(are_typed)

    def _find_starts(
        self, lines: np.ndarray, columns: Sequence[pa.Array], is_empty: np.ndarray
    ) -> np.ndarray:
        """Find the rows with values that have a blank line above them."""
        expected = np.concatenate(([self.next_line], lines[:-1] + 1))
        at = np.flatnonzero(lines > expected)[:MOST_PLACES]
        last = np.array([len(lines) - 1])
        n_inner = _count_ends(columns, np.concatenate((at[at > 0] - 1, last)))
        expected[at[at > 0]] += n_inner[:-1]
        is_below = np.concatenate(([self.was_empty], is_empty[:-1]))
        is_below[at] |= lines[at] > expected[at]
        self.next_line = int(lines[-1]) + 1 + int(n_inner[-1])
        self.was_empty = bool(is_empty[-1])
        return np.flatnonzero(is_below & ~is_empty)

    def _words_of(self, columns: Sequence[pa.Array], at: int) -> list[str]:
        """Return the cells of a row, if each is a word."""
        cells: list[str] = []
        for column in columns:
            cell = (column[at].as_py() or "").strip()
            if cell in MISSING or is_typed(cell) or cell.casefold() in ANSWERS:
                break
            cells.append(cell)
        self.n_cells += len(cells) + 1
        return cells if len(cells) == len(columns) else []

    def _rows_of(self, columns: Sequence[pa.Array], start: int, end: int) -> list[list[str]]:
        n = min(end - start, BODY_ROWS)
        found = [column[start : start + n].fill_null("").to_pylist() for column in columns]
        self.n_cells += n * len(columns)
        return [list(cells) for cells in zip(*found, strict=True)]

    def problems(self) -> Iterator[Problem]:
        """Yield what is to be said."""
        if self.n:
            message = (
                f"Another table seems to begin in line {self.line}, below a blank line, with "
                f'"{self.text}". Its lines were kept as rows; if they are none of this table, '
                "take them out of the file"
            )
            yield Problem("warning", "SECOND_TABLE", message, line=self.line, count=self.n)


def _count_ends(columns: Sequence[pa.Array], at: np.ndarray) -> np.ndarray:
    """Count the ends of lines within the cells of some rows; of all columns at once."""
    if len(at) == 1:  # as nearly always; of 20,000 columns it is a third of a second
        row = int(at[0])
        picked = [column.slice(row, 1) for column in columns]
    else:
        rows = pa.array(at)
        picked = [column.take(rows) for column in columns]
    cells = pa.concat_arrays(picked).fill_null("")
    counts = pc.count_substring(cells, "\n").to_numpy().reshape(len(columns), len(at))
    return np.asarray(counts.sum(axis=0, dtype=np.int64))


def _are_those_again(row: Sequence[str], labels: Sequence[str], least: int) -> bool:
    """Tell whether half of the cells, but at least so many, are among the first names."""
    known = {label.strip().casefold() for label in labels}
    n_known = sum(cell.casefold() in known for cell in row)
    return n_known >= max(least, len(row) / 2)


def _are_typed_alike(body: Sequence[Sequence[str]]) -> bool:
    """Tell whether rows have values in the same columns, no gaps, and each word but once."""
    is_whole = not any(cell.strip() in MISSING for row in body for cell in row)
    words = ([cell for cell in column if not is_typed(cell)] for column in zip(*body, strict=True))
    return (
        is_whole
        and all(len(set(column)) == len(column) for column in words)
        and len({tuple(map(is_typed, row)) for row in body}) == 1
    )


def _are_written_alike(row: Sequence[str], labels: Sequence[str]) -> bool:
    """Tell whether names have blanks and capitals only where the first table's have some."""
    return not labels or _ways_of(row) <= _ways_of(labels)


def _ways_of(names: Sequence[str]) -> set[str]:
    cases = {"capital" if name[:1].isupper() else "small" for name in map(str.strip, names)}
    return cases | {"spaced" for name in names if " " in name.strip()}
