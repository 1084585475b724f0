"""What one is told of, and how. For all who are signed in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from dashboard.auth.sessions import signed_in_user
from dashboard.errors import ValidationFailed
from dashboard.notifications.choices import change_choice, read_choice

blueprint = Blueprint("notify", __name__, url_prefix="/settings/notifications")
Answer = Response | str | tuple[str, int]


@blueprint.route("", methods=["GET", "POST"])
def index() -> Answer:
    """Show what the person is told of, and change it."""
    if request.method != "POST":
        return _page({})
    form = request.form
    try:
        change_choice(
            user=signed_in_user(),
            what=form.get("what", ""),
            min_minutes=form.get("min_minutes", ""),
        )
    except ValidationFailed as refusal:
        return _page(refusal.fields), 422
    flash("What you are told of is changed", "success")
    return redirect(url_for("notify.index"))


def _page(errors: dict[str, str]) -> str:
    choice = read_choice(signed_in_user())
    return render_template(
        "settings/notifications.html",
        errors=errors,
        what=request.form.get("what", choice.what),
        min_minutes=request.form.get("min_minutes", choice.min_minutes or ""),
    )
