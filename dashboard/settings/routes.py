"""One's own settings: profile, password, appearance and API tokens. For all who are signed in.

What people are told of is in `notifications_routes.py`; the pages for admins are in
`users_routes.py`, `storage_routes.py` and `addresses_routes.py`.
"""

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from dashboard.api.openapi import make_document
from dashboard.auth import service, sign_ins, tokens
from dashboard.auth.queries import list_tokens
from dashboard.auth.sessions import SIGN_IN, begin_session, safe_path, signed_in_user
from dashboard.confirming import Confirmation, confirm, is_sure
from dashboard.cookies import keep_choice
from dashboard.errors import ValidationFailed
from dashboard.preferences import DIGITS, change_preferences, zone_names
from dashboard.settings import (
    addresses_routes,
    described_routes,
    notifications_routes,
    storage_routes,
    users_routes,
)
from dashboard.shell import DENSITIES, MOTIONS, THEMES

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
Answer = Response | str | tuple[str, int]

SCOPE_CHOICES = (
    ("read", "Read: what a viewer may"),
    ("submit", "Submit: what a member may"),
    ("admin", "All that you may do"),
)
EXPIRIES = (("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("", "Never"))


@blueprint.get("")
def index() -> Response:
    """Open the first tab."""
    return redirect(url_for("settings.profile"))


@blueprint.route("/profile", methods=["GET", "POST"])
def profile() -> Answer:
    """Show and change one's name."""
    if request.method != "POST":
        return _profile_page()
    try:
        service.rename_user(user=signed_in_user(), name=request.form.get("name", ""))
    except ValidationFailed as refusal:
        return _profile_page(refusal.fields), 422
    flash("Your name is changed", "success")
    return redirect(url_for("settings.profile"))


@blueprint.post("/password")
def password() -> Answer:
    """Change one's own password; other sessions end, this one goes on."""
    user = signed_in_user()
    try:
        service.change_password(
            user=user,
            current=request.form.get("current_password", ""),
            new=request.form.get("new_password", ""),
        )
    except ValidationFailed as refusal:
        return _profile_page(refusal.fields), 422
    begin_session(user)
    flash("Your password is changed. Your other sessions have ended", "success")
    return redirect(url_for("settings.profile"))


@blueprint.post("/sessions/end")
def end_sessions() -> Response:
    """End one's sessions in all other browsers; this one goes on."""
    user = service.end_sessions(user=signed_in_user())
    begin_session(user)
    flash("Your sessions in other browsers have ended", "success")
    return redirect(url_for("settings.profile"))


@blueprint.post("/sessions/<int:sign_in_id>/end")
def end_session(sign_in_id: int) -> Response:
    """End one of one's sessions in another browser."""
    ended = sign_ins.end_sign_in(user=signed_in_user(), sign_in_id=sign_in_id)
    flash(f"{ended.browser} is signed out", "success")
    return redirect(url_for("settings.profile", _anchor="sessions"))


def _profile_page(errors: dict[str, str] | None = None) -> str:
    user, this = signed_in_user(), session.get(SIGN_IN)
    shown = sign_ins.list_sign_ins(user, this)
    return render_template(
        "settings/profile.html",
        errors=errors or {},
        name=request.form.get("name", user.name),
        sign_ins=shown,
        n_more=sign_ins.count_sign_ins(user) - len(shown),
        this=this,
    )


@blueprint.route("/appearance", methods=["GET", "POST"])
def appearance() -> Answer:
    """Choose how pages look: theme, density and motion of this browser, the rest of the person."""
    if request.method != "POST":
        return _appearance_page({})
    form = request.form
    try:
        change_preferences(
            user=signed_in_user(),
            zone=form.get("zone", "browser"),
            digits=form.get("digits", "3"),
            shortcuts=form.get("shortcuts") == "true",
        )
    except ValidationFailed as refusal:
        return _appearance_page(refusal.fields), 422
    response = redirect(url_for("settings.appearance"))
    for name, allowed in (("theme", THEMES), ("density", DENSITIES), ("motion", MOTIONS)):
        keep_choice(response, name, form.get(name), allowed)
    flash("Appearance is changed", "success")
    return response


def _appearance_page(errors: dict[str, str]) -> str:
    zones = [("browser", "As this browser"), ("UTC", "UTC"), *((n, n) for n in zone_names())]
    digits = [(n, n) for n in DIGITS]
    return render_template("settings/appearance.html", errors=errors, zones=zones, digits=digits)


@blueprint.post("/theme")
def switch_theme() -> Response:
    """Change the theme from the top bar. For everyone."""
    response = redirect(safe_path(_page_before()))
    keep_choice(response, "theme", request.form.get("theme"), THEMES)
    return response


def _page_before() -> str:
    """Return the path of the page that held the form; safe_path() judges it."""
    return (request.referrer or "/").removeprefix(request.host_url.rstrip("/")) or "/"


@blueprint.route("/tokens", methods=["GET", "POST"], endpoint="tokens")
def tokens_page() -> Answer:
    """Show one's API tokens and make one; its text is shown once."""
    if request.method != "POST":
        return _tokens_page(new_token=session.pop("new_token", None))
    try:
        days = request.form.get("expires", "90")
        new = tokens.create_token(
            user=signed_in_user(),
            name=request.form.get("name", ""),
            scope=request.form.get("scope", "submit"),
            expires_in_days=_days(days),
        )
    except ValidationFailed as refusal:
        return _tokens_page(errors=refusal.fields), 422
    session["new_token"] = new.text
    return redirect(url_for("settings.tokens"))


def _days(text: str) -> int | None:
    if text not in dict(EXPIRIES):
        raise ValidationFailed({"expires": "Choose when it expires"})
    return int(text) if text else None


def _tokens_page(*, errors: dict[str, str] | None = None, new_token: str | None = None) -> str:
    return render_template(
        "settings/tokens.html",
        errors=errors or {},
        tokens=list_tokens(signed_in_user()),
        new_token=new_token,
        expiries=EXPIRIES,
        scopes=SCOPE_CHOICES,
        scope=request.form.get("scope", "submit"),
        name=request.form.get("name", ""),
        expires=request.form.get("expires", "90"),
        api_url=f"{request.host_url}api/v1",
    )


@blueprint.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe the API, as it does itself with a token."""
    return make_document()


@blueprint.route("/tokens/<int:token_id>/revoke", methods=["GET", "POST"])
def revoke_token(token_id: int) -> Answer:
    """Ask whether one of one's own tokens is to end, then end it."""
    if not is_sure():
        name = tokens.get_token(user=signed_in_user(), token_id=token_id).name
        here = url_for("settings.tokens")
        asked = Confirmation(
            title=f"Revoke the token {name}?",
            act="Revoke the token",
            goes=["What it opens: programs that use it stop working at once"],
            stays=["What they have made here, and your other tokens"],
            back=here,
            crumbs=[("API tokens", here)],
        )
        return confirm(asked)
    record = tokens.revoke_token(user=signed_in_user(), token_id=token_id)
    flash(f"The token {record.name} is revoked", "success")
    return redirect(url_for("settings.tokens"))


def init_app(app: Flask) -> None:
    """Register the tabs that have modules of their own."""
    for page in (
        notifications_routes, users_routes, storage_routes, addresses_routes, described_routes,
    ):  # fmt: skip
        app.register_blueprint(page.blueprint)
