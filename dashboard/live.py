"""Answers of live parts: the same fragment that the page includes, or 204 when nothing changed."""

from hashlib import sha256
from typing import Any

from flask import Response, g, make_response, render_template, request
from flask_login import current_user

from dashboard.preferences import current

# Stands in the fragment's own address (macro `live`) until the fragment's version is known. A page
# that includes the fragment leaves it there: the first poll then gets the fragment anew.
VERSION = "LIVE-VERSION"


def unchanged(*state: object) -> Response | None:
    """Say 204, before anything is drawn, when the browser has what this state looks like.

    Parameters
    ----------
    *state
        All that the fragment depends on, beside who looks and what the address asks for.

    Returns
    -------
    Response or None
        204; None when the fragment is to be drawn, which `answer` then gives this version.
    """
    asked = sorted((name, text) for name, text in request.args.items() if name != "v")
    whole = (state, current_user.get_id(), current(), asked)
    g.live_version = sha256(repr(whole).encode()).hexdigest()[:12]
    return _not_again() if request.args.get("v") == g.live_version else None


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
    version = g.get("live_version") or _version_of(html)
    if request.args.get("v") == version:
        return _not_again()
    response = make_response(html.replace(VERSION, version))
    response.headers["Cache-Control"] = "no-store"
    return response


def _version_of(html: str) -> str:
    # Every form's token is signed with the time, so it is no part of the version.
    content = html.replace(str(g.get("csrf_token", VERSION)), "")
    return sha256(content.encode()).hexdigest()[:12]


def _not_again() -> Response:
    response = make_response("", 204)
    response.headers["Cache-Control"] = "no-store"
    return response
