"""The lines of a file that were left out or mended, and cells that disagree with their column."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from werkzeug.wrappers import Response

from dashboard.datasets.check.questions import Asked, list_asked
from dashboard.datasets.upload.uploads import stem_of
from dashboard.db import Dataset
from dashboard.downloads import defuse, defused_csv, send_chunks, send_stream, send_table
from dashboard.errors import Conflict, NotFound
from dashboard.storage import get_storage
from tasks.engine.profile.misfits import list_misfits
from tasks.engine.reader.rejects import is_unfit
from tasks.engine.rows.values import CellType, cell_type

HEADER = b"line,reason,text\r\n"
HEAD_BYTES = 1 << 16
SHOWN = 10
LONGEST_TEXT = 300


@dataclass(frozen=True)
class Reject:
    """A line that was left out or mended: its number, why, and its text as it stands there."""

    line: str
    reason: str
    text: str


def first_unfit(dataset: Dataset) -> Sequence[Reject]:
    """Return the first lines that did not fit, as far as a page shows them."""
    if dataset.rejects_key is None:
        return []
    try:
        with get_storage().open(dataset.rejects_key) as stream:
            head = stream.read(HEAD_BYTES).decode("utf-8", "ignore")
    except NotFound:  # it is read anew just now
        return []
    rows = csv.reader(io.StringIO(head, newline=""))
    next(rows, None)
    has_cells = (dataset.dialect or {}).get("format", "csv") == "csv"  # else all are such lines
    found = [
        row for row in _readable(rows) if len(row) == 3 and (not has_cells or is_unfit(row[1]))
    ][:SHOWN]
    return [Reject(line, reason, _cut(text)) for line, reason, text in found]


def _readable(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error:  # the head ends inside a line
        return


def _cut(text: str) -> str:
    return f"{text[:LONGEST_TEXT]}…" if len(text) > LONGEST_TEXT else text


def rejects_csv(dataset: Dataset, *, raw: bool = False) -> Response:
    """Answer with every line that was left out or mended: line, reason, text.

    Parameters
    ----------
    dataset : Dataset
        A dataset or an upload.
    raw : bool, default False
        Leave what a spreadsheet would run as a formula as it is; else an apostrophe stands
        before it.

    Returns
    -------
    Response
        Streamed. Only the header where no line was left out or mended.

    Raises
    ------
    Conflict
        When the file is still being read.
    """
    if dataset.state == "reading":
        raise Conflict(f"{dataset.file_name} is still being read")
    key = dataset.rejects_key
    stream = get_storage().open(key) if key else cast(BinaryIO, io.BytesIO(HEADER))
    name = f"{stem_of(dataset.file_name)}-rejects.csv"
    if raw:
        return send_stream(stream, file_name=name, media_type="text/csv")
    return send_chunks(defused_csv(stream), file_name=name, media_type="text/csv")


def misfits_csv(upload: Dataset, *, raw: bool = False) -> Response:
    """Answer with every cell that keeps its column from being numbers or dates.

    Its columns are line, column and cell.

    Raises
    ------
    Conflict
        When there is no table yet, or none any more.
    Unavailable
        When as many tables are being handed out as can be at once.
    """
    if upload.state != "ready" or upload.table_key is None:
        raise Conflict(f"{upload.file_name} has no rows to look at: it is {upload.state}")
    types = {q.column: _ways_to_read(upload, q) for q in list_asked(upload)}
    table = str(upload.table_key)

    def lines(file: Path | BinaryIO) -> Iterator[bytes]:
        yield _line(["line", "column", "cell"], raw=True)
        for line, column, cell in list_misfits(file, types):
            yield _line([str(line), column, cell], raw=raw)

    name = f"{stem_of(upload.file_name)}-problems.csv"
    return send_table(get_storage().seekable(table), lines, file_name=name)


def _ways_to_read(upload: Dataset, asked: Asked) -> Sequence[CellType]:
    """Return how the cells of a column would be read by the answers about it."""
    column = {**upload.columns[asked.position], "kind": asked.about}
    formats = column["question"].get("formats") or [None]
    return [cell_type({**column, "format": f}, upload.dialect) for f in formats]


def _line(cells: Sequence[str], *, raw: bool) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells if raw else [defuse(cell) for cell in cells])
    return out.getvalue().encode()
