"""Rows at the end that may be none, though they have as many cells: a note, or a sum."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from tasks.engine.reader.cell_types import ABSENT, is_typed
from tasks.engine.reader.note_words import OF_SUMS
from tasks.engine.reader.refusals import Problem
from tasks.engine.table.cell_text import number_of

KEPT_ROWS, MOST_NOTES, LEAST_ABOVE = 30, 5, 8
MOST_COLUMNS = 60  # no note has so many commas
LEAST_WIDTH, LEAST_EMPTY = 3, 2
LEAST_SUMMED = 3  # values in a column that are not 0: one alone is no sum, but stands twice
LEAST_SUMS = 2  # columns: one may well end in its sum by chance, as 1, 1, 2, 4, 8 does
SHOWN = 60


class LastRows:
    """Keeps the last rows of a table, and says what is odd about the very last ones.

    Parameters
    ----------
    are_typed : sequence of bool
        Of each column, whether it holds numbers, dates or the like.
    delimiter : str
        What the cells of a row are joined with again.
    """

    def __init__(self, are_typed: Sequence[bool], delimiter: str) -> None:
        self.are_typed, self.delimiter = list(are_typed), delimiter
        self.rows: list[tuple[int, list[str]]] = []
        self.n_rows = 0

    def look(self, lines: np.ndarray, columns: Sequence[pa.Array]) -> None:
        """Take rows that were read."""
        if not any(self.are_typed) or len(columns) > MOST_COLUMNS:
            return
        self.n_rows += len(lines)
        last = [column[-KEPT_ROWS:].fill_null("").to_pylist() for column in columns]
        rows = zip(lines[-KEPT_ROWS:].tolist(), zip(*last, strict=True), strict=True)
        self.rows = [*self.rows, *((line, list(row)) for line, row in rows)][-KEPT_ROWS:]

    def problems(self) -> Iterator[Problem]:
        """Yield what is odd about the last rows, where those above them are alike."""
        cells = [row for _line, row in self.rows]
        n = next((n for n in range(MOST_NOTES, 0, -1) if self._are_notes(cells, n)), 0)
        if n:
            rows = f"The last {n} rows have" if n > 1 else "The last row has"
            words = f"{rows} words where the rows above have numbers, dates or the like. They were"
            kept = f"{words} kept" if n > 1 else f"{words[:-9]}It was kept"
            yield self._told(n, f"{kept}; a note below the table should be taken out of the file")
        elif self._is_sum(cells):
            words = "The last row has no value in columns which are filled in the rows above. It"
            yield self._told(1, f"{words} was kept; a sum should be taken out of the file")
        elif self._adds_up(cells):
            words = "The numbers of the last row are the sums of those above. It"
            yield self._told(1, f"{words} was kept; a sum should be taken out of the file")

    def _told(self, n: int, words: str) -> Problem:
        line, row = self.rows[-n]
        text = self.delimiter.join(row).strip()[:SHOWN]
        first, _, rest = words.partition(". ")
        message = f'{first}. First: line {line}, "{text}". {rest}'
        return Problem("warning", "LAST_ROWS", message, line=line, count=n)

    def _are_notes(self, rows: Sequence[Sequence[str]], n: int) -> bool:
        """Tell whether the last rows have words in columns where none above them has any."""
        above = rows[:-n]
        if len(above) < LEAST_ABOVE:
            return False
        typed = [at for at, is_one in enumerate(self.are_typed) if is_one and at < len(rows[0])]
        clear = [at for at in typed if not any(_is_word(row[at]) for row in above)]
        is_spaced = any(row[at].startswith(" ") for row in above for at in range(len(row)))
        return all(self._is_note(row, typed, clear, is_spaced=is_spaced) for row in rows[-n:])

    def _is_note(
        self, row: Sequence[str], typed: Sequence[int], clear: Sequence[int], *, is_spaced: bool
    ) -> bool:
        """Tell whether cells below numbers are words, or go on behind a comma and a space."""
        filled = [at for at in typed if row[at].strip()]
        n_words = sum(at in clear and _is_word(row[at]) for at in filled)
        goes_on = [at for at in filled if row[at].startswith(" ") and not is_spaced]
        are_all = all(at in goes_on or (at in clear and _is_word(row[at])) for at in filled)
        return bool(n_words and are_all and (n_words > 1 or goes_on))

    def _is_sum(self, rows: Sequence[Sequence[str]]) -> bool:
        """Tell whether the last row lacks cells, the first among them, that all above have."""
        if len(rows) <= LEAST_ABOVE or len(rows[0]) < LEAST_WIDTH:
            return False
        empty = [at for at, cell in enumerate(rows[-1]) if not cell.strip()]
        is_sum = any(cell.strip() and is_typed(cell) for cell in rows[-1])
        return (
            is_sum
            and LEAST_EMPTY <= len(empty) >= len(rows[0]) / 2
            and not rows[-1][0].strip()
            and all(row[at].strip() for row in rows[:-1] for at in empty)
        )

    def _adds_up(self, rows: Sequence[Sequence[str]]) -> bool:
        """Tell whether the last row of a small table holds sums of those above, and no more.

        Its first cell may be a word, as it is called: with one column it must be one of sums. A
        column that is a multiple of another is no further one, and 0 is as much as nothing.
        """
        if len(rows) <= LEAST_ABOVE or self.n_rows > len(rows):
            return False
        filled = [at for at, cell in enumerate(rows[-1]) if cell.strip()]
        filled = filled[filled[:1] == [0] and _is_word(rows[-1][0]) :]
        if not filled or not all(row[0].strip() for row in rows[:-1]):
            return False
        columns = [[number_of(row[at], ".", "", False) for row in rows] for at in filled]
        if not all(map(_ends_in_sum, columns)):
            return False
        shares = {tuple(round(value / column[-1], 9) for value in column) for column in columns}
        return len(shares) >= LEAST_SUMS or bool(OF_SUMS.match(rows[-1][0].strip()))


def _ends_in_sum(column: Sequence[float]) -> bool:
    *above, last = column
    if not math.isfinite(sum(column)) or not last or sum(map(bool, above)) < LEAST_SUMMED:
        return False
    return math.isclose(math.fsum(above), last, rel_tol=1e-6)


def _is_word(cell: str) -> bool:
    word = cell.strip()
    return word not in ABSENT and any(map(str.isalpha, word)) and not is_typed(word)
