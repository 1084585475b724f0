"""One reading of one plain text file, in one streaming pass, against a dialect."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

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
from tasks.engine.refusals import HEAD_BYTES, Problem, error
from tasks.engine.tables import BATCH_ROWS, LINE

PREVIEW_ROWS = 20
Progress = Callable[[float, int], None]


@dataclass(frozen=True)
class ReadLimits:
    """The largest table that is read; rows, columns, characters of a cell, bytes unpacked."""

    max_rows: int = 50_000_000
    max_columns: int = 20_000
    max_cell_chars: int = 1_000_000
    max_unpacked_bytes: int = 20_000_000_000


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


class RefusedError(Exception):
    """The file cannot be a table; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Reading:
    """One reading of one plain file."""

    def __init__(
        self, path: Path, target: Path, name: str, options: ReadOptions, limits: ReadLimits
    ) -> None:
        self.path, self.target, self.name = path, target, name
        self.options, self.limits = options, limits
        self.problems: list[Problem] = []
        self.preview: list[dict[str, Any]] = []
        self.n_rows = self.n_ragged = self.n_blank = 0
        self.first_ragged: tuple[int, int] | None = None

    def run(self, on_progress: Progress) -> ReadResult:
        """Read the file and write the table."""
        with self.path.open("rb") as file:
            encoding, found = find_encoding(file, self.options.encoding)
        self.problems += found
        self.dialect = self._find_dialect(encoding)
        with self.path.open("rb") as raw:
            records = self._records(raw)
            self.names = self._read_header(records)
            self.width = len(self.names)
            self._write(records, raw, on_progress)
        self._report_lines()
        result = ReadResult(self.dialect, self.names, self.n_rows, self.problems, self.preview)
        if result.refused:
            self.target.unlink(missing_ok=True)
        return result

    def _find_dialect(self, encoding: str) -> Dialect:
        text = read_sample(self.path, encoding)
        delimiter = self.options.delimiter or find_delimiter(text)
        if delimiter is None:
            raise RefusedError(
                error(
                    "CSV_ONE_COLUMN",
                    "We found only one column. If your file uses another separator, "
                    'choose it under "How we read the file"',
                )
            )
        records = sample_records(text, delimiter)
        header = self.options.header
        if header is None:
            header = has_header(records) if records else True
            if not header:
                message = "The first line holds values, not names, so columns are named by number"
                self.problems.append(Problem("warning", "HEADER_ABSENT", message, line=1))
        decimal = self.options.decimal or find_decimal(records, delimiter)
        return Dialect(delimiter, '"', encoding, header, decimal)

    def _records(self, raw: BinaryIO) -> Iterator[tuple[int, list[str]]]:
        """Yield every record that is not blank, with the line on which it starts."""
        encoding = "utf-8-sig" if self.dialect.encoding == "utf-8" else self.dialect.encoding
        csv.field_size_limit(self.limits.max_cell_chars)
        self.text = _text_lines(raw, encoding)  # kept: when it goes, it closes the file
        reader = csv.reader(self.text, delimiter=self.dialect.delimiter, strict=True)
        start = 1
        try:
            for record in reader:
                if record:
                    yield start, record
                else:
                    self.n_blank += 1
                start = reader.line_num + 1
        except csv.Error as broken:
            raise RefusedError(self._broken(str(broken), start)) from None

    def _broken(self, reason: str, line: int) -> Problem:
        if "field larger" in reason:
            message = (
                f"Line {line} has a cell of more than {self.limits.max_cell_chars:,} characters"
            )
        elif "unexpected end" in reason:
            message = f"The quote opened in line {line} is never closed"
        else:
            message = f"The quotes in line {line} are broken: {reason}"
        return error("CSV_QUOTES", message, line=line)

    def _read_header(self, records: Iterator[tuple[int, list[str]]]) -> list[str]:
        first = next(records, None)
        if first is None:
            raise RefusedError(error("FILE_EMPTY", f"{self.name} is empty"))
        line, cells = first
        if len(cells) > self.limits.max_columns:
            message = (
                f"{self.name} has {len(cells):,} columns. "
                f"The limit on this server is {self.limits.max_columns:,}"
            )
            raise RefusedError(error("CSV_TOO_WIDE", message))
        self.header_line = line
        if not self.dialect.header:
            self.pending: list[tuple[int, list[str]]] = [first]
            return [f"column_{n}" for n in range(1, len(cells) + 1)]
        self.pending = []
        names = [cell.strip() for cell in cells]
        self._check_names(names, line)
        return names

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

    def _write(
        self, records: Iterator[tuple[int, list[str]]], raw: BinaryIO, on_progress: Progress
    ) -> None:
        refused = any(problem.severity == "error" for problem in self.problems)
        names = [f"c{n}" for n in range(self.width)] if refused else self.names
        schema = pa.schema([(LINE, pa.int64()), *((name, pa.string()) for name in names)])
        size = max(self.path.stat().st_size, 1)
        with pq.ParquetWriter(self.target, schema, compression="zstd") as writer:
            for lines, rows in self._batches(records):
                columns = list(zip(*rows, strict=True))
                arrays = [
                    pa.array(lines, pa.int64()),
                    *(pa.array(c, pa.string()) for c in columns),
                ]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
                self.n_rows += len(rows)
                self._check_length()
                on_progress(min(raw.tell() / size, 1.0), self.n_rows)

    def _check_length(self) -> None:
        if self.n_rows > self.limits.max_rows:
            limit = f"{self.limits.max_rows:,} rows, the limit on this server"
            message = f"{self.name} has more than {limit}"
            raise RefusedError(error("CSV_TOO_LONG", message))

    def _batches(
        self, records: Iterator[tuple[int, list[str]]]
    ) -> Iterator[tuple[list[int], list[list[str | None]]]]:
        lines: list[int] = []
        rows: list[list[str | None]] = []
        for line, record in (*self.pending, *()):
            lines.append(line)
            rows.append(list(record))
        for line, record in records:
            row: list[str | None] | None = record  # type: ignore[assignment]
            if len(record) != self.width:
                row = self._fit(line, record)
                if row is None:
                    continue
            lines.append(line)
            rows.append(row)  # type: ignore[arg-type]
            if len(rows) == BATCH_ROWS:
                self._keep_preview(lines, rows)
                yield lines, rows
                lines, rows = [], []
        if rows:
            self._keep_preview(lines, rows)
            yield lines, rows

    def _keep_preview(self, lines: list[int], rows: list[list[str | None]]) -> None:
        room = PREVIEW_ROWS - len(self.preview)
        for line, row in zip(lines[:room], rows[:room], strict=True):
            self.preview.append({"line": line, "cells": row})

    def _fit(self, line: int, record: list[str]) -> list[str | None] | None:
        """Return a ragged record as a row if the person asked for that, else None."""
        self.n_ragged += 1
        if self.first_ragged is None:
            self.first_ragged = (line, len(record))
        if self.options.bad_lines == "pad" and len(record) < self.width:
            return [*record, *[None] * (self.width - len(record))]
        return None

    def _report_lines(self) -> None:
        if self.first_ragged:
            line, got = self.first_ragged
            lines = f"{self.n_ragged:,} line{'s have' if self.n_ragged > 1 else ' has'}"
            where = f"line {self.header_line} has {self.width}"
            message = (
                f"{lines} a different number of cells. First: line {line} has {got}, {where}. "
            )
            ends = {
                "refuse": ("error", "Often this is an unquoted comma"),
                "skip": ("warning", "They were left out"),
                "pad": (
                    "warning",
                    "Short ones were filled with missing cells, long ones left out",
                ),
            }
            severity, end = ends[self.options.bad_lines]
            self.problems.append(
                Problem(severity, "CSV_RAGGED", message + end, line=line, count=self.n_ragged)
            )
        if self.n_blank:
            message = f"{self.n_blank:,} blank lines were left out"
            self.problems.append(Problem("warning", "BLANK_LINES", message, count=self.n_blank))
        if not self.n_rows and not self.n_ragged:
            message = f"{self.name} has a header but no rows"
            self.problems.append(error("CSV_NO_ROWS", message))


def _text_lines(raw: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """Open a file's lines as `sed` counts them: a line ends at LF.

    A file of the old Macintosh kind, with CR alone, has its lines ended there instead.
    """
    head = raw.read(HEAD_BYTES)
    raw.seek(0)
    old_mac = b"\r" in head and b"\n" not in head
    return io.TextIOWrapper(raw, encoding=encoding, newline="" if old_mac else "\n")
