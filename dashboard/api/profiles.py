"""What is known of a dataset without its table: `/columns`, `/profile` and `/relations`."""

from typing import Any

from dashboard.api import profile_schemas, requests, schemas
from dashboard.api.auth import current_user
from dashboard.api.operations import cursor_of, operation, read_cursor
from dashboard.datasets import queries
from dashboard.datasets.look import relations
from dashboard.datasets.look.columns import find_column
from dashboard.datasets.look.profiles import find_details, find_summary
from dashboard.db import Dataset
from dashboard.errors import NotFound


@operation("GET", "/datasets/<int:dataset_id>/columns", "List a dataset's columns",
           query=requests.ColumnsQuery, answer=schemas.ColumnPage,
           errors=(400, 404, 422))  # fmt: skip
def list_columns(dataset_id: int, query: requests.ColumnsQuery) -> dict[str, Any]:
    """Answer with the columns as the dataset has them. For all with a token."""
    columns = queries.get_dataset(user=current_user(), dataset_id=dataset_id).columns
    start = read_cursor(query.cursor) or 0
    end = start + query.limit
    more = cursor_of(end) if end < len(columns) else None
    return {"items": columns[start:end], "next_cursor": more}


@operation("GET", "/datasets/<int:dataset_id>/columns/<path:column>",
           "Look at one column, by its name or else its number from 1: quantiles, histogram, "
           "frequent values", answer=profile_schemas.ColumnDetail, errors=(404,))  # fmt: skip
def get_column(dataset_id: int, column: str) -> dict[str, Any]:
    """Answer with all that is kept of a column. For all with a token."""
    dataset = queries.get_dataset(user=current_user(), dataset_id=dataset_id)
    position = _find(dataset, column)
    profile: dict[str, Any] = dataset.columns[position]
    return {
        "number": position + 1,
        "name": profile["name"],
        "profile": profile,
        "details": find_details(dataset, [position]).get(position, {}),
        "problems": [p for p in dataset.problems if p.get("column") == profile["name"]],
    }


def _find(dataset: Dataset, column: str) -> int:
    """Return a column's position; a name that is a number goes before the number."""
    position, n = find_column(dataset.columns, column), len(dataset.columns)
    if position is not None:
        return position
    if column.isascii() and column.isdecimal() and len(column) < 10 and 1 <= int(column) <= n:
        return int(column) - 1
    raise NotFound(
        f'{dataset.name} has no column called "{column[:60]}". '
        f"Give one of its names, or a number from 1 to {n}"
    )


@operation("GET", "/datasets/<int:dataset_id>/profile",
           "Look at the table as a whole: duplicate rows, correlations, the likely target",
           answer=profile_schemas.TableProfile, errors=(404,))  # fmt: skip
def get_profile(dataset_id: int) -> dict[str, Any]:
    """Answer with what is kept of the table. For all with a token."""
    dataset = queries.get_dataset(user=current_user(), dataset_id=dataset_id)
    return dict(find_summary(dataset))


@operation("POST", "/datasets/<int:dataset_id>/relations",
           "Ask how well every column alone tells a target; asking again tells how far it is",
           body=profile_schemas.RelationRequest, answer=profile_schemas.Relation, status=202,
           role="member", errors=(400, 403, 404, 409, 413, 422))  # fmt: skip
def ask_relation(dataset_id: int, body: profile_schemas.RelationRequest) -> dict[str, Any]:
    """Answer with what is known by now. For members."""
    found = relations.ask_relation(user=current_user(), dataset_id=dataset_id, target=body.target)
    columns = found.answer["columns"] if found.state == "ready" and found.answer else []
    return {"target": found.target, "state": found.state, "columns": columns,
            "failure": found.failure}  # fmt: skip
