"""What the upload page's script asks for: a file in parts, as JSON, with the form's token."""

from typing import Any

from flask import Blueprint, request, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from dashboard.bodies import json_body, read_part
from dashboard.datasets.upload import parts, transfers
from dashboard.datasets.upload.transfer_view import TransferView
from dashboard.datasets.upload.watching import Counts
from dashboard.datasets.version import versions
from dashboard.errors import BadRequest
from dashboard.web import requires

blueprint = Blueprint("transfers", __name__, url_prefix="/transfers")
Answer = dict[str, Any]


def _answer(view: TransferView) -> Answer:
    return {
        "id": view.upload_id,
        "state": "received" if view.is_over else "receiving",
        "size_bytes": view.size_bytes,
        "received_bytes": view.received_bytes,
        "part_bytes": view.part_bytes,
        "direct": view.is_direct,
        "line_end": view.line_end,
        "url": url_for("check.check", upload_id=view.upload_id),
        # Who signed in again in another tab goes on with this one.
        "csrf_token": generate_csrf(),
    }


@blueprint.get("")
@requires("member")
def token() -> Answer:
    """Give the token that the other requests need. For members."""
    return {"csrf_token": generate_csrf()}


@blueprint.post("")
@requires("member")
def begin() -> tuple[Answer, int]:
    """Begin to take a file in parts. For members."""
    body = json_body()
    name, size_bytes = body.get("file_name"), body.get("size_bytes")
    if (
        not isinstance(name, str)
        or not isinstance(size_bytes, int)
        or isinstance(size_bytes, bool)
    ):
        raise BadRequest("Send file_name and size_bytes")
    family_id = versions.family_of(current_user, body.get("version_of"))
    view = transfers.begin_transfer(
        user=current_user, file_name=name, size_bytes=size_bytes, family_id=family_id
    )
    return _answer(view), 201


@blueprint.get("/<int:upload_id>")
@requires("member")
def look(upload_id: int) -> Answer:
    """Answer how much is there. For its owner."""
    return _answer(transfers.look_at_transfer(user=current_user, upload_id=upload_id))


@blueprint.put("/<int:upload_id>/parts")
@requires("member")
def put_part(upload_id: int) -> Answer:
    """Take a part. For its owner."""
    offset = request.args.get("offset", -1, int)
    view = transfers.look_at_record(user=current_user, upload_id=upload_id)
    with read_part(parts.part_length(view.size_bytes, offset)) as content:
        view = parts.receive_part(
            user=current_user, upload_id=upload_id, offset=offset, content=content
        )
    return _answer(view)


@blueprint.post("/<int:upload_id>/part-urls")
@requires("member")
def part_urls(upload_id: int) -> Answer:
    """Give addresses to which the browser may send parts itself. For its owner."""
    numbers = json_body().get("parts")
    if not isinstance(numbers, list) or not all(type(n) is int for n in numbers):
        raise BadRequest("Send parts, a list of numbers")
    urls = parts.part_urls(user=current_user, upload_id=upload_id, numbers=numbers)
    return {"items": [{"number": n, "url": url} for n, url in (urls or {}).items()]}


@blueprint.post("/<int:upload_id>/counts")
@requires("member")
def counts(upload_id: int) -> Answer:
    """Hear what is in a part that the browser sends itself. For its owner."""
    body = json_body()
    numbers = [body.get(name) for name in ("offset", "ends", "first", "last")]
    offset, ends, first, last = map(_whole, numbers)
    counted = Counts(ends, body.get("has_quotes") is True, first, last)
    seen = parts.hear_counts(user=current_user, upload_id=upload_id, offset=offset, counts=counted)
    return {"seen_bytes": seen}


def _whole(number: Any) -> int:
    if type(number) is not int:
        raise BadRequest("Send offset, ends, first and last as numbers, and whether it has_quotes")
    return number


@blueprint.post("/<int:upload_id>/finish")
@requires("member")
def finish(upload_id: int) -> tuple[Answer, int]:
    """All parts are there: have the file read, so that it can be checked. For its owner."""
    transfers.finish_transfer(user=current_user, upload_id=upload_id)
    view = transfers.look_at_record(user=current_user, upload_id=upload_id)
    return _answer(view), 202


@blueprint.delete("/<int:upload_id>")
@requires("member")
def cancel(upload_id: int) -> Response:
    """Forget a file that has not come as a whole. For its owner."""
    transfers.cancel_transfer(user=current_user, upload_id=upload_id)
    return Response(status=204)
