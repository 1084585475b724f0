"""The go-to box: a page of what was found, and the same as a list below the box."""

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.goto.queries import find_all, find_number

blueprint = Blueprint("goto", __name__)


@blueprint.get("/search")
def index() -> str | Response:
    """Open the job of a number, or list what a text may mean. For all."""
    q = request.args.get("q", "")
    found = find_number(q)
    if found:
        return redirect(f"/jobs/{found.number}")
    return render_template("goto/index.html", q=q, groups=find_all(q, current_user))


@blueprint.get("/_live/search")
def live_index() -> str:
    """Answer the list below the box. For all."""
    groups = find_all(request.args.get("q", ""), current_user)
    return render_template("goto/_options.html", groups=groups)
