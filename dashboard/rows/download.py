"""The rows that a person looks at as a CSV file: the same filters, the same order."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from flask import Response

from dashboard.db import Job
from dashboard.downloads import defuse, send_table
from dashboard.errors import NotFound
from dashboard.rows.asked import Asked
from dashboard.rows.page import list_columns
from dashboard.rows.reading import rows_key
from dashboard.storage import get_storage
from tasks.engine.rows.cells import OpenTable
from tasks.engine.rows.relay import PIECES_AT_MOST, relay_rows
from tasks.engine.rows.scored import ScoredQuery, ScoredRows

# How much is held at once: of a piece all cells, of a round the numbers of its rows.
PIECE_CELLS = 200_000
ROUND_CELLS = 4_000_000
TOLD = ("line", "fold", "actual", "predicted", "error")
File = Path | BinaryIO


def rows_csv(job: Job, asked: Asked, classes: Sequence[str], *, raw: bool) -> Response:
    """Answer with the rows that are asked for, as UTF-8 RFC 4180 CSV, while they are found.

    Parameters
    ----------
    job : Job
        The job.
    asked : Asked
        Which rows, and in which order.
    classes : sequence of str
        The job's classes.
    raw : bool
        Whether cells that a spreadsheet would run stay as they are.

    Raises
    ------
    Conflict
        When the job has no out-of-fold rows.
    NotFound
        When they are missing from the storage.
    Unavailable
        When as many tables are being handed out as can be at once.
    """
    names, query = list_columns(job), asked.wanted

    def pieces(files: tuple[File, File | None]) -> Iterator[bytes]:
        scored = ScoredRows(files[0], classes)
        table = OpenTable(files[1]) if files[1] is not None else None
        ranks = [f"{scored.kind} of {name}" for name in classes] if scored.kind else []
        yield _lines([[*TOLD, *ranks, *(names if table else [])]], raw)
        for rows in _find(scored, table, query, names):
            yield _lines(rows, raw)

    opened = _both(rows_key(job), job.dataset.table_key)
    return send_table(opened, pieces, file_name=f"job-{job.id}-rows.csv")


@contextmanager
def _both(key: str, table_key: str | None) -> Iterator[tuple[File, File | None]]:
    """Open the rows, and the dataset's table where that is still there."""
    with ExitStack() as stack:
        rows, table = stack.enter_context(get_storage().seekable(key)), None
        try:
            table = stack.enter_context(get_storage().seekable(table_key)) if table_key else None
        except NotFound:
            table = None
        yield rows, table


def _find(
    scored: ScoredRows, table: OpenTable | None, query: ScoredQuery, names: Sequence[str]
) -> Iterator[list[list[Any]]]:
    numbers = len(scored.classes) + len(TOLD)
    size = max(1, PIECE_CELLS // (len(names) + numbers))
    at_once = max(1, min(ROUND_CELLS // numbers, PIECES_AT_MOST * size))
    for positions in scored.rounds(query, at_once):
        batch = scored.take(positions)
        rows = batch.column("row").to_pylist()
        cells = relay_rows(table, rows, names, size) if table else None
        for start in range(0, len(batch), size):
            told = [_told(row) for row in scored.describe(batch.slice(start, size))]
            more = next(cells) if cells else [[] for _ in told]
            yield [[*one, *other] for one, other in zip(told, more, strict=True)]


def _told(row: dict[str, Any]) -> list[Any]:
    ranks = (row["ranks"] or {}).values()
    return [row["line"], row["fold"], row["actual"], row["prediction"], row["error"], *ranks]


def _lines(rows: Iterable[Sequence[Any]], raw: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        writer.writerow(cells if raw else [defuse(cell) for cell in cells])
    return text.getvalue().encode()
