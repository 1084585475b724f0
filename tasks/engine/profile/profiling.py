"""What is in each column of a table: its kind, its numbers, and what is worth checking.

Two columns at a time, so that memory stays bounded by a few of them, whatever the size.
"""

import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tasks.engine.coercion import missing_markers
from tasks.engine.profile.column_problems import column_problems
from tasks.engine.profile.column_profile import ColumnProfile, profile_column
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.profile.table_checks import check_table
from tasks.engine.reader.refusals import Problem

THREADS_AT_MOST = 4
Progress = Callable[[int, int], None]
Choices = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ProfileResult:
    """The profile of a table, its columns in file order, and what is worth checking.

    `columns` is what training and lists need of each column, `details` what its page shows
    besides; `summary` is about the table as a whole. See `profile_file`.
    """

    columns: list[dict[str, Any]]
    details: list[dict[str, Any]]
    summary: dict[str, Any]
    problems: list[Problem]


class _Profiling:
    """Profiles columns in threads, each with a reader of its own: Arrow leaves them the lock."""

    def __init__(
        self,
        parquet: Path,
        dialect: dict[str, Any],
        missing: Collection[str],
        choices: Choices,
    ) -> None:
        self.parquet, self.dialect, self.missing = parquet, dialect, missing
        self.choices = choices
        self.metadata: pq.FileMetaData = pq.read_metadata(parquet)
        self.local = threading.local()

    @property
    def cells(self) -> TableCells:
        """The reader of the thread that asks."""
        if not hasattr(self.local, "cells"):
            self.local.cells = TableCells(self.parquet, self.dialect, self.missing, self.metadata)
        return self.local.cells  # type: ignore[no-any-return]

    def run(self) -> Iterator[tuple[ColumnProfile, list[Problem]]]:
        batches = self.cells.batches()
        threads = min(THREADS_AT_MOST, os.cpu_count() or 1, len(batches))
        if threads < 2:
            for batch in batches:
                yield from self._profile(batch)
            return
        with ThreadPoolExecutor(threads) as pool:
            for found in pool.map(self._profile, batches):
                yield from found

    def _profile(self, positions: list[int]) -> list[tuple[ColumnProfile, list[Problem]]]:
        cells, done = self.cells, []
        for column in cells.columns(positions):
            made = profile_column(column, self.choices.get(column.name, {}))
            done.append((made, column_problems(column, made, cells.line_of)))
        return done


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
    profiling = _Profiling(parquet, dialect, missing_markers({"dialect": dialect}), choices or {})
    made, problems = [], []
    n_columns = len(profiling.cells.names) - 1
    for profile, found in profiling.run():
        made.append(profile)
        problems += found
        if on_progress:
            on_progress(len(made), n_columns)
    summary, more = check_table(profiling.cells, made, target)
    details = [{"name": found.facts["name"], **found.details} for found in made]
    return ProfileResult([found.facts for found in made], details, summary, problems + more)
