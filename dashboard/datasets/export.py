"""The datasets that match as a CSV file: every page of the list."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response

from dashboard.datasets.listing import Best, DatasetFilters, list_ids, read_rows
from dashboard.list_csv import send_list

HEAD = (
    "id", "name", "version", "versions", "state", "file_name", "rows", "columns", "size_bytes",
    "targets", "jobs", "best_job_id", "best_target", "best_metric", "best_score",
    "owner", "uploaded_at",
)  # fmt: skip


def export_datasets(filters: DatasetFilters, sort: str, *, raw: bool) -> Response:
    """Answer with all datasets that match, as CSV, while they are read.

    Parameters
    ----------
    filters, sort
        As `listing.read_query` gives them.
    raw : bool
        Whether cells that a spreadsheet would run stay as they are.
    """
    ids = list_ids(filters=filters, sort=sort)
    return send_list(HEAD, ids, _read, raw=raw, file_name="datasets.csv")


def _read(ids: Sequence[int]) -> list[list[Any]]:
    found = read_rows(ids)
    rows: list[list[Any]] = []
    for dataset in found.items:
        use = found.use(dataset)
        best = _best(use.best) if use.best else (None,) * 4
        rows.append(
            [dataset.id, dataset.name, dataset.version, use.versions, dataset.state,
             dataset.file_name, dataset.rows, dataset.n_columns, dataset.size_bytes,
             json.dumps([target for target, _ in use.targets], ensure_ascii=False),
             use.jobs, *best,
             dataset.owner.email, dataset.saved_at]
        )  # fmt: skip
    return rows


def _best(best: Best) -> tuple[Any, ...]:
    return best.id, best.target, best.metric, best.score
