"""Rows that have the table's width and may be none: titles of sections, totals, notes below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.reader.cell_types import DATE, TYPED_ROWS, are_dashes, is_number, is_typed
from tasks.engine.reader.either_way import EitherWay
from tasks.engine.reader.label_rows import YEAR
from tasks.engine.reader.last_rows import LastRows
from tasks.engine.reader.moved_names import MovedNames
from tasks.engine.reader.note_words import NOTE, TOTALS, find_notes
from tasks.engine.reader.other_tables import OtherTables
from tasks.engine.reader.records import Record
from tasks.engine.reader.rejects import Rejects
from tasks.engine.reader.sections import are_titles
from tasks.engine.table.cells import match

WORD = r"\p{L}{2}"
PERIOD = r"^\s*(18|19|20)[0-9]{2}\s*$"
IN_BRACKETS = ("({})", "[{}]")
FIRST_CELLS = 2  # where a total is called so
LEAST_BELOW = 4  # rows, from which it is sure what a column holds
LEAST_WIDTH = 3  # with two columns a cell that stands alone is a row whose other one is missing
MOST_LINES, MOST_CELLS = 1_000, 1_000_000  # of notes; more are rows, and told
HEAD_CELLS = 20_000  # in which is looked for what begins as a note and is none
Row = tuple[int, list[str | None]]
Columns = tuple[np.ndarray, list[pa.Array]]


@dataclass
class Seen:
    """How many rows are of a kind, the line of the first, and what stands in it."""

    n: int = 0
    line: int = 0
    text: str = ""

    def add(self, lines: np.ndarray, texts: pa.Array, found: np.ndarray) -> None:
        """Count the rows that were found."""
        if not found.any():
            return
        if not self.n:
            at = int(found.argmax())
            self.line, self.text = int(lines[at]), (texts[at].as_py() or "").strip()
        self.n += int(found.sum())


class OddRows:
    """Counts rows that may be none, and leaves out those that are notes below the table.

    Parameters
    ----------
    are_typed : sequence of bool
        Of each column, whether it holds numbers, dates or the like; in a table of words alone no
        row is odd, unless it is empty.
    delimiter : str
        What the cells of a note are joined with again.
    rejects : Rejects
        Where notes are noted.
    labels : sequence of str, optional
        The names of the columns; without, no line of dashes is drawn below them.
    """

    def __init__(
        self,
        are_typed: Sequence[bool],
        delimiter: str,
        rejects: Rejects,
        labels: Sequence[str] = (),
    ) -> None:
        self.are_typed, self.delimiter, self.rejects = are_typed, delimiter, rejects
        self.empty, self.alone, self.totals = Seen(), Seen(), Seen()
        self.others, self.moved = OtherTables(are_typed, labels), MovedNames(labels)
        self.last = LastRows(are_typed, delimiter)
        self.either = EitherWay(delimiter, labels)
        # What is alone in a row where a title may be: a year is none above other years.
        self.title = WORD if next(iter(are_typed), True) else f"{WORD}|{PERIOD}"
        self.held: list[Row] = []
        self.most = min(MOST_LINES, MOST_CELLS // max(len(are_typed), 1))
        self.is_long = False  # what may be notes is more than is held
        self.n_last_alone = 0  # rows at the end that hold one text and nothing else
        self.names_above = labels  # of the row that comes next
        self.n_head = 0
        self.has_titles = False  # of sections, in a table of two columns
        self.like_notes: set[int] = set()  # columns in which rows of the table begin like notes

    def take(self, lines: np.ndarray, columns: list[pa.Array]) -> list[Columns]:
        """Return the rows to write; those at the end that may be notes wait for what follows."""
        lines, columns = self._without_dashes(lines, columns)
        n_last = self._count_last(columns)
        n = len(lines) - n_last
        n_held = n_last + (0 if n else len(self.held))
        self.is_long = n_held > self.most or (self.is_long and not n)
        n = len(lines) if self.is_long else n
        if n == len(lines) and not self.held:
            return self._counted([(lines, columns)])
        last = zip(*(column[n:].to_pylist() for column in columns), strict=True)
        waiting = [
            (line, list(cells)) for line, cells in zip(lines[n:].tolist(), last, strict=True)
        ]
        if not n:
            self.held += waiting
            return []
        found, self.held = to_columns(self.held), waiting
        return self._counted([*found, (lines[:n], [column[:n] for column in columns])])

    def end(self) -> list[Columns]:
        """Return the rows that waited and are no notes, now that nothing follows."""
        held, self.held = self.held, []
        is_note = find_notes([self._begin(cells) for _, cells in held])
        first = is_note.index(True) if any(is_note) else len(held)
        gap = next((n for n in range(first - 1, -1, -1) if not any(held[n][1])), first)
        first = gap if any(is_note) else first  # notes of other words, below the same blank row
        while any(is_note) and first and not any(held[first - 1][1]):
            first -= 1
        for line, cells in sorted(held[first:], key=lambda row: not any(row[1])):
            self._leave_out("footnote", line, cells, "it stands below the table")
        return self._counted(to_columns(held[:first]))

    def _without_dashes(self, lines: np.ndarray, columns: list[pa.Array]) -> Columns:
        """Leave out the line between names and rows that is drawn, or numbers the columns."""
        if not self.names_above or not len(lines):
            return lines, columns
        names, self.names_above = self.names_above, ()
        cells = [column[0].as_py() for column in columns]
        if are_dashes([cell or "" for cell in cells], names):
            self._leave_out("dashes", int(lines[0]), cells, "it is a line of dashes")
        elif self._number_columns(cells, [column[1:] for column in columns]):
            self._leave_out("column_numbers", int(lines[0]), cells, "it numbers the columns")
        else:
            return lines, columns
        return lines[1:], [column[1:] for column in columns]

    def _number_columns(self, cells: Sequence[str | None], below: Sequence[pa.Array]) -> bool:
        """Tell whether a row is 1, 2, 3, ... above a first column of words, or of dates, alone.

        Or (1), (2), (3), ..., or A, B, C, ..., which is hardly anything else.
        """
        if len(cells) < LEAST_WIDTH:
            return False
        if cells in [[sign.format(n + 1) for n in range(len(cells))] for sign in IN_BRACKETS]:
            return True
        if cells == list(ascii_uppercase[: len(cells)]):  # as spreadsheets call them
            return not any(len(word or "") == 1 for word in below[0][:TYPED_ROWS].to_pylist())
        if cells != [str(n + 1) for n in range(len(cells))]:
            return False
        head = [column[:TYPED_ROWS].fill_null("").to_pylist() for column in below]
        words = [row[0].strip() for row in zip(*head, strict=True) if any(map(str.strip, row))]
        are_words = all(word and (not is_typed(word) or DATE.fullmatch(word)) for word in words)
        return len(words) >= LEAST_BELOW and are_words

    def _leave_out(self, kind: str, line: int, cells: Sequence[str | None], reason: str) -> None:
        texts = [cell or "" for cell in cells]
        text = self.delimiter.join(texts).rstrip(self.delimiter)
        self.rejects.add(kind, Record(line, texts, text), reason)

    def _counted(self, rows: list[Columns]) -> list[Columns]:
        for lines, columns in rows:
            if len(lines):
                self._count(lines, columns)
        return rows

    def _count(self, lines: np.ndarray, columns: list[pa.Array]) -> None:
        self.either.look(lines, columns)
        if len(columns) < 2:
            return
        is_alone = are_equal(columns[1:], [""] * (len(columns) - 1))
        n_last = int(np.argmin(is_alone[::-1]))
        self.n_last_alone = self.n_last_alone + len(lines) if is_alone.all() else n_last
        is_empty = is_alone & are_equal(columns[:1], [""]) if is_alone.any() else is_alone
        self.empty.add(lines, columns[0], is_empty)
        self.others.look(lines, columns, is_empty)
        self.moved.look(lines, columns)
        self.last.look(lines, columns)
        if not any(self.are_typed):
            self._look_for_notes(lines, columns[0], n_last)
            return
        self._look_at_head(columns)
        if (len(columns) >= LEAST_WIDTH or self.has_titles) and is_alone.any():
            self.alone.add(lines, columns[0], is_alone & match(columns[0], self.title))
        for column in columns[:FIRST_CELLS]:
            is_total = pc.is_in(column, TOTALS).to_numpy(zero_copy_only=False)
            self.totals.add(lines, column, is_total & ~is_alone)

    def _look_for_notes(self, lines: np.ndarray, first: pa.Array, n_last: int) -> None:
        """Count notes among the last rows of a table of words, which hold one text each."""
        is_note = np.zeros(len(lines), bool)
        for at in range(len(lines) - min(n_last, MOST_LINES), len(lines)):
            is_note[at] = bool(NOTE.match((first[at].as_py() or "").strip()))
        self.alone.add(lines, first, is_note)

    def _count_last(self, columns: list[pa.Array]) -> int:
        """Count the rows at the end of some that may be notes, or stand among them."""
        if not any(self.are_typed) or len(columns) < 2:
            return 0
        n_rows, n = len(columns[0]), 0
        while n < min(n_rows, self.most + 1):
            row = [column[n_rows - 1 - n].as_py() for column in columns]
            filled = [cell for cell in row if cell and cell.strip()]
            is_alone = len(filled) == 1 and filled[0] == row[0] and not is_typed(row[0])
            if filled and not is_alone and not self._is_note(row):
                break
            n += 1
        return n

    def _look_at_head(self, columns: list[pa.Array]) -> None:
        """See in which columns cells of the first rows begin as a note does, beside values."""
        head = [column[: max(HEAD_CELLS // len(columns) - self.n_head, 0)] for column in columns]
        if len(columns) < LEAST_WIDTH and not self.n_head:
            self.has_titles = are_titles(*(column.fill_null("").to_pylist() for column in head))
        self.n_head += len(head[0])
        for n, column in enumerate(head):
            if not self.are_typed[n] and any(
                cell
                and NOTE.match(cell.strip())
                and self._has_value([cells[at].as_py() for cells in head])
                for at, cell in enumerate(column.to_pylist())
            ):
                self.like_notes.add(n)

    def _begin(self, cells: Sequence[str | None]) -> str | None:
        """Return how a row begins that may be a note; nothing of another, None of a blank one."""
        first = next((cell.strip() for cell in cells if cell and cell.strip()), None)
        return first and first * (self._is_note(cells) and not self._is_usual(cells))

    def _is_usual(self, cells: Sequence[str | None]) -> bool:
        """Tell whether other rows begin in the same way: ``*`` may be a part of all names."""
        first = next(n for n, cell in enumerate(cells) if cell and cell.strip())
        return first in self.like_notes

    def _is_note(self, cells: Sequence[str | None]) -> bool:
        """Tell whether a row begins as a note does, and no cell suits a column of numbers."""
        first = next((cell.strip() for cell in cells if cell and cell.strip()), "")
        if not NOTE.match(first):
            return False
        return not self._has_value(
            ["" if is_date_in_words(cell or "") else cell for cell in cells]
        )

    def _has_value(self, cells: Sequence[str | None]) -> bool:
        """Tell whether a cell suits a column of numbers, dates or the like."""
        typed = zip(cells, self.are_typed, strict=False)
        return any(cell and cell.strip() and is_typed(cell) for cell, is_one in typed if is_one)


def is_date_in_words(cell: str) -> bool:
    """Tell whether a cell is a year or a date behind a comma and a space, as in a note."""
    date = cell.strip().rstrip(".")
    is_date = YEAR.fullmatch(date) or (DATE.fullmatch(date) and not is_number(date))
    return cell.startswith(" ") and bool(is_date)


def to_columns(rows: Sequence[Row]) -> list[Columns]:
    """Turn rows, each with its line, into columns; none where there are none."""
    if not rows:
        return []
    lines = np.array([line for line, _ in rows], np.int64)
    cells = zip(*(cells for _, cells in rows), strict=True)
    return [(lines, [pa.array(column, pa.string()) for column in cells])]


def to_rows(lines: np.ndarray, columns: Sequence[pa.Array]) -> list[Row]:
    """Turn columns into rows, each with its line: as many as there are lines."""
    cells = zip(*(column[: len(lines)].to_pylist() for column in columns), strict=True)
    return [(line, list(row)) for line, row in zip(lines.tolist(), cells, strict=True)]


def are_equal(columns: Sequence[pa.Array], cells: Sequence[str]) -> np.ndarray:
    """Tell which rows consist of these cells; the columns are looked at as far as need be."""
    return _are_in(columns, [[cell] for cell in cells])


def are_names(columns: Sequence[pa.Array], labels: Sequence[str]) -> np.ndarray:
    """Tell which rows are the names of the columns, as where files were put one behind another.

    Spaces around a name do not matter, nor capitals, nor the mark that a file may begin with, nor
    that of a new page.
    """
    forms = [{label, label.upper(), label.lower(), label.title()} for label in labels]
    if len(labels) < LEAST_WIDTH:  # "A,B" below "a,b" may be a row
        forms = [{label} for label in labels]
    spaced = [[f"{a}{form}{b}" for form in some for a in ("", " ") for b in ("", " ")]
              for some in forms]  # fmt: skip
    spaced[0] += [f"\ufeff{labels[0]}", f'\ufeff"{labels[0]}"', f"\f{labels[0]}"]
    return _are_in(columns, spaced)


def _are_in(columns: Sequence[pa.Array], cells: Sequence[Sequence[str]]) -> np.ndarray:
    found = np.ones(len(columns[0]), bool)
    for column, known in zip(columns, cells, strict=True):
        if not found.any():
            break
        fits = pc.is_in(column, pa.array(known, pa.string()))
        found &= fits.to_numpy(zero_copy_only=False)
    return found
