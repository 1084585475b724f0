"""One reading of one plain text file, in one streaming pass, against a layout."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.reader.blocks import BLOCK_BYTES, take_block
from tasks.engine.reader.dialects import Dialect, ReadOptions
from tasks.engine.reader.documented import find_documented, say_documented
from tasks.engine.reader.encodings import DAMAGED, find_encoding, read_sample
from tasks.engine.reader.layout import Layout, find_layout
from tasks.engine.reader.layout_words import of_layout
from tasks.engine.reader.limits import ReadLimits
from tasks.engine.reader.name_rows import fit_names
from tasks.engine.reader.names import check_width, join_lines, name_columns, number_names
from tasks.engine.reader.odd_rows import Columns, OddRows, Row, are_names, to_columns, to_rows
from tasks.engine.reader.other_choices import weigh_choices
from tasks.engine.reader.ragged import KEPT, Ragged
from tasks.engine.reader.records import Record, Records
from tasks.engine.reader.refusals import Problem, RefusedError, error
from tasks.engine.reader.rejects import Rejects
from tasks.engine.reader.table_writer import TableWriter
from tasks.engine.reader.text_source import TextSource
from tasks.engine.reader.words import of_rows
from tasks.engine.table.cell_text import MISSING

PREVIEW_ROWS = 20
LEAST_BLOCK_BYTES = 1 << 18  # that are looked at record by record where something is in doubt
LEAST_CELL_BYTES = 1 << 10  # in a wide table more, for each block has its costs of each column
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


class ValuesFoundError(Exception):
    """A column that seemed to be empty has a value."""


class Reading:
    """One reading of one plain file, or of its beginning up to the block with `enough_rows`."""

    def __init__(
        self,
        path: Path,
        target: Path,
        name: str,
        *,
        options: ReadOptions,
        limits: ReadLimits,
        rejects: Path | None = None,
        keeps_empty: bool = False,
        enough_rows: int | None = None,
    ) -> None:
        self.path, self.target, self.name = path, target, name
        self.keeps_empty, self.n_empty_ends = keeps_empty, 0
        self.enough_rows = enough_rows or limits.max_rows + 1
        self.options, self.limits = options, limits
        self.rejects = Rejects(rejects)
        self.dialect: Dialect | None = None
        self.names: list[str] = []
        self.labels: list[str] = []
        self.problems: list[Problem] = []
        self.first_rows: list[tuple[int, pa.Array]] = []  # each with its line
        self.n_rows = self.n_repeated = self.first_repeated = self.names_line = 0
        self.block_bytes = BLOCK_BYTES

    def run(self, on_progress: Progress) -> ReadResult:
        """Read the file and write the table; what refuses it stands in the result's problems."""
        try:
            with self.path.open("rb") as file:
                encoding, found = find_encoding(file, self.options.encoding)
            self.problems += found
            layout = find_layout(read_sample(self.path, encoding), encoding, self.options)
            self.n_empty_ends = 0 if self.keeps_empty else layout.n_empty
            self.dialect = layout.dialect
            self._check(layout)
            with self.path.open("rb") as raw:
                self._read(raw, layout, on_progress)
        except RefusedError as refusal:
            self.problems.append(refusal.problem)
        except ValuesFoundError:
            return self._again().run(on_progress)
        finally:
            self.rejects.close()
        if self.dialect:
            self.problems = weigh_choices(self.path, self.dialect, self.options, self.problems)
        preview = [{"line": line, "cells": row.to_pylist()} for line, row in self.first_rows]
        result = ReadResult(self.dialect, self.names, self.n_rows, self.problems, preview)
        if result.refused:
            self.target.unlink(missing_ok=True)
        return result

    def _again(self) -> "Reading":
        """Read the file once more, with the columns that seemed to be empty."""
        return Reading(
            self.path, self.target, self.name, options=self.options, limits=self.limits,
            rejects=self.rejects.path, keeps_empty=True, enough_rows=self.enough_rows,
        )  # fmt: skip

    def _check(self, layout: Layout) -> None:
        """Refuse a layout that is none, and tell what was found out about it."""
        found = list(of_layout(self.name, layout, self.options))
        refusals = [problem for problem in found if problem.severity == "error"]
        self.problems += [problem for problem in found if problem.severity != "error"]
        documented = find_documented(layout.header.above)
        if documented and self.options.missing is None and not refusals:
            if documented.is_sure:
                missing = [*MISSING[1:], documented.marker]
                self.dialect = replace(layout.dialect, missing=missing)
            self.problems.append(say_documented(documented))
        if layout.width:
            check_width(layout.width, self.name, self.limits.max_columns)
        if refusals:
            raise RefusedError(refusals[0])

    def _read(self, raw: BinaryIO, layout: Layout, on_progress: Progress) -> None:
        dialect = layout.dialect
        is_damaged = any(problem.code == DAMAGED for problem in self.problems)
        source = TextSource(
            raw, dialect.encoding, self.limits.max_line_chars, is_damaged=is_damaged
        )
        self.records = Records(source, dialect, self.limits.max_cell_chars)
        self._read_names(source, layout)
        self.ragged = Ragged(layout.width, self.labels, self.options.bad_lines, self.rejects)
        self.odd = OddRows(
            layout.are_typed,
            dialect.delimiter,
            self.rejects,
            self.labels if layout.header.is_there else (),
        )
        size = max(self.path.stat().st_size, 1)
        with TableWriter(self.target, self.names, self._label_lines(), size) as writer:
            while self.n_rows < self.enough_rows and not self._is_over(source):
                if self._add_block(source, dialect, writer):
                    self.block_bytes = min(2 * self.block_bytes, BLOCK_BYTES)
                else:
                    self._add_slowly(source, writer)
                on_progress(min(raw.tell() / size, 1.0), self.n_rows)
            self._add_rows(self.ragged.end(), writer)
            self._write(self.odd.end(), writer)
        if source.zero_lines:
            self.rejects.add_lines("zero", source.zero_lines, "it has a zero byte, left out")
        self.problems += [*of_rows(self), *self.rejects.find_cut()]

    def _is_over(self, source: TextSource) -> bool:
        return source.is_over and self.records.is_between

    def _label_lines(self) -> list[str] | None:
        return self.labels if self.labels != self.names else None

    def _read_names(self, source: TextSource, layout: Layout) -> None:
        while source.line < layout.dialect.header_line:
            self.records.n_blank += source.skip_blank(layout.dialect.header_line - source.line)
            line = source.next_line() if source.line < layout.dialect.header_line else None
            if line is None:
                break
            self.records.n_blank += not line.strip()
        self.records.are_typed = layout.are_typed
        self.records.short_rows = layout.short_rows
        if not layout.header.is_there:
            self.names = self.labels = number_names(layout.width)
            self.records.width, self.records.may_be_names = layout.width, False
            return
        self.records.width = 0 if layout.fit else layout.width
        rows = []
        for _ in range(layout.header.n_lines):
            record = self.records.next()
            if record is None:
                break
            rows.append(self._name_row(record, layout))
        self.records.width, self.names_line = layout.width, layout.dialect.header_line
        self.labels = join_lines(rows, layout.width)[: layout.width - self.n_empty_ends]
        self.names, problems = name_columns(self.labels, layout.dialect.header_line)
        self.problems += problems

    def _name_row(self, record: Record, layout: Layout) -> list[str]:
        if len(record.cells) < layout.width and layout.fit:
            if layout.fit == "split":
                self.rejects.add("separator", record, "names, they have a separator of their own")
            return fit_names(record.cells, layout.width, layout.fit)
        if len(record.cells) != layout.width:
            message = (
                f"Line {record.line} has the names and {len(record.cells)} cells, "
                f"but most lines have {layout.width}"
            )
            raise RefusedError(error("CSV_RAGGED", message, line=record.line))
        if record.mended:
            self.rejects.add(record.mended, record, "names, mended")
        return record.cells

    def _add_block(self, source: TextSource, dialect: Dialect, writer: TableWriter) -> bool:
        if not self.records.is_between:
            return False
        block = take_block(
            source, dialect, self.records.width,
            max_cell=self.limits.max_cell_chars, are_typed=self.records.are_typed,
            size=self._block_size(), mend=self.records.put_separator,
        )  # fmt: skip
        if block is None:
            return False
        if not len(block.lines):
            self.records.n_blank_after += block.n_blank_after
            return True
        self._add_rows(self.ragged.interrupt(), writer)
        self.records.note_blank(block.n_blank, block.n_blank_after)
        for kind, lines in block.told.items():
            self.rejects.add_lines(kind, lines, KEPT[kind])
        self._add_columns(block.lines, block.columns, writer)
        return True

    def _block_size(self) -> int:
        """Return how many bytes a block has; 0 for the usual number."""
        if self.block_bytes < BLOCK_BYTES:
            return self.block_bytes
        wide = LEAST_CELL_BYTES * self.records.width
        return wide if wide > BLOCK_BYTES else 0

    def _add_slowly(self, source: TextSource, writer: TableWriter) -> None:
        """Go on record by record, for about a small block, as large as the next one will be."""
        wide = LEAST_CELL_BYTES * self.records.width
        self.block_bytes = min(max(LEAST_BLOCK_BYTES, wide), BLOCK_BYTES)
        until = source.taken + self.block_bytes
        rows: list[Row] = []
        while source.taken < until or not self.records.is_between:
            record = self.records.next()
            if record is None:
                break
            rows += self.ragged.take(self._with_empty_ends(record))
            if len(rows) * len(self.names) >= 500_000:
                self._add_rows(rows, writer)
                rows = []
        self._add_rows(rows, writer)

    def _with_empty_ends(self, record: Record) -> Record:
        """Return a record with the empty cells at its end that it has too few."""
        n = self.records.width - len(record.cells)
        if not 0 < n <= self.n_empty_ends or record.broken:
            return record
        return replace(record, cells=[*record.cells, *[""] * n])

    def _add_rows(self, rows: list[Row], writer: TableWriter) -> None:
        for lines, columns in to_columns(rows):
            self._add_columns(lines, columns, writer)

    def _add_columns(
        self, lines: np.ndarray, columns: list[pa.Array], writer: TableWriter
    ) -> None:
        lines, columns = self._without_names(lines, self._without_ends(columns))
        self._write(self.odd.take(lines, columns), writer)

    def _write(self, rows: list[Columns], writer: TableWriter) -> None:
        for lines, columns in rows:
            self.n_rows += len(lines)
            if self.n_rows > self.limits.max_rows:
                limit = f"{self.limits.max_rows:,} rows, the limit on this server"
                raise RefusedError(error("CSV_TOO_LONG", f"{self.name} has more than {limit}"))
            if n := min(PREVIEW_ROWS - len(self.first_rows), len(lines)):
                shown = to_rows(lines[:n], columns)
                self.first_rows += [(line, pa.array(row, pa.string())) for line, row in shown]
            writer.add(lines, columns)

    def _without_ends(self, columns: list[pa.Array]) -> list[pa.Array]:
        kept = len(columns) - self.n_empty_ends
        for column in columns[kept:]:
            if pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py():
                raise ValuesFoundError
        return columns[:kept]

    def _without_names(
        self, lines: np.ndarray, columns: list[pa.Array]
    ) -> tuple[np.ndarray, list[pa.Array]]:
        """Leave out rows that are the columns' names once more."""
        if not (self.dialect and self.dialect.header) or len(columns) < 2:
            return lines, columns
        is_again = are_names(columns, self.labels)
        if not is_again.any():
            return lines, columns
        self.first_repeated = self.first_repeated or int(lines[is_again.argmax()])
        self.n_repeated += int(is_again.sum())
        keep = pa.array(~is_again)
        return lines[~is_again], [column.filter(keep) for column in columns]
