"""The API's OpenAPI 3.1 document, made from the operations and their schemas."""

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dashboard.api import schemas
from dashboard.api.operations import OPERATIONS, Operation
from tasks.engine.versions import TRAINYARD

REFERENCE = "#/components/schemas/{model}"
SCOPES = (
    "Made under Settings, API tokens. Its scope is the strongest role that it has: read (viewer), "
    "submit (member) or admin; never more than its owner's."
)
ERROR_WORDS = {
    400: "The request cannot be understood",
    401: "No token, or one that does not work",
    403: "The role, or the scope of the token, does not allow it",
    404: "There is no such thing",
    409: "The thing's state does not allow it",
    413: "Larger than this server takes",
    422: "A field holds a value that cannot be used",
    503: "A part that is needed does not answer now",
}


def make_document() -> dict[str, Any]:
    """Return the document."""
    used: list[type[BaseModel]] = [schemas.Error]
    for operation in OPERATIONS:
        parts = (operation.answer, operation.body, operation.form, operation.or_body)
        used += [part for part in parts if isinstance(part, type)]
    unique = list(dict.fromkeys(used))
    _, definitions = models_json_schema(
        [(model, "validation") for model in unique], ref_template=REFERENCE
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", operation.rule)
        paths.setdefault(path, {})[operation.method.lower()] = _describe(operation, path)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Trainyard", "version": TRAINYARD},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": SCOPES}
            },
        },
    }


def _describe(operation: Operation, path: str) -> dict[str, Any]:
    name = re.sub(r"\W+", "_", path.strip("/"))
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": f"{operation.method.lower()}_{name}",
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    content: dict[str, Any] = {}
    for media_type, schema in (
        ("application/json", operation.body or operation.or_body),
        ("multipart/form-data", operation.form),
    ):
        content |= _content(schema, media_type) if schema else {}
    if operation.content:
        bytes_ = {"schema": {"type": "string", "format": "binary"}}
        content[operation.content] = bytes_
    if content:
        described["requestBody"] = {"required": True, "content": content}
    return described


def _content(schema: type[BaseModel], media_type: str = "application/json") -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": REFERENCE.format(model=schema.__name__)}}}


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    kinds = {"int": {"type": "integer", "minimum": 0}}
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": kinds.get(kind, {"type": "string"}),
        }
        for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", operation.rule)
    ]
    if operation.query:
        query = operation.query.model_json_schema()
        needed = query.get("required", ())
        found += [
            {"name": name, "in": "query", "required": name in needed, "schema": schema}
            for name, schema in query["properties"].items()
        ]
    found += [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name in operation.headers
    ]
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.summary}
    if isinstance(operation.answer, str):
        success["content"] = {operation.answer: {"schema": {}}}
    elif operation.answer:
        success["content"] = _content(operation.answer)
    answers = {str(operation.status): success}
    if operation.or_status:
        answers[str(operation.or_status)] = success
    for status in sorted({401, *operation.errors}):
        described = {"description": ERROR_WORDS[status], "content": _content(schemas.Error)}
        answers[str(status)] = described
    return answers
