"""One reading of one plain text file, in one streaming pass, against a dialect."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from tasks.engine.dialects import (
    Dialect,
    ReadOptions,
    find_decimal,
    find_delimiter,
    find_encoding,
    has_header,
    read_sample,
    sample_records,
)
from tasks.engine.limits import ReadLimits
from tasks.engine.lines import BrokenQuotesError, Records
from tasks.engine.refusals import Problem, RefusedError, error
from tasks.engine.table_writer import TableWriter
from tasks.engine.tables import LINE

PREVIEW_ROWS = 20
ONE_COLUMN = (
    "We found only one column. If your file uses another separator, "
    'choose it under "How we read the file"'
)
Progress = Callable[[float, int], None]


@dataclass(frozen=True)
class ReadResult:
    """What came of reading a file; there is a table unless it was `refused`."""

    dialect: Dialect | None
    column_names: list[str]
    n_rows: int
    problems: list[Problem]
    preview: list[dict[str, Any]] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether a problem stopped the file from becoming a table."""
        return any(problem.severity == "error" for problem in self.problems)


class Reading:
    """One reading of one plain file."""

    def __init__(
        self, path: Path, target: Path, name: str, options: ReadOptions, limits: ReadLimits
    ) -> None:
        self.path, self.target, self.name = path, target, name
        self.options, self.limits = options, limits
        self.dialect: Dialect | None = None
        self.names: list[str] = []
        self.problems: list[Problem] = []
        self.preview: list[dict[str, Any]] = []
        self.n_rows = self.n_ragged = self.n_repeated = 0
        self.first_ragged = self.first_repeated = (0, 0)

    def run(self, on_progress: Progress) -> ReadResult:
        """Read the file and write the table; what refuses it stands in the result's problems."""
        try:
            with self.path.open("rb") as file:
                encoding, found = find_encoding(file, self.options.encoding)
            self.problems += found
            self.dialect = self._find_dialect(encoding)
            self._read(self.dialect, on_progress)
        except RefusedError as refusal:
            self.problems.append(refusal.problem)
        result = ReadResult(self.dialect, self.names, self.n_rows, self.problems, self.preview)
        if result.refused:
            self.target.unlink(missing_ok=True)
        return result

    def _find_dialect(self, encoding: str) -> Dialect:
        text = read_sample(self.path, encoding)
        delimiter = self.options.delimiter or find_delimiter(text)
        if delimiter is None:
            if not self.options.one_column:
                raise RefusedError(error("CSV_ONE_COLUMN", ONE_COLUMN))
            delimiter = ","
        records = sample_records(text, delimiter)
        self.usual_width = Counter(map(len, records)).most_common(1)[0][0] if records else 0
        header = self.options.header
        if header is None:
            header = has_header(records) if records else True
            if not header:
                message = "The first line holds values, not names, so columns are named by number"
                self.problems.append(Problem("warning", "HEADER_ABSENT", message, line=1))
        decimal = self.options.decimal or find_decimal(records, delimiter)
        return Dialect(delimiter, '"', encoding, header, decimal, self.options.bad_lines)

    def _read(self, dialect: Dialect, on_progress: Progress) -> None:
        limits = self.limits
        try:
            with self.path.open("rb") as raw:
                records = Records(raw, dialect, limits.max_line_chars, limits.max_cell_chars)
                rows = self._rows(iter(records), dialect)
                self._write(rows, records, raw, on_progress)
        except BrokenQuotesError as broken:
            problem = broken.as_problem(self.path, dialect, limits.max_cell_chars)
            raise RefusedError(problem) from None
        self._report_ragged()
        self._report_oddities(records)

    def _read_header(self, first: tuple[int, list[str]] | None, dialect: Dialect) -> None:
        if first is None:
            raise RefusedError(error("FILE_EMPTY", f"{self.name} is empty"))
        self.header_line, cells = first
        if len(cells) == 1 and not self.options.one_column:
            message = ONE_COLUMN
            if self.usual_width > 1:
                message = (
                    f"Line {self.header_line} has one cell, but most lines have "
                    f"{self.usual_width}. Delete the lines above the column names"
                )
            raise RefusedError(error("CSV_ONE_COLUMN", message, line=self.header_line))
        if len(cells) > self.limits.max_columns:
            message = (
                f"{self.name} has {len(cells):,} columns. "
                f"The limit on this server is {self.limits.max_columns:,}"
            )
            raise RefusedError(error("CSV_TOO_WIDE", message))
        if dialect.header:
            self.names = [cell.strip() for cell in cells]
            self._check_names(self.names, self.header_line)
        else:
            self.names = [f"column_{n}" for n in range(1, len(cells) + 1)]

    def _check_names(self, names: list[str], line: int) -> None:
        seen: dict[str, int] = {}
        for n, name in enumerate(names, start=1):
            if not name:
                message = f"Column {n} has no name in line {line}"
                self.problems.append(error("CSV_HEADER_EMPTY", message, line=line))
            elif name in seen:
                message = (
                    f'Two columns are called "{name}" (columns {seen[name]} and {n}). '
                    "Rename one in your file"
                )
                self.problems.append(error("CSV_HEADER_DUP", message, line=line))
            elif name == LINE:
                message = f'Column {n} is called "{LINE}", a name that Trainyard needs. Rename it'
                self.problems.append(error("CSV_HEADER_RESERVED", message, line=line))
            seen.setdefault(name, n)

    def _rows(
        self, records: Iterator[tuple[int, list[str]]], dialect: Dialect
    ) -> Iterator[tuple[int, list[str | None]]]:
        """Read the header, then yield the rows that belong to the table."""
        first = next(records, None)
        self._read_header(first, dialect)
        header = first[1] if first and dialect.header else None
        if first and not dialect.header:
            records = chain([first], records)
        width = len(self.names)
        row: list[str | None] | None
        for line, record in records:
            row = record  # type: ignore[assignment]
            if len(record) != width:
                row = self._fit(line, record, width)
                if row is None:
                    continue
            elif record == header:
                self.n_repeated += 1
                self.first_repeated = self.first_repeated if self.n_repeated > 1 else (line, 0)
            if self.n_rows < PREVIEW_ROWS:
                self.preview.append({"line": line, "cells": row})
            self.n_rows += 1
            if self.n_rows > self.limits.max_rows:
                limit = f"{self.limits.max_rows:,} rows, the limit on this server"
                message = f"{self.name} has more than {limit}"
                raise RefusedError(error("CSV_TOO_LONG", message))
            yield line, row  # type: ignore[misc]

    def _write(
        self,
        rows: Iterator[tuple[int, list[str | None]]],
        records: Records,
        raw: BinaryIO,
        on_progress: Progress,
    ) -> None:
        first = next(rows, None)  # the names are known from here on
        size = max(self.path.stat().st_size, 1)
        refused = any(problem.severity == "error" for problem in self.problems)
        names = [f"c{n}" for n in range(len(self.names))] if refused else self.names
        with TableWriter(self.target, names) as writer:
            for line, row in chain([first] if first else [], rows):
                if writer.add(line, row, records.lines.n_chars):
                    on_progress(min(raw.tell() / size, 1.0), self.n_rows)

    def _fit(self, line: int, record: list[str], width: int) -> list[str | None] | None:
        """Return a ragged record as a row if the person asked for that, else None."""
        self.n_ragged += 1
        if self.n_ragged == 1:
            self.first_ragged = (line, len(record))
        if self.options.bad_lines == "pad" and len(record) < width:
            return [*record, *[None] * (width - len(record))]
        return None

    def _report_ragged(self) -> None:
        if self.n_ragged:
            line, got = self.first_ragged
            lines = f"{self.n_ragged:,} line{'s have' if self.n_ragged > 1 else ' has'}"
            where = f"line {self.header_line} has {len(self.names)}"
            message = (
                f"{lines} a different number of cells. First: line {line} has {got}, {where}. "
            )
            ends = {
                "refuse": ("error", "Often this is an unquoted comma"),
                "skip": ("warning", "They were left out"),
                "pad": ("warning", "Short ones were filled up, long ones left out"),
            }
            severity, end = ends[self.options.bad_lines]
            self.problems.append(
                Problem(severity, "CSV_RAGGED", message + end, line=line, count=self.n_ragged)
            )
        if not self.n_rows and (not self.n_ragged or self.options.bad_lines != "refuse"):
            message = f"{self.name} has a header but no rows"
            self.problems.append(error("CSV_NO_ROWS", message))

    def _report_oddities(self, records: Records) -> None:
        def warn(code: str, words: str, count: int, line: int | None = None) -> None:
            if count:
                self.problems.append(Problem("warning", code, words, line=line, count=count))

        n, line = records.n_blank, self.first_repeated[0]
        warn("BLANK_LINES", f"{n:,} blank line{'s were' if n > 1 else ' was'} left out", n)
        words = f"The column names stand again as a row, first in line {line}"
        warn("HEADER_REPEATED", words, self.n_repeated, line)
        n, line = records.n_stray, records.first_stray
        lines = f"{n:,} line{'s have' if n > 1 else ' has'}"
        words = f"{lines} a quote inside a cell that is not quoted. First: line {line}"
        warn("STRAY_QUOTES", words, n, line)
