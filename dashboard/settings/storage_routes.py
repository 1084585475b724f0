"""The storage: room, what is used, and files that do not fit the database. For admins."""

from flask import Blueprint, render_template

from dashboard.retention.queries import summarise_storage
from dashboard.web import requires

blueprint = Blueprint("storage", __name__, url_prefix="/settings/storage")
PROBLEM_WORDS = {
    "missing": "Missing: a record names it",
    "orphan": "Not known: no record names it",
}


@blueprint.get("")
@requires("admin")
def index() -> str:
    """Show the storage."""
    return render_template(
        "settings/storage.html", storage=summarise_storage(), words=PROBLEM_WORDS
    )
