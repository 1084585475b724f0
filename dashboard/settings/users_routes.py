"""Accounts of other people: made, given a role, disabled, reset. For admins."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from dashboard.auth import service
from dashboard.auth.links import make_reset_token
from dashboard.auth.queries import get_user, list_users
from dashboard.auth.sessions import signed_in_user
from dashboard.db import User
from dashboard.errors import ValidationFailed
from dashboard.web import requires

blueprint = Blueprint("users", __name__, url_prefix="/settings/users")
Answer = Response | str | tuple[str, int]

ROLE_WORDS = {
    "viewer": "Viewer: reads everything",
    "member": "Member: also uploads, trains, and deletes what is theirs",
    "admin": "Admin: everything, and users",
}


@blueprint.route("", methods=["GET", "POST"])
@requires("admin")
def index() -> Answer:
    """Show all accounts and make one; its owner sets the password with a one-time link."""
    if request.method != "POST":
        return _users_page(new_link=session.pop("new_link", None))
    try:
        user = service.create_user(
            email=request.form.get("email", ""),
            name=request.form.get("name", ""),
            role=request.form.get("role", "member"),
            password=None,
        )
    except ValidationFailed as refusal:
        return _users_page(errors=refusal.fields), 422
    _show_link(user)
    return redirect(url_for("users.index"))


def _users_page(
    *, errors: dict[str, str] | None = None, new_link: dict[str, str] | None = None
) -> str:
    return render_template(
        "settings/users.html",
        errors=errors or {},
        users=list_users(),
        new_link=new_link,
        roles=ROLE_WORDS,
        form=request.form,
    )


def _show_link(user: User) -> None:
    url = url_for("auth.reset", token=make_reset_token(user), _external=True)
    session["new_link"] = {"email": user.email, "url": url}


@blueprint.post("/<int:user_id>/role")
@requires("admin")
def change_role(user_id: int) -> Response:
    """Give an account another role."""
    user = service.set_role(user=get_user(user_id), role=request.form.get("role", ""))
    flash(f"{user.name} is {user.role} now", "success")
    return redirect(url_for("users.index"))


@blueprint.post("/<int:user_id>/reset")
@requires("admin")
def reset_user(user_id: int) -> Response:
    """Make a one-time link with which the account's owner sets a new password."""
    _show_link(get_user(user_id))
    return redirect(url_for("users.index"))


@blueprint.post("/<int:user_id>/disable")
@requires("admin")
def disable_user(user_id: int) -> Response:
    """Close an account; nothing of it is deleted."""
    user = service.disable_user(user=get_user(user_id), by=signed_in_user())
    words = f"{user.name} can no longer sign in, nor use tokens. Nothing is deleted"
    message: Any = [words, url_for("users.enable_user", user_id=user_id)]  # see Shell.toasts
    flash(message, "undo")
    return redirect(url_for("users.index"))


@blueprint.post("/<int:user_id>/enable")
@requires("admin")
def enable_user(user_id: int) -> Response:
    """Open a disabled account again."""
    user = service.enable_user(user=get_user(user_id))
    flash(f"{user.name} can sign in again", "success")
    return redirect(url_for("users.index"))
