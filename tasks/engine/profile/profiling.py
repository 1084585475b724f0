"""What is in each column of a table: its kind, its numbers, and what is worth checking.

A few columns at a time, so that memory stays bounded by them, whatever the size.
"""

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.engine.memory import give_back
from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.column_problems import column_problems
from tasks.engine.profile.column_profile import Outline, profile_column
from tasks.engine.profile.table_cells import SMALL, TableCells
from tasks.engine.profile.table_checks import check_table
from tasks.engine.profile.thousands import drop_disproved
from tasks.engine.profile.value_checks import value_problems
from tasks.engine.reader.refusals import Problem
from tasks.engine.table.coercion import missing_markers

THREADS_AT_MOST = 4
Progress = Callable[[int, int], None]
Choices = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ProfileResult:
    """The profile of a table, its columns in file order, and what is worth checking.

    `columns` is what training and lists need of each column, `details` what its page shows
    besides, as JSON, since it is much; `summary` is about the table as a whole. See
    `profile_file`.
    """

    columns: list[dict[str, Any]]
    details: list[str]
    summary: dict[str, Any]
    problems: list[Problem]


@dataclass(frozen=True)
class _Looked:
    """What is kept of a column; `doubts` are problems with single values of it."""

    outline: Outline
    details: str
    problems: list[Problem]
    doubts: list[Problem]


class _Profiling:
    """Profiles columns in threads, each with a reader to itself: Arrow leaves them the lock."""

    def __init__(
        self,
        parquet: Path,
        dialect: dict[str, Any],
        missing: Collection[str],
        choices: Choices,
    ) -> None:
        self.parquet, self.dialect, self.missing = parquet, dialect, missing
        self.choices = choices
        self.cells = TableCells(parquet, dialect, missing)
        self.idle = [self.cells]

    def run(self) -> Iterator[_Looked]:
        batches = self.cells.batches()
        threads = min(THREADS_AT_MOST, os.cpu_count() or 1, len(batches))
        if threads < 2 or self.cells.n_rows <= SMALL:  # there Python's own work is the most
            for batch in batches:
                yield from self._profile(batch)
            return
        with ThreadPoolExecutor(threads) as pool:
            for found in pool.map(lambda batch: list(self._profile(batch)), batches):
                yield from found

    def _profile(self, positions: list[int]) -> Iterator[_Looked]:
        cells = self._take_reader()
        try:
            for column in cells.columns(positions):
                yield self._look(column, cells)
        finally:
            self.idle.append(cells)
            if len(positions) > 1:
                give_back()

    def _take_reader(self) -> TableCells:
        """Return a reader that nobody uses: to open another takes a while in a wide table."""
        try:
            return self.idle.pop()
        except IndexError:
            metadata = self.cells.metadata
            return TableCells(self.parquet, self.dialect, self.missing, metadata)

    def _look(self, column: Column, cells: TableCells) -> _Looked:
        made = profile_column(column, self.choices.get(column.name, {}))
        problems = column_problems(column, made, cells.line_of, self.dialect)
        details = json.dumps({"name": column.name, **made.details})
        return _Looked(made.outline, details, problems, list(value_problems(made)))


def profile_table(
    parquet: Path,
    dialect: dict[str, Any],
    on_progress: Progress | None = None,
    *,
    choices: Choices | None = None,
    target: str | None = None,
) -> ProfileResult:
    """Profile every column of a table, and check the table as a whole.

    What decides the kind of a column, missing, extremes, mean and spread are those of all rows.
    Of large columns with many values, quantiles, charts and distinct counts are those of a sample
    of rows, evenly spread and the same each time; such a column has ``about`` set.

    Parameters
    ----------
    parquet : Path
        A table that `tabular.read_table` wrote.
    dialect : dict
        How the file was read; ``decimal`` and ``missing`` are used.
    on_progress : callable, optional
        Called with the number of columns done and of all columns.
    choices : Mapping of str to Mapping, optional
        What the person chose, by column: ``kind``, ``format``, ``use``.
    target : str, optional
        The column that the person means to predict; else one is guessed.

    Returns
    -------
    ProfileResult
    """
    give_back()  # what reading the file left
    profiling = _Profiling(parquet, dialect, missing_markers({"dialect": dialect}), choices or {})
    looked: list[_Looked] = []
    n_columns = len(profiling.cells.names) - 1
    for found in profiling.run():
        looked.append(found)
        if on_progress:
            on_progress(len(looked), n_columns)
    problems = [problem for found in looked for problem in found.problems]
    doubts = [problem for found in looked for problem in found.doubts]
    outlines = [found.outline for found in looked]
    columns = [made.facts for made in outlines]
    problems = drop_disproved(problems, columns, profiling.cells)
    give_back()
    summary, more = check_table(profiling.cells, outlines, doubts, target)
    details = [found.details for found in looked]
    return ProfileResult(columns, details, summary, problems + more)
