"""The models that match as a CSV file: every page of the list."""

import csv
import io
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from flask import Response, current_app

from dashboard.clock import isoformat
from dashboard.downloads import defuse, send_table
from dashboard.extensions import db
from dashboard.models.listing import ListedModel, ModelFilters, list_ids, read_rows

AT_ONCE = 2000
FIELDS = (
    "id", "name", "dataset_id", "dataset", "version", "target", "estimator", "metric", "score",
    "score_std", "partial", "size_bytes", "job_id", "predictions", "starred", "alias", "state",
    "owner", "created_at", "archived_at",
)  # fmt: skip


def export_models(filters: ModelFilters, sort: str, *, raw: bool) -> Response:
    """Answer with all models that match, as CSV, while they are read.

    Which models is settled at the beginning; each is written as it is when it is read.

    Parameters
    ----------
    filters, sort
        As `listing.read_query` gives them.
    raw : bool
        Whether cells that a spreadsheet would run stay as they are.
    """
    ids = list_ids(filters=filters, sort=sort)
    db.session.rollback()
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def pieces(_: Any) -> Iterator[bytes]:
        yield (",".join(FIELDS) + "\r\n").encode()
        for start in range(0, len(ids), AT_ONCE):
            with app.app_context():
                models = read_rows(ids[start : start + AT_ONCE], filters.user_id)
            yield "".join(_line(model, raw) for model in models).encode()

    return send_table(nullcontext(io.BytesIO()), pieces, file_name="models.csv")


def _line(model: ListedModel, raw: bool) -> str:
    cells = [_cell(getattr(model, name)) for name in FIELDS]
    line = io.StringIO()
    csv.writer(line).writerow(cells if raw else [defuse(cell) for cell in cells])
    return line.getvalue()


def _cell(content: object) -> str:
    if content is None:
        return ""
    if isinstance(content, bool):
        return "true" if content else "false"
    return isoformat(content) or "" if isinstance(content, datetime) else str(content)
