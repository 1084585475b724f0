"""The models that match as a CSV file: every page of the list."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from dashboard.list_csv import send_list
from dashboard.models.listing import ModelFilters, list_ids, read_rows

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

    def read(ids: Sequence[int]) -> list[list[Any]]:
        models = read_rows(ids, filters.user_id)
        return [[getattr(model, name) for name in FIELDS] for model in models]

    ids = list_ids(filters=filters, sort=sort)
    return send_list(FIELDS, ids, read, raw=raw, file_name="models.csv")
