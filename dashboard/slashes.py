"""A page's address with a slash at its end leads to the page."""

import string
from urllib.parse import quote

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response

from dashboard.web import PUBLIC, require_account

# What a query may hold as it is: an escape stays one.
PLAIN = string.punctuation.replace("#", "")


def init_app(app: Flask) -> None:
    """Ask of each address that no route has whether one has it without the slash.

    That comes before the account: a page for who is signed out takes a slash, too.
    """
    checks = app.before_request_funcs[None]
    checks.insert(checks.index(require_account), _without_slash)


def _without_slash() -> Response | None:
    """Return a redirect to the page; its address is made anew, so that it has this host."""
    path = request.path.rstrip("/")
    if not isinstance(request.routing_exception, NotFound) or path == request.path:
        return None
    if request.method not in {"GET", "HEAD"} or path.startswith(("/api/", "/_live/")):
        return None
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return None
    try:
        endpoint, values = adapter.match(path, "GET")
    except HTTPException:
        return None
    if endpoint not in PUBLIC and not current_user.is_authenticated:
        return None
    query = quote(request.query_string, safe=PLAIN)
    return redirect(url_for(endpoint, **values) + (f"?{query}" if query else ""), 308)
