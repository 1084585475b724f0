"""A file of JSON lines as a table of text: one object a line, in two passes, a line at a time.

The first pass finds the columns, which are all keys in the order in which they first come; the
second writes the rows. Numbers are kept as they are written.
"""

import json
from collections.abc import Iterator
from json.encoder import encode_basestring as quoted
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.engine.reader.dialects import BadLines, Dialect
from tasks.engine.reader.limits import ReadLimits
from tasks.engine.reader.names import can_be_kept, check_width, name_columns
from tasks.engine.reader.reading import PREVIEW_ROWS, Progress, ReadResult
from tasks.engine.reader.records import Record
from tasks.engine.reader.refusals import Problem, RefusedError, error
from tasks.engine.reader.rejects import Rejects
from tasks.engine.reader.table_writer import TableWriter

DIALECT = Dialect(delimiter=",", quote='"', encoding="utf-8", header=True, decimal=".",
                  format="jsonl")  # fmt: skip
REPORT_EVERY = 20_000
BATCH_CELLS, BATCH_CHARS = 500_000, 16_000_000
# A larger table is refused where fewer than one cell in so many holds something.
SPARSE_CELLS, SPARSE_SHARE = 20_000_000, 50
BOM = b"\xef\xbb\xbf"


class _Number(str):
    """A number as it is written in the file."""

    __slots__ = ()


