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
from dashboard.confirming import Confirmation, confirm, is_sure
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


@blueprint.route("/webhook/secret", methods=["GET", "POST"])
def renew_secret() -> Answer:
    """Ask whether another secret is to be made, then make it and show it once."""
    if not is_sure():
        goes = ["The secret of now: whoever checks signatures with it refuses what is sent"]
        return _ask("Make another secret?", "Make another secret", goes, ["The address"])
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


@blueprint.route("/webhook/remove", methods=["GET", "POST"])
def remove_webhook() -> Answer:
    """Ask whether nothing more is to be sent, then send nothing more."""
    if not is_sure():
        goes = ["The address and its secret", "What waits to be sent"]
        stays = ["What your browser tells you of"]
        return _ask("Remove the webhook?", "Remove the webhook", goes, stays)
    webhooks.remove_webhook(signed_in_user())
    flash("Notifications are sent nowhere any more", "success")
    return redirect(url_for("notify.index"))


def _ask(title: str, act: str, goes: list[str], stays: list[str]) -> str:
    here = url_for("notify.index")
    crumbs = [("Notifications", here)]
    return confirm(
        Confirmation(title=title, act=act, goes=goes, stays=stays, back=here, crumbs=crumbs)
    )


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
