"""From an error to its JSON: one table. Never a page, never a traceback."""

import logging
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from dashboard import errors
from dashboard.db.transaction import AWAY, is_full
from dashboard.error_pages import FULL, STATUS
from dashboard.extensions import db

WORDS = {
    400: ("bad_request", "The request cannot be understood"),
    401: ("unauthorized", "Send a token that works: Authorization: Bearer TOKEN"),
    404: ("not_found", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not take that method"),
    413: ("too_large", "What was sent is larger than this server takes"),
    415: ("bad_request", "Send JSON, with Content-Type: application/json"),
}
log = logging.getLogger(__name__)


def body_of(code: str, message: str, fields: dict[str, str] | None = None) -> dict[str, Any]:
    """Return an error as every answer of the API gives it."""
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def init_errors(blueprint: Blueprint) -> None:
    """Answer every error within the blueprint as JSON."""
    blueprint.register_error_handler(errors.DomainError, on_domain_error)
    blueprint.register_error_handler(ValidationError, on_validation_error)
    blueprint.register_error_handler(HTTPException, on_http_error)
    for away in AWAY:
        blueprint.register_error_handler(away, on_database_error)
    blueprint.register_error_handler(Exception, on_unknown_error)


def on_domain_error(error: errors.DomainError) -> tuple[Response, int]:
    """Answer what a service refused."""
    status = next((STATUS[c] for c in type(error).__mro__ if c in STATUS), 400)
    answer = jsonify(body_of(error.code, error.message, error.fields))
    if isinstance(error, errors.RateLimited):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer, status


def on_validation_error(error: ValidationError) -> tuple[Response, int]:
    """Answer a body or a query whose fields have the wrong type."""
    fields = {
        ".".join(str(part) for part in problem["loc"]) or "body": problem["msg"]
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    }
    message = "; ".join(f"{name}: {words}" for name, words in fields.items())
    return jsonify(body_of("validation_failed", message, fields)), 422


def on_http_error(error: HTTPException) -> tuple[Response, int]:
    """Answer what the framework refused."""
    status = error.code or 500
    code, message = WORDS.get(status, ("error", error.description or error.name))
    answer = jsonify(body_of(code, message))
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer, 400 if status == 415 else status


def on_database_error(error: SQLAlchemyError) -> tuple[Response, int]:
    """Answer that the database does not answer; only for what `is_away` knows."""
    log.exception("the database failed", exc_info=error)
    with suppress(SQLAlchemyError):  # also this fails on a connection that broke
        db.session.rollback()
    code, message = "unavailable", "The database does not answer. Try again"
    if is_full(error):
        code, message = "DISK_FULL", FULL
    answer = jsonify(body_of(code, message))
    answer.headers["Retry-After"] = "5"
    return answer, 503


def on_unknown_error(error: Exception) -> tuple[Response, int]:
    """Answer what nobody foresaw; the log has the rest."""
    log.exception("an error that nobody foresaw", exc_info=error)
    with suppress(SQLAlchemyError):  # also this fails on a connection that broke
        db.session.rollback()
    return jsonify(body_of("internal", "Something went wrong on our side")), 500
