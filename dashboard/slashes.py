"""A page's address with a slash at its end leads to the page."""

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response


def init_app(app: Flask) -> None:
    """Ask of each address that no route has whether one has it without the slash."""
    app.before_request(_without_slash)


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
    query = request.query_string.decode("latin-1")
    return redirect(url_for(endpoint, **values) + (f"?{query}" if query else ""), 308)