class JsonLinesReading:
    """One reading of one file of JSON lines; used as `tasks.engine.reader.reading.Reading` is.

    Lines that are no objects refuse the file, or are left out where the person said so. There is
    nothing to fill up in them, so ``pad`` leaves them out too.
    """

    def __init__(
        self,
        path: Path,
        target: Path,
        name: str,
        limits: ReadLimits,
        *,
        bad_lines: BadLines = "refuse",
        rejects: Path | None = None,
    ) -> None:
        self.path, self.target, self.name, self.limits = path, target, name, limits
        self.bad_lines, self.rejects = bad_lines, Rejects(rejects)
        self.first_broken: Problem | None = None
        self.is_writing = False
        self.names: list[str] = []
        self.problems: list[Problem] = []
        self.preview: list[dict[str, Any]] = []
        self.n_rows = self.n_blank = self.n_repeated = self.first_repeated = 0
        self.n_taken = self.n_chars = 0
        self.rows: list[tuple[int, dict[str, str | None]]] = []
        self.has_repeated = False
        self.finds_keys = json.JSONDecoder(
            parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=self._object
        )
        self.finds_values = json.JSONDecoder(
            parse_int=_Number, parse_float=_Number, parse_constant=_Number
        )

    def run(self, on_progress: Progress) -> ReadResult:
        """Write the table; what refuses the file stands in the result's problems."""
        try:
            keys = self._find_keys(on_progress)
            self.names, self.problems = name_columns(keys)
            self._write(keys, on_progress)
            self._report()
        except RefusedError as refusal:
            self.problems.append(refusal.problem)
        finally:
            self.rejects.close()
        result = ReadResult(DIALECT, self.names, self.n_rows, self.problems, self.preview)
        if result.refused:
            self.target.unlink(missing_ok=True)
        return result

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines that are not blank, with their numbers."""
        limit = self.limits.max_line_chars
        number = self.n_taken = self.n_blank = 0
        with self.path.open("rb") as file:
            if file.read(len(BOM)) != BOM:
                file.seek(0)
            while line := file.readline(limit + 1):
                number += 1
                self.n_taken += len(line)
                if len(line) > limit:
                    message = (
                        f"Line {number} has more than {limit:,} characters, "
                        "the limit on this server"
                    )
                    raise RefusedError(error("CSV_LINE_LONG", message, line=number))
                if text := line.strip(b" \t\r\n"):
                    yield number, text
                else:
                    self.n_blank += 1

    def _objects(self, decoder: json.JSONDecoder) -> Iterator[tuple[int, bytes, dict[str, Any]]]:
        """Yield the lines that are objects, with their numbers and what they hold."""
        for number, text in self._lines():
            try:
                value = self._parse(decoder, number, text)
            except RefusedError as refusal:
                self._leave_out(number, text, refusal)
            else:
                yield number, text, value

    def _leave_out(self, number: int, text: bytes, refusal: RefusedError) -> None:
        """Note a line that is left out, or refuse the file for it."""
        is_refused = self.bad_lines == "refuse"
        if is_refused or self.is_writing:  # the first pass met it too
            record = Record(number, [], text.decode("utf-8", "replace"))
            self.rejects.add("broken", record, refusal.problem.message)
        if is_refused:
            raise refusal
        self.first_broken = self.first_broken or refusal.problem

    def _parse(self, decoder: json.JSONDecoder, number: int, text: bytes) -> dict[str, Any]:
        self.has_repeated = False
        try:
            value = decoder.decode(text.decode("utf-8"))
        except UnicodeDecodeError:
            message = f"Line {number} is not UTF-8, which JSON lines have to be"
            raise RefusedError(error("CSV_ENCODING", message, line=number)) from None
        except RecursionError:
            message = f"Line {number} is nested too deeply"
            raise RefusedError(error("JSON_LINE", message, line=number)) from None
        except json.JSONDecodeError as broken:
            message = f"Line {number} is no JSON: {broken.msg} in column {broken.colno}"
            raise RefusedError(error("JSON_LINE", message, line=number)) from None
        if not isinstance(value, dict):
            message = f'Line {number} is no object. Each line must be one, such as {{"a": 1}}'
            raise RefusedError(error("JSON_LINE", message, line=number))
        return value

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        self.has_repeated |= len(found) < len(pairs)
        return found

    def _find_keys(self, on_progress: Progress) -> list[str]:
        keys: dict[str, None] = {}
        size, n, n_filled = max(self.path.stat().st_size, 1), 0, 0
        for n, (number, _, value) in enumerate(self._objects(self.finds_keys), start=1):
            if self.has_repeated:
                self.n_repeated += 1
                self.first_repeated = self.first_repeated or number
            n_filled += len(value)
            if not value.keys() <= keys.keys():
                keys.update(dict.fromkeys(value))
                check_width(len(keys), self.name, self.limits.max_columns)
            if n > self.limits.max_rows:
                limit = f"{self.limits.max_rows:,} rows, the limit on this server"
                raise RefusedError(error("CSV_TOO_LONG", f"{self.name} has more than {limit}"))
            if n % REPORT_EVERY == 0:
                on_progress(0.5 * min(self.n_taken / size, 1.0), 0)
        if not n:
            empty = error("FILE_EMPTY", f"{self.name} is empty")
            raise RefusedError(self.first_broken or empty)
        check_width(len(keys), self.name, self.limits.max_columns)
        if n * len(keys) > max(SPARSE_CELLS, SPARSE_SHARE * n_filled):
            raise RefusedError(self._sparse(n, len(keys), n_filled))
        return list(keys)

    def _sparse(self, n_rows: int, n_keys: int, n_filled: int) -> Problem:
        message = (
            f"{self.name} has {n_keys:,} different keys in {n_rows:,} lines, and a line has "
            f"{n_filled / n_rows:.1f} of them on average: nearly all cells of the table would be "
            "empty. Use the same keys in each line, and write what differs as their values"
        )
        return error("JSON_SPARSE", message)

    def _write(self, keys: list[str], on_progress: Progress) -> None:
        size, self.is_writing = max(self.path.stat().st_size, 1), True
        with TableWriter(self.target, self.names, size=size) as writer:
            for number, text, value in self._objects(self.finds_values):
                try:
                    cells = {key: self._cell(part, key, number) for key, part in value.items()}
                except RefusedError as refusal:
                    self._leave_out(number, text, refusal)
                    continue
                self.n_rows += 1
                if len(self.preview) < PREVIEW_ROWS:
                    shown = [cells.get(key) for key in keys]
                    self.preview.append({"line": number, "cells": shown})
                self.rows.append((number, cells))
                self.n_chars += len(text)
                if len(self.rows) * len(keys) >= BATCH_CELLS or self.n_chars >= BATCH_CHARS:
                    self._write_rows(keys, writer)
                if self.n_rows % REPORT_EVERY == 0:
                    on_progress(0.5 + 0.5 * min(self.n_taken / size, 1.0), self.n_rows)
            self._write_rows(keys, writer)
        if not self.n_rows and self.first_broken:
            raise RefusedError(self.first_broken)

    def _write_rows(self, keys: list[str], writer: TableWriter) -> None:
        """Write the rows that were collected; columns of which none has a cell cost nothing."""
        lines = np.array([number for number, _ in self.rows], np.int64)
        nothing = pa.nulls(len(lines), pa.string())
        present: dict[str, tuple[list[int], list[str | None]]] = {}
        for row, (_, cells) in enumerate(self.rows):
            for key, text in cells.items():
                rows, texts = present.setdefault(key, ([], []))
                rows.append(row)
                texts.append(text)
        columns = [_spread(*present[key], nothing) if key in present else nothing for key in keys]
        self.rows, self.n_chars = [], 0
        writer.add(lines, columns)

    def _cell(self, value: Any, key: str, number: int) -> str | None:
        """Return a value as a cell: texts and numbers as they are, the rest as compact JSON."""
        if value is None:
            return None
        try:
            text = value if isinstance(value, str) else _compact(value)
        except RecursionError:
            message = f'"{key}" in line {number} is nested too deeply'
            raise RefusedError(error("JSON_LINE", message, line=number)) from None
        if len(text) > self.limits.max_cell_chars:
            limit = f"{self.limits.max_cell_chars:,} characters, the limit on this server"
            message = f'"{key}" in line {number} has more than {limit}'
            raise RefusedError(error("CELL_UNFIT", message, line=number))
        if not can_be_kept(text):
            message = f'"{key}" in line {number} holds a character that is no text'
            raise RefusedError(error("CELL_UNFIT", message, line=number))
        return str(text)

    def _report(self) -> None:
        def warn(code: str, words: str, count: int, line: int | None = None) -> None:
            if count:
                self.problems.append(Problem("warning", code, words, line=line, count=count))

        n, first = self.rejects.counts["broken"], self.first_broken
        if first:
            what = f"{n:,} line{'s' if n > 1 else ''} that cannot be read"
            words = f"{what} {'were' if n > 1 else 'was'} left out. First: {first.message}"
            warn("JSON_LINE", words, n, first.line)
        n = self.n_blank
        warn("BLANK_LINES", f"{n:,} blank line{'s were' if n > 1 else ' was'} left out", n)
        n = self.n_repeated
        words = (
            f"{n:,} line{'s give' if n > 1 else ' gives'} a key twice; the last value was kept. "
            f"First: line {self.first_repeated}"
        )
        warn("KEY_REPEATED", words, n, self.first_repeated)


def _spread(rows: list[int], texts: list[str | None], nothing: pa.Array) -> pa.Array:
    """Return a column that has texts in some rows, rising, and nothing in the others."""
    found = pa.array(texts, pa.string())
    if len(rows) == len(nothing):
        return found
    places = np.full(len(nothing), -1)
    places[rows] = np.arange(len(rows))
    return found.take(pa.array(places, mask=places < 0))


def _compact(value: Any) -> str:
    """Write a value as JSON without spaces, its numbers as they were."""
    if isinstance(value, _Number):
        return value
    if isinstance(value, dict):
        pairs = (f"{_text(key)}:{_compact(part)}" for key, part in value.items())
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, list):
        parts = (part if type(part) is _Number else _compact(part) for part in value)
        return f"[{','.join(parts)}]"
    return _text(value)


def _text(value: str | bool | None) -> str:
    return quoted(value) if isinstance(value, str) else json.dumps(value)
