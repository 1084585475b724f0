"""`/uploads`: files that come in parts."""

from typing import Any

from werkzeug.wrappers import Response

from dashboard.api import present, schemas, upload_schemas
from dashboard.api.auth import current_user
from dashboard.api.operations import operation
from dashboard.bodies import read_part
from dashboard.datasets.check.options import parse_values
from dashboard.datasets.upload import parts, transfers
from dashboard.datasets.version import versions


@operation(
    "POST", "/uploads", "Begin to send a file in parts", body=upload_schemas.UploadRequest,
    answer=upload_schemas.Upload, status=201, role="member", errors=(400, 403, 413, 422, 503),
)  # fmt: skip
def begin_upload(body: upload_schemas.UploadRequest) -> dict[str, Any]:
    begun = transfers.begin_transfer(
        user=current_user(),
        file_name=body.file_name,
        size_bytes=body.size_bytes,
        options=parse_values(body.model_dump()),
        name=body.name,
        family_id=versions.family_of(current_user(), body.version_of),
    )
    return present.upload(begun)


@operation(
    "PUT", "/uploads/<int:upload_id>/parts", "Send one part", query=upload_schemas.PartQuery,
    content="application/octet-stream", answer=upload_schemas.Upload, role="member",
    errors=(400, 403, 404, 409, 413, 422, 503),
)  # fmt: skip
def put_part(upload_id: int, query: upload_schemas.PartQuery) -> dict[str, Any]:
    view = transfers.look_at_record(user=current_user(), upload_id=upload_id)
    with read_part(parts.part_length(view.size_bytes, query.offset)) as content:
        view = parts.receive_part(
            user=current_user(), upload_id=upload_id, offset=query.offset, content=content
        )
    return present.upload(view)


@operation("GET", "/uploads/<int:upload_id>", "How far a file is", answer=upload_schemas.Upload,
           errors=(404, 503))  # fmt: skip
def get_upload(upload_id: int) -> dict[str, Any]:
    return present.upload(transfers.look_at_transfer(user=current_user(), upload_id=upload_id))


@operation(
    "POST", "/uploads/<int:upload_id>/part-urls", "Addresses to send parts to the bucket itself",
    body=upload_schemas.PartNumbers, answer=upload_schemas.PartAddresses, role="member",
    errors=(400, 403, 404, 422, 503),
)  # fmt: skip
def get_part_urls(upload_id: int, body: upload_schemas.PartNumbers) -> dict[str, Any]:
    urls = parts.part_urls(user=current_user(), upload_id=upload_id, numbers=body.parts)
    return {"items": [{"number": n, "url": url} for n, url in (urls or {}).items()]}


@operation(
    "POST", "/uploads/<int:upload_id>/finish", "All parts are there: read, check and save it",
    answer=schemas.Dataset, status=202, role="member", errors=(403, 404, 409, 503),
)  # fmt: skip
def finish_upload(upload_id: int) -> dict[str, Any]:
    return present.dataset(
        transfers.finish_transfer(user=current_user(), upload_id=upload_id, save=True)
    )


@operation("DELETE", "/uploads/<int:upload_id>", "Forget a file that has not come as a whole",
           status=204, role="member", errors=(403, 404, 409, 503))  # fmt: skip
def cancel_upload(upload_id: int) -> Response:
    transfers.cancel_transfer(user=current_user(), upload_id=upload_id)
    return Response(status=204)
