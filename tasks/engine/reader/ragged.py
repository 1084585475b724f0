"""Records of another width than the table: mended, padded, skipped, or below the table."""

import re
from collections import Counter
from collections.abc import Sequence

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.dialects import BadLines
from tasks.engine.reader.note_words import NOTE
from tasks.engine.reader.odd_rows import is_date_in_words
from tasks.engine.reader.records import Record
from tasks.engine.reader.rejects import BROKEN, CUT_OFF, RAGGED, Rejects

FOOTNOTE_LINES = 50  # more are looked at, whether they are words
MAX_WAITING = 1000
DRAWN = re.compile(r"[|+]?[-=]{2,}[-=+|: ]*+")  # a line around a table, or between its rows
# Lines among the rows that are none: comments, and the numbers of pages.
COMMENT = re.compile(
    r"#+\s.*|(?:page|seite|p[aá]gina)\s+\d+(?:\s*(?:of|von|de|di|/)\s*\d+)?", re.IGNORECASE
)
MOSTLY = 0.9
Row = tuple[int, list[str | None]]
MENDED = {
    "quotes": "a quote that is not doubled or not closed was kept as part of the text",
    "spaced": "there is space between a quote and the separator",
    "wrapped": "all of it stands in quotes",
    "escaped": "a backslash makes a separator a part of a cell",
    "separator": "it has a separator of its own",
    "extra": "it has empty cells too many at its end",
    "filled": "it ends before its last cells, which are empty in most rows",
    "parted": "a separator is missing between two cells",
}
KEPT = {
    "stray": "a cell that is not quoted has a quote in it",
    "holds_rows": "one of its cells may be several rows",
}


