"""The records of a CSV text one by one, with the line on which each one starts.

This is the careful way, for what `blocks` does not take: quotes that are odd, lines of another
width, cells that go over lines. A record that does not fit is mended where it can be; it is told.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.lost_separators import has_stray, is_torn, part_at_quote
from tasks.engine.reader.mending import drop_empty, join_escaped, mend_delimiter, mend_quotes
from tasks.engine.reader.near_quotes import mend_near, split_spaced
from tasks.engine.reader.refusals import RefusedError, error
from tasks.engine.reader.short_rows import ShortRows
from tasks.engine.reader.swallowed import find_rows
from tasks.engine.reader.text_source import TextSource

QUOTED = (
    r"(?:^|(?<=[{delimiter}\r\n])){quote}[^{quote}]*+"
    r"(?:{quote}{quote}[^{quote}]*+)*+(?:{quote}|\Z)"
)
ESCAPED = re.compile(r'\\(["\\])')
MAX_READ_AHEAD = 200_000_000
MAX_FAILURES = 500
MAX_TRIED = 20_000_000  # characters of lines, by their quotes, between which a separator is sought
OF_CELLS = {"extra", "filled", "parted"}  # mended by the cells, not by the first line's text


@dataclass(frozen=True)
class Record:
    """One record.

    Parameters
    ----------
    line : int
        Where it starts, from 1.
    cells : list of str
        Its cells.
    text : str
        Its first line as it stands in the file, without the end.
    mended : str
        What had to be done so that it has the table's width, one of `ragged.MENDED`, or nothing.
    broken : str
        Why its quotes are no quotes; empty where they are.
    opened : int
        Where they are broken: the line in which the cell begins that is never closed.
    stray : bool
        Whether a cell that is not quoted has a quote in it.
    after_blank : bool
        Whether blank lines stand before it.
    holds_rows : bool
        Whether one of its cells goes over lines that may be rows.
    n_split : int
        How many cells it had before it was mended.
    """

    line: int
    cells: list[str]
    text: str
    mended: str = ""
    broken: str = ""
    opened: int = 0
    stray: bool = False
    after_blank: bool = False
    holds_rows: bool = False
    n_split: int = 0


class Records:
    """The records of a text that are not blank.

    Parameters
    ----------
    source : TextSource
        The text.
    dialect : Dialect
        How it is laid out.
    max_cell : int
        The longest cell, in characters.
    """

    def __init__(self, source: TextSource, dialect: Dialect, max_cell: int) -> None:
        self.source, self.dialect, self.max_cell = source, dialect, max_cell
        self.width = 0  # unknown: nothing is mended
        self.are_typed: Sequence[bool] = ()
        self.short_rows = ShortRows([], 0)
        self.back: deque[tuple[int, str]] = deque()
        self.read: list[tuple[int, str]] = []
        self.n_blank = self.n_blank_after = self.n_read_ahead = self.n_failures = 0
        self.n_tried = 0
        self.was_broken = False
        self.may_be_names = True  # the next record

    @property
    def is_between(self) -> bool:
        """Whether the source stands at the start of a record."""
        return not self.back

    def next(self) -> Record | None:
        """Return the next record, or None at the end of the text.

        Raises
        ------
        RefusedError
            When a line is too long, or quotes are never closed, again and again.
        """
        while (got := self._line()) is not None:
            line, text = got
            if text.strip():
                after_blank = self.n_blank_after > 0
                self.note_blank(0, 0)
                return self._record(line, text, after_blank=after_blank)
            self.n_blank_after += 1 if self.back else 1 + self.source.skip_blank()
        return None

    def note_blank(self, before: int, after: int) -> None:
        """Count the blank lines of rows that were taken otherwise: before the last of them, after.

        Those at the end of the file are not counted.
        """
        self.n_blank += self.n_blank_after + before
        self.n_blank_after = after

    def _line(self) -> tuple[int, str] | None:
        if self.back:
            return self.back.popleft()
        line = self.source.line
        text = self.source.next_line()
        return None if text is None else (line, text)

    def _record(self, line: int, text: str, *, after_blank: bool) -> Record:
        self.read = [(line, text)]
        plain, dialect = text.rstrip("\r\n"), self.dialect
        broken, mended, stray = "", "", False
        if dialect.quote and dialect.quote in text:
            cells, broken = self._split_quoted(text)
            is_one_line = not broken and len(self.read) == 1
            stray = is_one_line and has_stray(cells, self._unescaped(text), dialect.quote)
        else:
            cells = self._split_plain(plain)
        mended, n_split = "", len(cells)
        swallowed = "" if broken else self._find_rows()
        self.may_be_names = False
        if stray and self._is_torn(cells) and (found := self.put_separator(plain)):
            cells, mended = found, "parted"
        elif self.width and (broken or len(cells) != self.width or swallowed == "sure"):
            cells, mended = self._mend(cells, plain, broken=bool(broken) or swallowed == "sure")
        opened = self._find_opened() if broken and not mended else line
        if broken or (mended and mended not in OF_CELLS):
            self.back.extendleft(reversed(self.read[1:]))
        self.was_broken = bool(broken) and not mended
        if mended:
            broken, stray, swallowed = "", False, ""
        return Record(
            line, cells, plain, mended, broken, opened, stray=stray,
            after_blank=after_blank, holds_rows=bool(swallowed), n_split=n_split,
        )  # fmt: skip

    def _find_rows(self) -> str:
        if not self.width or len(self.read) < 2:
            return ""
        lines = (text for _, text in self.read)
        return find_rows(
            lines, self.dialect, self.width, self.are_typed, may_be_names=self.may_be_names
        )

    def _find_opened(self) -> int:
        """Return the line in which the cell begins that goes on to the end of what was read."""
        text = "".join(text for _, text in self.read)
        pattern = QUOTED.format(
            delimiter=re.escape(self.dialect.splits_at), quote=re.escape(self.dialect.quote)
        )
        opened = [f.start() for f in re.finditer(pattern, text) if f.end() == len(text)]
        return self.read[0][0] + (text.count("\n", 0, opened[-1]) if opened else 0)

    def _split_plain(self, text: str) -> list[str]:
        if "\r" in text:
            message = (
                f"Line {self.read[0][0]} has a carriage return inside a cell that is not quoted"
            )
            raise RefusedError(error("CSV_QUOTES", message, line=self.read[0][0]))
        cells = text.split(self.dialect.splits_at)
        if len(text) > self.max_cell and any(len(cell) > self.max_cell for cell in cells):
            line = self.read[0][0]
            message = f"Line {line} has a cell of more than {self.max_cell:,} characters"
            raise RefusedError(error("CSV_CELL_LONG", message, line=line))
        if self.dialect.skip_space:
            return [cell.lstrip(" ") for cell in cells]
        return cells

    def _split_quoted(self, text: str) -> tuple[list[str], str]:
        """Return the cells and, where the quotes are broken, why; then the cells are a guess."""
        reader = csv.reader(
            self._lines_from(text), delimiter=self.dialect.splits_at,
            quotechar=self.dialect.quote, skipinitialspace=self.dialect.skip_space, strict=True,
        )  # fmt: skip
        former = csv.field_size_limit(self.max_cell)  # of the whole process
        try:
            return next(reader), ""
        except csv.Error as problem:
            self._count_read_ahead()
            spaced = None if self.width else split_spaced(text.rstrip("\r\n"), self.dialect)
            if spaced:
                return spaced, ""
            return self._split_plain_anyhow(text), str(problem)
        finally:
            csv.field_size_limit(former)

    def _split_plain_anyhow(self, text: str) -> list[str]:
        return text.rstrip("\r\n").split(self.dialect.splits_at)

    def _count_read_ahead(self) -> None:
        """Bound the work: each cell that is never closed reads far ahead."""
        self.n_read_ahead += sum(len(text) for _, text in self.read[1:])
        if self.n_read_ahead > MAX_READ_AHEAD:
            line = self.read[0][0]
            message = f"The quote opened in line {line} is never closed, as in many lines before"
            raise RefusedError(error("CSV_QUOTES", message, line=line))

    def _lines_from(self, first: str) -> Iterator[str]:
        yield self._unescaped(first)
        while (got := self._line()) is not None:
            self.read.append(got)
            yield self._unescaped(got[1])

    def _unescaped(self, text: str) -> str:
        """Write quotes that a backslash escapes as doubled ones."""
        if not self.dialect.escape or "\\" not in text:
            return text
        return ESCAPED.sub(lambda m: '""' if m[1] == '"' else "\\", text)

    def _mend(self, cells: list[str], text: str, *, broken: bool) -> tuple[list[str], str]:
        """Bring a record to the table's width; after many failures no longer try."""
        by_cells = ([], "") if broken else self._mend_cells(cells, text)
        if by_cells[1]:
            return by_cells
        near = mend_near(cells, text, self.dialect, self.width) if len(self.read) == 1 else None
        if near or self.n_failures > MAX_FAILURES:
            return near or (cells, "")
        may_lack = len(self.read) == 1 and (broken or len(cells) < self.width)
        if may_lack and (found := self.put_separator(text)):
            return found, "parted"
        if (broken and not self.was_broken) or len(self.read) > 1:
            found = mend_quotes(text, self.dialect, self.width, self._count_like_others)
            if found:
                return found, "quotes"
        if not broken and (found := self.short_rows.part(cells)):
            return found, "parted"
        found = mend_delimiter(text, self.dialect, self.width, self.are_typed)
        self.n_failures += found is None
        return (found, "separator") if found else (cells, "")

    def _count_like_others(self, cells: Sequence[str]) -> int:
        """Count the cells that are like others, without quotes that may be kept at their ends."""
        return self.short_rows.count_like_others(
            [cell.strip(self.dialect.quote) for cell in cells]
        )

    def _is_torn(self, cells: list[str]) -> bool:
        return len(cells) >= self.width > 0 and is_torn(cells, self.dialect.quote)

    def put_separator(self, text: str) -> list[str] | None:
        """Return a row with the separator that it lacks before a quote, if it is like others."""
        rows, quote = self.short_rows, self.dialect.quote
        if not quote or quote not in text or self.n_tried > MAX_TRIED or not rows.columns:
            return None
        # That none is missing is no failure: quotes that are not doubled are mended otherwise.
        self.n_tried += len(text) * text.count(quote)
        return part_at_quote(self._unescaped(text), self.dialect, self.width, rows.is_like_others)

    def _mend_cells(self, cells: list[str], text: str) -> tuple[list[str], str]:
        may_join = len(cells) > self.width and not self.short_rows.splits_escaped
        if may_join and (found := join_escaped(text, self.dialect, self.width)):
            return found, "escaped"
        found = drop_empty(cells, self.width, self.are_typed)
        found = found and self.short_rows.without_gap(cells, found)
        if found and self.short_rows.has_surplus(cells, found):
            return found, "extra"
        if len(self.read) == 1 and (found := self.short_rows.fill(cells)):
            return found, "filled"
        return cells, ""
