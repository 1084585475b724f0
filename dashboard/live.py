"""Answers of live parts: the same fragment that the page includes, or 204 when nothing changed."""

from hashlib import sha256
from typing import Any

from flask import Response, g, make_response, render_template, request

# Stands in the fragment's own address (macro `live`) until the fragment's hash is known. A page
# that includes the fragment leaves it there: the first poll then gets the fragment anew.
VERSION = "LIVE-VERSION"


def answer(template: str, **context: Any) -> Response:
    """Render a live fragment, or say 204 when the browser has this version of it already.

    Parameters
    ----------
    template : str
        The ``_fragment.html``, whose root is written by the macro `live`.
    **context
        What the template needs.

    Returns
    -------
    Response
        200 with the fragment, or 204; never kept by the browser.
    """
    html = render_template(template, **context)
    # Every form's token is signed with the time, so it is no part of the version.
    content = html.replace(str(g.get("csrf_token", VERSION)), "")
    version = sha256(content.encode()).hexdigest()[:12]
    if request.args.get("v") == version:
        response = make_response("", 204)
    else:
        response = make_response(html.replace(VERSION, version))
    response.headers["Cache-Control"] = "no-store"
    return response
