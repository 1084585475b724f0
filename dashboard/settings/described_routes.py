"""The API as a page to read. For all who are signed in."""

from flask import Blueprint, render_template

from dashboard.api.described import describe_api

blueprint = Blueprint("described", __name__, url_prefix="/settings/api")


@blueprint.get("")
def index() -> str:
    """Show what the API can do, and what it takes and gives. For all."""
    return render_template("settings/api.html", api=describe_api())
