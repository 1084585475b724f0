"""The table of the compare page as CSV: the same lines, with all digits."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from dashboard.compare.comparison import Comparison
from dashboard.compare.grid import Grid
from dashboard.compare.rows import Row
from dashboard.downloads import defuse
from tasks.engine.estimators.parameters import show_value

UNITS = {"s": "seconds", "bytes": "bytes"}


def table_csv(found: Comparison, grid: Grid, *, by_job: bool) -> str:
    """Return the table as UTF-8 RFC 4180 CSV; a spreadsheet runs none of its cells.

    Parameters
    ----------
    found : Comparison
        The jobs.
    grid : Grid
        The lines that are shown.
    by_job : bool
        Whether each job has a line in place of a column.
    """
    shown = grid.columns if by_job else grid.lines
    lines = [
        ["Job", *[f"#{job.id}" for job in found.jobs]],
        ["Name", *[job.name for job in found.jobs]],
        ["State", *[job.state for job in found.jobs]],
        *[cells for line in shown for cells in _lines_of(line.row)],
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for cells in zip(*lines, strict=True) if by_job else lines:
        writer.writerow([defuse(cell) for cell in cells])
    return text.getvalue()


def _lines_of(row: Row) -> Iterator[list[str]]:
    name = f"{row.name}, {UNITS[row.unit]}" if row.unit else row.name
    yield [name, *_texts(row.values)]
    if row.spreads and any(spread is not None for spread in row.spreads):
        yield [f"{row.name}, spread", *_texts(row.spreads)]


def _texts(values: Sequence[Any]) -> list[str]:
    return ["" if value is None else show_value(value) for value in values]