class Ragged:
    """Decides what becomes of each record.

    Records that do not fit wait until one fits again: at the end of the file they may be no rows
    at all but a note below the table, or another table.

    Parameters
    ----------
    width : int
        How many columns the table has.
    labels : sequence of str
        Their names as in the file.
    bad_lines : {"refuse", "skip", "pad"}
        What the person decided.
    rejects : Rejects
        Where lines are noted that were left out or mended.
    """

    def __init__(
        self, width: int, labels: Sequence[str], bad_lines: BadLines, rejects: Rejects
    ) -> None:
        self.width, self.labels, self.bad_lines, self.rejects = width, labels, bad_lines, rejects
        self.waiting: list[Record] = []
        self.n_waiting = 0
        self.is_second: bool | None = None  # decided, once no more records are kept
        self.is_long = False  # what waited before is rows, so what waits is none below the table

    def take(self, record: Record) -> list[Row]:
        """Return the rows that a record gives, those before it that waited included."""
        if not self._fits(record):
            return self._wait(record)
        rows = self.interrupt()
        if record.mended:
            self.rejects.add(record.mended, record, MENDED[record.mended])
        if record.stray:
            self.rejects.add("stray", record, KEPT["stray"])
        if record.holds_rows:
            self.rejects.add("holds_rows", record, KEPT["holds_rows"])
        return [*rows, (record.line, list(record.cells))]

    def _wait(self, record: Record) -> list[Row]:
        rows: list[Row] = []
        if len(self.waiting) >= MAX_WAITING and not self._is_second_table():
            rows = self.interrupt()
            self.is_long = True
        self.n_waiting += 1
        if len(self.waiting) < MAX_WAITING:
            self.waiting.append(record)
        return rows

    def _fits(self, record: Record) -> bool:
        if record.broken or len(record.cells) != self.width:
            return False
        # What had to be mended does not show that the table goes on.
        return not (record.mended and self.waiting and self._is_second_table())

    def interrupt(self, more: str = "") -> list[Row]:
        """Return what is made of the records that wait, now that the table goes on.

        What has `more` to be said of it does not.
        """
        rows = [row for record in self.waiting for row in self._settle(record, more)]
        self.rejects.counts["ragged"] += self.n_waiting - len(self.waiting)
        self._forget()
        return rows

    def _forget(self) -> None:
        self.waiting, self.n_waiting, self.is_second, self.is_long = [], 0, None, False

    def _settle(self, record: Record, more: str) -> list[Row]:
        if record.broken:
            self.rejects.add("broken", record, f"{BROKEN}: {record.broken}")
            return []
        if self.width > 1 and DRAWN.fullmatch(record.text.strip()):
            self.rejects.add("drawn", record, "it is drawn with dashes")
            return []
        if self._is_comment(record):
            self.rejects.add("comments", record, "it is a comment, or the number of a page")
            return []
        n = len(record.cells)
        self.rejects.add("ragged", record, f"it has {n} {RAGGED} {self.width}{more}")
        if self.bad_lines == "pad" and n < self.width:
            return [(record.line, [*record.cells, *[None] * (self.width - n)])]
        return []

    def _is_comment(self, record: Record) -> bool:
        """Tell whether a line is no row; where names are marked with #, rows may be, too."""
        is_marked = any(label.strip().startswith("#") for label in self.labels)
        return self.width > 1 and not is_marked and bool(COMMENT.fullmatch(record.text.strip()))

    def end(self) -> list[Row]:
        """Return what is made of the records that wait at the end of the file."""
        if not self.waiting:
            return []
        if self._is_cut_off():
            return self.interrupt(CUT_OFF)
        if self._is_footnote():
            kind, reason = "footnote", "it stands below the table"
        elif self._is_second_table():
            kind, reason = "second_table", "it is of another table"
        else:
            return self.interrupt()
        for record in self.waiting:
            self.rejects.add(kind, record, reason)
        self.rejects.counts[kind] += self.n_waiting - len(self.waiting)
        self._forget()
        return []

    def _is_footnote(self) -> bool:
        if self.is_long or self.n_waiting > len(self.waiting) or self.width < 2:
            return False
        is_apart = self.waiting[0].after_blank
        if all(is_apart or _count_filled(r) <= 1 for r in self.waiting):
            is_few = self.n_waiting <= FOOTNOTE_LINES
            return is_few or (self._are_words() and not self._is_table())
        if not NOTE.match(self.waiting[0].cells[0].strip()):
            return False
        return self._are_words(may_be_dated=True)

    def _is_cut_off(self) -> bool:
        """Tell whether what waits is one line right below the rows: a value, and some more cells.

        A value alone may be how many rows there are, or the day of the report.
        """
        first = self.waiting[0]
        is_short = self.n_waiting == 1 and 1 < len(first.cells) < self.width
        return is_short and not first.after_blank and is_typed(first.cells[0])

    def _are_words(self, *, may_be_dated: bool = False) -> bool:
        """Tell whether what waits holds hardly any numbers or dates; those of a note may be.

        So may be the numbers of notes.
        """
        rows = [r.cells[may_be_dated and r.cells[0].isdecimal() :] for r in self.waiting]
        filled = [cell for cells in rows for cell in cells if cell.strip()]
        typed = [cell for cell in filled if is_typed(cell)]
        if may_be_dated:
            typed = [cell for cell in typed if not is_date_in_words(cell)]
        return len(typed) <= (1 - MOSTLY) * len(filled)

    def _is_table(self) -> bool:
        width, n_even = Counter(r.n_split for r in self.waiting).most_common(1)[0]
        return width > 1 and n_even > MOSTLY * len(self.waiting)

    def _is_second_table(self) -> bool:
        """Tell whether what waits begins with the table's own names, and is even."""
        if self.is_second is not None:
            return self.is_second
        first = [cell.strip() for cell in self.waiting[0].cells]
        again = len(set(first) & set(self.labels) - {""})
        is_even = sum(r.n_split == len(first) for r in self.waiting) > MOSTLY * len(self.waiting)
        is_second = is_even and len(first) > 1 and again >= 0.5 * min(len(first), self.width)
        if len(self.waiting) >= MAX_WAITING:  # each record that comes would ask again
            self.is_second = is_second
        return is_second


def _count_filled(record: Record) -> int:
    return sum(bool(cell.strip()) for cell in record.cells)
