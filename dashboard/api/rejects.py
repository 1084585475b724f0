"""`/datasets/ID/rejects`: the lines that a reading left out or mended."""

from werkzeug.wrappers import Response

from dashboard.api import requests
from dashboard.api.auth import current_user
from dashboard.api.operations import operation
from dashboard.datasets import queries
from dashboard.datasets.check.rejects import rejects_csv


@operation("GET", "/datasets/<int:dataset_id>/rejects",
           "Lines that were left out or mended, as CSV: line, reason, text",
           query=requests.RawQuery, answer="text/csv", errors=(404, 409, 422))  # fmt: skip
def get_rejects(dataset_id: int, query: requests.RawQuery) -> Response:
    """Answer with the lines. For all with a token."""
    dataset = queries.get_dataset(user=current_user(), dataset_id=dataset_id)
    return rejects_csv(dataset, raw=query.raw)
