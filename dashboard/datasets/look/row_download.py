"""The rows that a person looks at as a CSV file: the same conditions, the same order."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from flask import Response

from dashboard.datasets.look.row_views import Asked, table_key
from dashboard.db import Dataset
from dashboard.downloads import defuse, send_table
from dashboard.storage import get_storage
from tasks.engine.rows.cells import OpenTable
from tasks.engine.rows.stream import stream_rows


def rows_csv(dataset: Dataset, asked: Asked, *, raw: bool) -> Response:
    """Answer with the rows that are asked for, as UTF-8 RFC 4180 CSV, while they are found.

    Parameters
    ----------
    dataset : Dataset
        The dataset.
    asked : Asked
        Which rows, and in which order.
    raw : bool
        Whether cells that a spreadsheet would run stay as they are.

    Raises
    ------
    Conflict
        When the dataset has no table.
    NotFound
        When the table is missing from the storage.
    Unavailable
        When as many tables are being handed out as can be at once.
    """
    names = dataset.column_names

    def pieces(file: Path | BinaryIO) -> Iterator[bytes]:
        table = OpenTable(file)
        yield _lines([names], raw)
        for rows in stream_rows(table, asked.query, names):
            if rows:
                yield _lines(rows, raw)

    file_name = f"{dataset.name.removesuffix('.csv')}-rows.csv"
    return send_table(get_storage().seekable(table_key(dataset)), pieces, file_name=file_name)


def _lines(rows: Iterable[Sequence[str | None]], raw: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        cells = [cell or "" for cell in row]
        writer.writerow(cells if raw else [defuse(cell) for cell in cells])
    return text.getvalue().encode()
