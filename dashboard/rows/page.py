"""A page of out-of-fold rows: what was predicted, and the row's cells from the dataset."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.datasets.look.row_views import CELL_CHARS, cut_cells
from dashboard.datasets.words import markers_of
from dashboard.db import Dataset, Job
from dashboard.errors import NotFound
from dashboard.paging import Page, read_number, read_per
from dashboard.rows.asked import Asked, read_asked
from dashboard.rows.reading import list_classes, open_rows
from dashboard.storage import get_storage
from tasks.engine.rows.cells import OpenTable, fetch_rows
from tasks.engine.rows.scored import ORDERED_AT_MOST
from tasks.engine.spec import Validation

# Rows that are far off lie all over the file, so that each column is read to its end.
COLUMNS_AT_ONCE = 10
KINDS = {"probability": "Probability", "margin": "Decision value"}


@dataclass(frozen=True)
class RowsView:
    """A page of rows, and how it came about.

    Parameters
    ----------
    asked : Asked
        What the address asks for.
    classes : sequence of str
        The classes of the job; none where it predicts numbers.
    rows : sequence of dict
        As `ScoredRows.take` has them, with ``cells``, the texts of the columns shown.
    page, column_page : Page
        Which of the rows that match, and which of the dataset's columns.
    matched, total : int
        How many rows match, of how many.
    columns : sequence of Mapping
        The columns that are shown.
    kind : str or None
        What a class is ranked by, in words.
    n_splits : int
        How many folds there are.
    is_gone : bool
        Whether the dataset's table is missing, so that there are no cells.
    missing : collection of str
        The cells that mean that there is no value.
    """

    asked: Asked
    classes: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    page: Page
    column_page: Page
    matched: int
    total: int
    columns: Sequence[Mapping[str, Any]]
    kind: str | None
    n_splits: int
    is_gone: bool
    missing: Collection[str]

    @property
    def is_cut(self) -> bool:
        """Whether rows match that the pages of an order do not reach."""
        return self.page.total < self.matched


def read_rows_page(job: Job, args: Mapping[str, str]) -> RowsView:
    """Return a page of a job's out-of-fold rows.

    Parameters
    ----------
    job : Job
        The job.
    args : Mapping of str to str
        The address's query.

    Raises
    ------
    Conflict
        When the job has none.
    NotFound
        When they are missing from the storage.
    """
    classes = list_classes(job)
    asked = read_asked(job, classes, args)
    number, per = read_number(args.get("page"), 1, ORDERED_AT_MOST), read_per(args.get("per"))
    with open_rows(job, classes) as rows:
        found = rows.find(asked.wanted, offset=(number - 1) * per, limit=per)
        taken = rows.describe(rows.take(found.positions)) if found.positions else []
        kind = KINDS.get(rows.kind or "")
    names = list_columns(job)
    column_page = read_number(args.get("columns"), 1, len(names) or 1)
    across = Page(column_page, COLUMNS_AT_ONCE, len(names))
    shown = names[across.first - 1 : across.last]
    cells = _read_cells(job.dataset, [row["row"] for row in taken], shown)
    by_name = {column["name"]: column for column in job.dataset.columns}
    for n, row in enumerate(taken):
        row["cells"] = cells[n] if cells else []
    return RowsView(
        asked=asked,
        classes=classes,
        rows=taken,
        page=Page(number, per, min(found.matched, ORDERED_AT_MOST)),
        column_page=across,
        matched=found.matched,
        total=found.total,
        columns=[by_name[name] for name in shown] if cells is not None else [],
        kind=kind,
        n_splits=Validation(**job.validation).n_splits,
        is_gone=cells is None,
        missing=frozenset(markers_of(job.dataset.dialect)),
    )


def list_columns(job: Job) -> list[str]:
    """List the columns of a job's dataset but its target, first those that it learned from."""
    used = set(job.features)
    names = [name for name in job.dataset.column_names if name != job.target]
    return sorted(names, key=lambda name: name not in used)


def _read_cells(
    dataset: Dataset, rows: Sequence[int], names: Sequence[str]
) -> list[list[str | None]] | None:
    """Return the cells of some rows; None where the table is gone."""
    if dataset.table_key is None:
        return None
    try:
        with get_storage().seekable(dataset.table_key) as file:
            _lines, cells = fetch_rows(OpenTable(file), rows, names, cut=CELL_CHARS)
    except NotFound:
        return None
    return [cut_cells(row) for row in cells]
