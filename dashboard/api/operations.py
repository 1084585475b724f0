"""What couples an address with its schemas: the routes and the OpenAPI document come from here."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, jsonify, request
from pydantic import BaseModel
from werkzeug.wrappers import Response

from dashboard import bodies
from dashboard.access import require_member
from dashboard.api.auth import current_user
from dashboard.errors import BadRequest

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@dataclass(frozen=True)
class Operation:
    """One method of one address.

    `answer` is the schema of a JSON answer, or the media type of a file; `or_status` another
    status that it may come with; `body` the schema of a
    JSON body; `form` the fields of a multipart body; `or_body` a JSON body that may come in place
    of the form; `content` the media type of a body that is neither; `query` the schema of the
    query; `role` the one that a caller needs for any of the body to be read.
    """

    rule: str
    method: str
    summary: str
    answer: type[BaseModel] | str | None
    status: int = 200
    or_status: int | None = None
    body: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    or_body: type[BaseModel] | None = None
    content: str | None = None
    query: type[BaseModel] | None = None
    role: str = "viewer"
    headers: Sequence[str] = ()
    errors: Sequence[int] = field(default=())


OPERATIONS: list[Operation] = []


def operation(
    method: str, rule: str, summary: str, **schemas: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as the answer to a method of an address.

    The function is given the parts of the address, and ``body`` and ``query`` as objects of their
    schemas, where it has them. It returns JSON values, or a response.
    """
    described = Operation(rule, method, summary, **{"answer": None, **schemas})
    OPERATIONS.append(described)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def view(**parts: Any) -> Response | tuple[Response, int]:
            _read_body(described, parts)
            if described.query:
                parts["query"] = described.query.model_validate(request.args.to_dict())
            answer = function(**parts)
            if isinstance(answer, Response):
                return answer
            return jsonify(answer), described.status

        endpoint = f"{method.lower()}_{function.__name__}"
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])
        return function

    return decorate


def _read_body(described: Operation, parts: dict[str, Any]) -> None:
    """Read what an operation takes; nothing of it when the caller may not send it."""
    if described.role != "viewer":
        require_member(current_user())
    if described.form:
        bodies.begin_upload()
        bodies.check_fields(request.form)
    if described.body:
        parts["body"] = described.body.model_validate(bodies.json_body())


def cursor_of(last_id: int | None) -> str | None:
    """Return the opaque cursor that goes on behind an id."""
    if last_id is None:
        return None
    return base64.urlsafe_b64encode(str(last_id).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> int | None:
    """Return the id that a cursor stands for.

    Raises
    ------
    BadRequest
        When it is none of ours.
    """
    if not cursor:
        return None
    try:
        number = int(base64.urlsafe_b64decode(cursor.encode() + b"==="))
    except (ValueError, binascii.Error):
        number = -1
    if not 0 <= number < 2**63:
        raise BadRequest("The cursor is none of ours; begin again without one")
    return number
