"""`/datasets` and `/estimators`."""

from typing import Any, BinaryIO, cast

from flask import request
from werkzeug.wrappers import Response

from dashboard.api import present, requests, schemas, upload_schemas
from dashboard.api.addresses import dataset_from_address
from dashboard.api.auth import current_user
from dashboard.api.operations import cursor_of, operation, read_cursor
from dashboard.datasets import queries, service
from dashboard.datasets.check.options import parse_options, parse_values
from dashboard.datasets.files import original_file, table_csv
from dashboard.datasets.look.row_answers import answer_rows
from dashboard.datasets.upload import uploads
from dashboard.datasets.version import versions
from dashboard.errors import ValidationFailed
from tasks.engine.estimators.catalogue import list_estimators, list_left_out


@operation(
    "POST", "/datasets", "Upload a file; it is read, checked and saved in one step",
    form=requests.DatasetForm, or_body=upload_schemas.AddressRequest, answer=schemas.Dataset,
    status=202, errors=(400, 403, 413, 422, 503),
)  # fmt: skip
def create_dataset() -> dict[str, Any]:
    fetched = dataset_from_address()
    if fetched is not None:
        return present.dataset(fetched)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise ValidationFailed({"file": "Choose a CSV file"})
    options = parse_options(request.form)
    user = current_user()
    dataset = uploads.create_upload(
        user=user,
        file_name=file.filename,
        stream=cast(BinaryIO, file.stream),
        options=options,
        save=True,
        name=request.form.get("name"),
        size_hint=request.content_length or 0,
        family_id=versions.family_of(user, request.form.get("version_of")),
    )
    return present.dataset(dataset)


@operation("GET", "/datasets", "List datasets, each version by itself, the newest first",
           query=requests.DatasetQuery, answer=schemas.DatasetPage, errors=(400, 422))  # fmt: skip
def list_datasets(query: requests.DatasetQuery) -> dict[str, Any]:
    items = queries.list_datasets_before(
        before=read_cursor(query.cursor),
        limit=query.limit + 1,
        q=query.q,
        archived={"true": True, "false": False}.get(query.archived),
        family_id=query.family_id,
    )
    shown = items[: query.limit]
    more = cursor_of(shown[-1].id) if len(items) > query.limit else None
    made = [present.dataset(d, present.COLUMNS_IN_LISTS) for d in shown]
    return {"items": made, "next_cursor": more}


@operation("GET", "/datasets/<int:dataset_id>", "Look at a dataset", answer=schemas.Dataset,
           errors=(404,))  # fmt: skip
def get_dataset(dataset_id: int) -> dict[str, Any]:
    return present.dataset(queries.get_dataset(user=current_user(), dataset_id=dataset_id))


@operation("PATCH", "/datasets/<int:dataset_id>", "Read the file in another way, as a new version",
           body=requests.ReadingRequest, answer=schemas.Dataset, status=202, role="member",
           errors=(400, 403, 404, 409, 413, 422, 503))  # fmt: skip
def read_dataset_anew(dataset_id: int, body: requests.ReadingRequest) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    columns = given.pop("columns", None) or {}
    changes = {**dict.fromkeys(given), **parse_values(given), "columns": columns}
    return present.dataset(
        versions.make_reading(user=current_user(), dataset_id=dataset_id, options=changes)
    )


@operation("POST", "/datasets/<int:dataset_id>/archive", "Take a dataset out of the lists",
           query=requests.VersionsQuery, answer=schemas.Dataset,
           errors=(403, 404, 422))  # fmt: skip
def archive_dataset(dataset_id: int, query: requests.VersionsQuery) -> dict[str, Any]:
    service.archive_dataset(
        user=current_user(), dataset_id=dataset_id, all_versions=query.versions == "all"
    )
    return present.dataset(queries.get_dataset(user=current_user(), dataset_id=dataset_id))


@operation("POST", "/datasets/<int:dataset_id>/restore",
           "Take back that a dataset was archived or, for 10 minutes, that it was deleted",
           answer=schemas.Dataset, errors=(403, 404))  # fmt: skip
def restore_dataset(dataset_id: int) -> dict[str, Any]:
    return present.dataset(service.restore_dataset(user=current_user(), dataset_id=dataset_id))


@operation("GET", "/datasets/<int:dataset_id>/rows",
           "Rows as they were read: all of them, or those that match, in an order",
           query=requests.RowsQuery, answer=schemas.TableRows, errors=(404, 409, 422))  # fmt: skip
def get_rows(dataset_id: int, query: requests.RowsQuery) -> dict[str, Any]:
    dataset = queries.get_dataset(user=current_user(), dataset_id=dataset_id)
    return answer_rows(dataset, request.args.lists(), offset=query.offset, limit=query.limit)


@operation("GET", "/datasets/<int:dataset_id>/file", "The bytes as they were uploaded",
           answer="application/octet-stream", errors=(404, 409, 503))  # fmt: skip
def get_file(dataset_id: int) -> Response:
    return original_file(queries.get_dataset(user=current_user(), dataset_id=dataset_id))


@operation("GET", "/datasets/<int:dataset_id>/table.csv",
           "The table as it was read, as CSV: each cell as it stands in the file",
           answer="text/csv", errors=(404, 409, 503))  # fmt: skip
def get_table(dataset_id: int) -> Response:
    return table_csv(queries.get_dataset(user=current_user(), dataset_id=dataset_id))


@operation("DELETE", "/datasets/<int:dataset_id>", "Delete a dataset that no job uses",
           query=requests.VersionsQuery, status=204, errors=(403, 404, 409, 422))  # fmt: skip
def delete_dataset(dataset_id: int, query: requests.VersionsQuery) -> Response:
    service.delete_dataset(
        user=current_user(), dataset_id=dataset_id, all_versions=query.versions == "all"
    )
    return Response(status=204)


@operation("GET", "/estimators", "List estimators and their parameters", query=requests.TaskQuery,
           answer=schemas.Estimators, errors=(422,))  # fmt: skip
def get_estimators(query: requests.TaskQuery) -> list[dict[str, Any]]:
    offered = [present.estimator(entry) for entry in list_estimators(query.task)]
    others = list_left_out(query.task) if query.left_out else ()
    return [*offered, *map(present.left_out, others)]
