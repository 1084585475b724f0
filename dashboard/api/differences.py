"""`/datasets/ID/difference`: in what two versions differ."""

from dataclasses import asdict
from typing import Any

from dashboard.api import difference_schemas as schemas
from dashboard.api.auth import current_user
from dashboard.api.operations import operation
from dashboard.datasets import queries
from dashboard.datasets.version import comparing
from dashboard.datasets.version.changes import find_changes
from dashboard.errors import Conflict


@operation("GET", "/datasets/<int:dataset_id>/difference",
           "Look at what changed from another version of the dataset to this one",
           query=schemas.DifferenceQuery, answer=schemas.Difference,
           errors=(404, 409, 422))  # fmt: skip
def get_difference(dataset_id: int, query: schemas.DifferenceQuery) -> dict[str, Any]:
    """Answer with what is known. For all with a token."""
    return _present(query.from_id, dataset_id)


@operation("POST", "/datasets/<int:dataset_id>/difference",
           "Have rows and distributions compared with those of another version; asking again "
           "tells how far it is",
           body=schemas.DifferenceRequest, answer=schemas.Difference, status=202, role="member",
           errors=(400, 403, 404, 409, 413, 422))  # fmt: skip
def ask_difference(dataset_id: int, body: schemas.DifferenceRequest) -> dict[str, Any]:
    """Ask, and answer with what is known by now. For members."""
    comparing.ask_difference(user=current_user(), from_id=body.from_id, to_id=dataset_id)
    return _present(body.from_id, dataset_id)


def _present(from_id: int, to_id: int) -> dict[str, Any]:
    before, after = (
        queries.get_dataset(user=current_user(), dataset_id=number) for number in (from_id, to_id)
    )
    if before.family_id != after.family_id or from_id == to_id:
        raise Conflict("Only two versions of one dataset can be compared")
    changes = find_changes(before, after, comparing.find_difference(from_id, to_id))
    return {
        "from_id": from_id,
        "to_id": to_id,
        "state": changes.state,
        "columns_added": changes.added,
        "columns_removed": changes.removed,
        "kinds_changed": [asdict(change) for change in changes.kinds],
        "rows": changes.rows,
        "rows_not_compared": changes.why_no_rows,
        "distributions": changes.answer.get("distributions"),
        "failure": changes.difference.failure if changes.difference else None,
    }
