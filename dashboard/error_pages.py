"""From an error to its page: one table of words, the normal navigation, never a traceback.

Errors inside the API are answered by `dashboard.api.errors`; an address below ``/api/`` that
leads nowhere, and a part of a page, get JSON here.
"""

from contextlib import suppress
from dataclasses import dataclass

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from dashboard import errors
from dashboard.access import may_change
from dashboard.bodies import limit_words
from dashboard.db import Dataset
from dashboard.db.lookup import find_by_id
from dashboard.db.transaction import AWAY, is_full
from dashboard.extensions import db, login_manager

STATUS: dict[type[errors.DomainError], int] = {
    errors.BadRequest: 400,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.ValidationFailed: 422,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
}
# status: (code for programs, title, words where the error brings none)
WORDS = {
    400: ("bad_request", "That request cannot be read", "Go back, check it, and try again"),
    401: ("unauthorized", "You are not signed in", "Sign in, then try again"),
    403: ("forbidden", "You may not do that", "An admin of this server can allow it"),
    404: ("not_found", "There is nothing here", "It may be deleted, or the address is wrong"),
    405: ("method_not_allowed", "That cannot be done here", "The address knows no such action"),
    409: ("conflict", "That cannot be done now", "Look at its present state, then try again"),
    413: ("too_large", "That is too large", "Send less at once"),
    415: ("unsupported_media_type", "That kind of content is not read here", "Send a form"),
    422: ("validation_failed", "That cannot be saved as it is", "Change it and try again"),
    429: ("rate_limited", "Too many requests", "Wait a little, then try again"),
    500: ("internal", "Something went wrong on our side", "It was written to the server's log"),
    503: ("unavailable", "Not available right now", "Try again in a few seconds"),
}  # fmt: skip
RETRY_AFTER_S = 5
STALE_FORM = (
    "This form is from before you last signed in. We kept your input; check it and submit again"
)
FULL = "The disk of the database is full, so nothing can be saved. An admin can free space"
# Never given back to a page: passwords, and the old token.
SECRET_FIELDS = ("password", "csrf_token", "token")


@dataclass(frozen=True)
class Problem:
    """What an error page says."""

    status: int
    code: str
    title: str
    message: str
    fields: dict[str, str]
    take_back: str | None = None


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(errors.DomainError, answer_domain_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(CSRFError, answer_stale_form)
    for away in AWAY:
        app.register_error_handler(away, answer_database_away)


def answer_domain_error(error: errors.DomainError) -> Response:
    """Answer what a service refused."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    code, title, words = _words(status)
    undo = None
    if isinstance(error, errors.Deleted):
        title, undo = "This was deleted", _take_back(error)
    problem = Problem(
        status, error.code or code, title, error.message or words, error.fields, undo
    )
    response = answer(problem)
    if isinstance(error, errors.RateLimited):
        response.headers["Retry-After"] = str(error.retry_after_s)
    elif status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def answer_http_error(error: HTTPException) -> AnyResponse:
    """Answer what Flask or Werkzeug refused, and everything unexpected as 500."""
    status = error.code or 500
    if status < 400 or error.response is not None:
        return AnyResponse.force_type(error.get_response())
    code, title, words = _words(status)
    if status == 413:
        words = limit_words() or words
    response = answer(Problem(status, code, title, words, {}))
    for name in ("Allow", "Retry-After"):
        if name in (sent := dict(error.get_headers())):
            response.headers[name] = sent[name]
    return response


def answer_database_away(error: SQLAlchemyError) -> Response:
    """Answer 503 while the database is locked or away, rather than hang."""
    current_app.logger.error("the database does not answer", exc_info=error)
    with suppress(SQLAlchemyError):  # also this fails on a connection that broke
        db.session.rollback()
    away = errors.Unavailable("The database does not answer. Try again soon")
    if is_full(error):
        away = errors.Unavailable(FULL, code="DISK_FULL")
    try:
        return answer_domain_error(away)
    except SQLAlchemyError:  # a page's frame asks who is signed in; so nobody is, on this one
        g._login_user = login_manager.anonymous_user()
        return answer_domain_error(away)


def answer_stale_form(error: CSRFError) -> AnyResponse:
    """Answer a form whose token is too old: give the input back, to be sent again."""
    if not current_user.is_authenticated:
        if _wants_json():
            return answer(Problem(401, *_words(401), {}))
        flash("This page was open for too long. Sign in again", "warning")
        return redirect(url_for("auth.login"))
    code, title, _ = _words(400)
    problem = Problem(400, "stale_form", "Check your input", STALE_FORM, {})
    is_own = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if _wants_json() or not is_own or request.files:
        return answer(Problem(400, code, title, str(error.description), {}))
    kept = [
        (name, text) for name, text in request.form.items(multi=True)
        if not any(word in name for word in SECRET_FIELDS)
    ]  # fmt: skip
    html = render_template("errors/stale_form.html", problem=problem, kept=kept)
    return make_response(html, 400)


def answer(problem: Problem) -> Response:
    """Return the error as a page, or as JSON for programs and parts of a page."""
    if _wants_json():
        content = {"code": problem.code, "message": problem.message, "fields": problem.fields}
        return make_response(jsonify(error=content), problem.status)
    reference = g.get("request_id") if problem.status == 500 else None
    html = render_template("errors/error.html", problem=problem, reference=reference)
    return make_response(html, problem.status)


def _take_back(error: errors.Deleted) -> str | None:
    """Return the address of what takes a deletion back, for those who may."""
    thing = find_by_id(Dataset, error.dataset_id)
    may = current_user.is_authenticated and thing and may_change(current_user, thing)
    return url_for("datasets.restore", dataset_id=error.dataset_id) if may else None


def _words(status: int) -> tuple[str, str, str]:
    return WORDS.get(status, WORDS[500 if status >= 500 else 400])


def _wants_json() -> bool:
    if request.path.startswith(("/api/", "/_live/")):
        return True
    accepted = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return accepted == "application/json"
