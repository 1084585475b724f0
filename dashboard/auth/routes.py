"""Signing in and out, the first account, and setting a password with a one-time link."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.auth import service
from dashboard.auth.links import find_user_of_reset_token
from dashboard.auth.queries import has_accounts
from dashboard.auth.sessions import begin_session, end_session, safe_path
from dashboard.errors import NotFound, RateLimited, ValidationFailed

blueprint = Blueprint("auth", __name__)
Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Answer:
    """Sign in. For everyone."""
    way_back = safe_path(request.values.get("next"))
    if current_user.is_authenticated and request.method != "POST":
        return redirect(way_back)
    if request.method != "POST":
        return _login_page(way_back)
    try:
        user = service.authenticate(
            email=request.form.get("email", ""),
            password=request.form.get("password", ""),
            address=request.remote_addr or "unknown",
        )
    except ValidationFailed as refusal:
        return _login_page(way_back, refusal.fields), 422
    except RateLimited as refusal:
        headers = {"Retry-After": str(refusal.retry_after_s)}
        return _login_page(way_back, {"email": refusal.message}), 429, headers
    begin_session(user)
    return redirect(way_back)


def _login_page(way_back: str, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "auth/login.html",
        errors=errors or {},
        email=request.form.get("email", ""),
        way_back="" if way_back == "/" else way_back,
        has_accounts=has_accounts(),
    )


@blueprint.post("/logout")
def logout() -> Response:
    """Sign out. For all who are signed in."""
    end_session()
    flash("You are signed out", "success")
    answer = redirect(url_for("auth.login"))
    # What was asked for as a link was pressed, and not shown yet, is of who was signed in.
    answer.headers["Clear-Site-Data"] = '"prefetchCache"'
    return answer


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
def setup(token: str) -> Answer:
    """Make the first account. For who has the link that the first start printed."""
    if not service.can_set_up(token):
        raise NotFound("This set-up link was used already, or a newer one was printed")
    if request.method != "POST":
        return render_template("auth/setup.html", errors={})
    try:
        user = service.create_first_admin(
            token=token,
            email=request.form.get("email", ""),
            name=request.form.get("name", ""),
            password=request.form.get("password", ""),
        )
    except ValidationFailed as refusal:
        return render_template("auth/setup.html", errors=refusal.fields), 422
    begin_session(user)
    flash(f"Welcome, {user.name}. This account is an admin", "success")
    return redirect("/")


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Answer:
    """Set a password with a one-time link. For who has the link."""
    user = find_user_of_reset_token(token)
    if user is None:
        raise NotFound("This link was used already or is too old. Ask an admin for a new one")
    if request.method != "POST":
        return render_template("auth/reset.html", account=user, errors={})
    try:
        service.reset_password(token=token, password=request.form.get("password", ""))
    except ValidationFailed as refusal:
        return render_template("auth/reset.html", account=user, errors=refusal.fields), 422
    begin_session(user)
    flash("Your password is set", "success")
    return redirect("/")
