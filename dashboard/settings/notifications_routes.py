"""What one is told of, and how. For all who are signed in."""

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from dashboard.auth.sessions import signed_in_user
from dashboard.errors import ValidationFailed
from dashboard.notifications import webhooks
from dashboard.notifications.choices import change_choice, read_choice

blueprint = Blueprint("notify", __name__, url_prefix="/settings/notifications")
Answer = Response | str | tuple[str, int]


@blueprint.route("", methods=["GET", "POST"])
def index() -> Answer:
    """Show what the person is told of, and change it."""
    if request.method != "POST":
        return _page({}, new_secret=session.pop("new_webhook_secret", None))
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


@blueprint.post("/webhook")
def webhook() -> Answer:
    """Keep where notifications are sent; the secret is shown once, when it is made."""
    try:
        secret = webhooks.set_webhook(
            user=signed_in_user(),
            address=request.form.get("address", ""),
            base_url=request.host_url.rstrip("/"),
            prefixes=_prefixes(),
        )
    except ValidationFailed as refusal:
        return _page(refusal.fields), 422
    flash("Notifications are sent to this address now", "success")
    return _shown(secret)


@blueprint.post("/webhook/secret")
def renew_secret() -> Response:
    """Make another secret and show it once."""
    return _shown(webhooks.renew_secret(signed_in_user()))


@blueprint.post("/webhook/test")
def send_test() -> Answer:
    """Send something that says that it is a test."""
    try:
        webhooks.send_test(signed_in_user())
    except ValidationFailed as refusal:
        return _page(refusal.fields), 422
    flash("A test is on its way. How it ended shows below in some seconds", "success")
    return redirect(url_for("notify.index"))


@blueprint.post("/webhook/remove")
def remove_webhook() -> Response:
    """Send nothing more."""
    webhooks.remove_webhook(signed_in_user())
    flash("Notifications are sent nowhere any more", "success")
    return redirect(url_for("notify.index"))


def _shown(secret: str | None) -> Response:
    if secret is not None:
        session["new_webhook_secret"] = secret
    return redirect(url_for("notify.index"))


def _prefixes() -> tuple[str, ...]:
    prefixes: tuple[str, ...] = current_app.config["SETTINGS"].webhook_prefixes
    return prefixes


def _page(errors: dict[str, str], **more: Any) -> str:
    user = signed_in_user()
    choice, known = read_choice(user), webhooks.find_webhook(user)
    return render_template(
        "settings/notifications.html",
        errors=errors,
        what=request.form.get("what", choice.what),
        min_minutes=request.form.get("min_minutes", choice.min_minutes or ""),
        webhook=known,
        address=request.form.get("address", known.address if known else ""),
        prefixes=_prefixes(),
        deliveries=webhooks.list_deliveries(user),
        **more,
    )
