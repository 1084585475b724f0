"""The datasets that match as a CSV file: every page of the list."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from dashboard.datasets.listing import DatasetFilters, list_ids, read_rows
from dashboard.list_csv import send_list

HEAD = (
    "id", "name", "version", "versions", "state", "file_name", "rows", "columns", "size_bytes",
    "targets", "jobs", "best_job_id", "best_target", "best_score", "owner", "uploaded_at",
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
        best = (use.best.id, use.best.target, use.best.score) if use.best else (None,) * 3
        rows.append(
            [dataset.id, dataset.name, dataset.version, use.versions, dataset.state,
             dataset.file_name, dataset.rows, dataset.n_columns, dataset.size_bytes,
             ", ".join(target for target, _ in use.targets), use.jobs, *best,
             dataset.owner.email, dataset.saved_at]
        )  # fmt: skip
    return rows
