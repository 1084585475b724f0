"""The first page."""

from flask import Blueprint, Response, render_template, url_for
from flask_login import current_user

from dashboard.live import answer
from dashboard.overview.queries import read_overview
from tasks.engine.samples import list_samples

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
def index() -> str:
    """Show what is going on. For all."""
    url = url_for("overview.live_index")
    return render_template(
        "overview/index.html", now=read_overview(current_user), url=url, samples=list_samples()
    )


@blueprint.get("/_live/overview")
def live_index() -> Response:
    """Answer the live part. For all."""
    url = url_for("overview.live_index")
    return answer("overview/_now.html", now=read_overview(current_user), url=url)
