"""The lines and records of a text file, with the number of the line on which each one starts."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tasks.engine.dialects import Dialect
from tasks.engine.refusals import HEAD_BYTES, Problem, RefusedError, error

QUOTED_CELL = r'(?:^|(?<=[{delimiter}\r\n]))"[^"]*+(?:""[^"]*+)*+(?:"|\Z)'


class Lines:
    """The lines of a text, counted as `sed` counts them: a line ends at LF.

    Only a file of the old Macintosh kind, with CR alone, has its lines ended there instead. No
    line is ever held that is longer than `max_chars`.
    """

    def __init__(self, raw: BinaryIO, encoding: str, max_chars: int) -> None:
        head = raw.read(HEAD_BYTES)
        raw.seek(0)
        newline = "" if b"\r" in head and b"\n" not in head else "\n"
        self.text = io.TextIOWrapper(raw, encoding=encoding, newline=newline)
        self.max_chars = max_chars
        self.last, self.number, self.n_chars = "", 0, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(self.max_chars + 1)
        if not line:
            raise StopIteration
        self.last = line
        self.number += 1
        self.n_chars += len(line)
        if len(line) > self.max_chars:
            message = (
                f"Line {self.number} has more than {self.max_chars:,} characters, "
                "the limit on this server"
            )
            raise RefusedError(error("CSV_LINE_LONG", message, line=self.number))
        if "\0" in line:
            message = f"Line {self.number} has a zero byte, so this is not a text file"
            raise RefusedError(error("FILE_BINARY", message, line=self.number))
        return line


class Records:
    """The records of a CSV file that are not blank.

    `n_blank` counts the blank lines between them, `n_stray` the lines that have a quote inside a
    cell that is not quoted; `first_stray` is the first of those.
    """

    def __init__(self, raw: BinaryIO, dialect: Dialect, max_line: int, max_cell: int) -> None:
        self.lines = Lines(raw, _codec(dialect), max_line)
        self.dialect, self.max_cell = dialect, max_cell
        self.n_blank = self.n_stray = self.first_stray = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record with the line on which it starts.

        Raises
        ------
        RefusedError
            When a line is too long, or has a zero byte.
        BrokenQuotesError
            When quotes are broken, or a cell is too long.
        """
        csv.field_size_limit(self.max_cell)
        lines, start, blank = self.lines, 1, 0
        reader = csv.reader(lines, delimiter=self.dialect.delimiter, strict=True)
        try:
            for record in reader:
                if record:
                    if blank:
                        self.n_blank, blank = self.n_blank + blank, 0
                    if '"' in lines.last and lines.number == start:
                        self._find_stray(record, start)
                    yield start, record
                else:
                    blank += 1
                start = lines.number + 1
        except csv.Error as broken:
            raise BrokenQuotesError(str(broken), start) from None

    def _find_stray(self, record: list[str], line: int) -> None:
        for cell in record:
            if '"' in cell and '"' + cell.replace('"', '""') + '"' not in self.lines.last:
                self.n_stray += 1
                self.first_stray = self.first_stray or line
                return


def _codec(dialect: Dialect) -> str:
    return "utf-8-sig" if dialect.encoding == "utf-8" else dialect.encoding


class BrokenQuotesError(Exception):
    """The csv module could not go on in the record that starts in `line`."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line

    def as_problem(self, path: Path, dialect: Dialect, max_cell: int) -> Problem:
        """Say what is wrong, and in which line the quote stands that was never closed."""
        line, reason = self.line, self.reason
        if "unexpected end" in reason:
            line = self._opening_line(path, dialect, max_cell)
            message = f"The quote opened in line {line} is never closed"
        elif "field larger" in reason:
            line = self._opening_line(path, dialect, max_cell)
            message = (
                f"Line {line} has a cell of more than {max_cell:,} characters. "
                "Often this is a quote that is never closed"
            )
        elif "new-line character" in reason:
            message = f"Line {line} has a carriage return inside a cell that is not quoted"
        else:
            message = f"The quotes in line {line} are broken: {reason}"
        return error("CSV_QUOTES", message, line=line)

    def _opening_line(self, path: Path, dialect: Dialect, max_cell: int) -> int:
        record, length = [], 0
        with path.open("rb") as raw:
            lines = Lines(raw, _codec(dialect), 2 * max_cell)
            try:
                for line in lines:
                    if lines.number >= self.line:
                        record.append(line)
                        length += len(line)
                    if length > 2 * max_cell:
                        break
            except RefusedError:
                return self.line
        text = "".join(record)
        pattern = QUOTED_CELL.format(delimiter=re.escape(dialect.delimiter))
        opened = [f.start() for f in re.finditer(pattern, text) if f.end() == len(text)]
        return self.line + (text.count("\n", 0, opened[-1]) if opened else 0)
