"""Lists as CSV files: all rows that match, written while they are read."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from flask import Response, current_app

from dashboard.clock import isoformat
from dashboard.downloads import defuse, send_table
from dashboard.extensions import db

AT_ONCE = 500


def send_list(
    head: Sequence[str],
    ids: Sequence[int],
    read: Callable[[Sequence[int]], Iterable[Sequence[Any]]],
    *,
    raw: bool,
    file_name: str,
) -> Response:
    """Answer with a list as UTF-8 RFC 4180 CSV.

    Which rows is settled by the caller; each is written as it is when it is read.

    Parameters
    ----------
    head : sequence of str
        The names of the columns.
    ids : sequence of int
        The rows, in order.
    read : callable
        From some of the ids to their rows, each with its cells: texts, numbers at full precision,
        moments in ISO 8601, None for empty ones.
    raw : bool
        Whether cells that a spreadsheet would run stay as they are.
    file_name : str
        What the browser saves it as.
    """
    db.session.rollback()  # nothing is held by somebody who takes hours
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def pieces(_: Any) -> Iterator[bytes]:
        yield _lines([head], raw=raw)
        for start in range(0, len(ids), AT_ONCE):
            with app.app_context():
                piece = _lines(read(ids[start : start + AT_ONCE]), raw=raw)
            yield piece

    return send_table(nullcontext(io.BytesIO()), pieces, file_name=file_name)


def _lines(rows: Iterable[Sequence[Any]], *, raw: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        cells = [_cell(content) for content in row]
        writer.writerow(cells if raw else [defuse(cell) for cell in cells])
    return text.getvalue().encode()


def _cell(content: object) -> str:
    if content is None:
        return ""
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, datetime):
        return isoformat(content) or ""
    return repr(float(content)) if isinstance(content, float) else str(content)
