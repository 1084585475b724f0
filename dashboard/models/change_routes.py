"""What people change about a model: star, name, note, alias; archive and delete."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.access import require_owner
from dashboard.auth.sessions import safe_path
from dashboard.confirming import Confirmation, confirm, is_sure
from dashboard.db import Model
from dashboard.db.lookup import LARGEST_ID
from dashboard.errors import Conflict, DomainError, Forbidden, ValidationFailed
from dashboard.meanwhile import read_seen, typed_anew
from dashboard.models import changes, queries
from dashboard.models.deleting import delete_model, find_made
from dashboard.models.ending import name_made, say_what_goes
from dashboard.paging import read_number
from dashboard.web import requires

blueprint = Blueprint("model_changes", __name__)
Answer = str | tuple[str, int] | Response


def _back(default: str) -> Response:
    return redirect(safe_path(request.form.get("back") or default), 303)


@blueprint.post("/models/<int:model_id>/star")
def star(model_id: int) -> Response:
    """Star a model for oneself, or take that back. For all."""
    starred = request.form.get("starred") == "true"
    changes.star_model(user=current_user, model_id=model_id, starred=starred)
    return _back(url_for("models.detail", model_id=model_id))


@blueprint.get("/models/<int:model_id>/edit")
@requires("member")
def edit(model_id: int) -> str:
    """Show the form of name, note and alias. For its owner and admins."""
    return _show_form(model_id)


def _show_form(
    model_id: int, problem: DomainError | None = None, errors: Mapping[str, str] | None = None
) -> str:
    model = queries.get_model(user=current_user, model_id=model_id)
    require_owner(current_user, model, "model")
    typed = {"name": model.name, "note": model.note, "alias": model.alias or ""}
    if problem:
        typed = typed_anew(request.form, typed, problem)
    return render_template(
        "models/edit.html",
        model=model,
        others=queries.list_aliases(model),
        typed=typed,
        errors=errors or {},
    )


@blueprint.post("/models/<int:model_id>/edit")
@requires("member")
def save(model_id: int) -> Answer:
    """Give a model another name, note or alias. For its owner and admins."""
    typed = {name: request.form.get(name, "") for name in ("name", "note", "alias")}
    name, note, alias = typed["name"], typed["note"].replace("\r\n", "\n"), typed["alias"]
    try:
        former = changes.change_model(
            user=current_user, model_id=model_id, name=name, note=note, alias=alias,
            seen=read_seen(request.form),
        )  # fmt: skip
    except ValidationFailed as problem:
        return _show_form(model_id, problem, problem.fields), 422
    except Forbidden as problem:  # of the alias: without a right to the model there is no form
        return _show_form(model_id, problem, {"alias": problem.message}), 403
    if former is not None:
        flash(f"{alias.strip()} moved here from {former.name} (model #{former.id})", "success")
    return redirect(url_for("models.detail", model_id=model_id), 303)


@blueprint.post("/models/<int:model_id>/archive")
@requires("member")
def archive(model_id: int) -> Response:
    """Take a model out of the list. For its owner and admins."""
    model = changes.archive_model(user=current_user, model_id=model_id)
    back = safe_path(request.form.get("back") or url_for("models.index"))
    undo = url_for("model_changes.restore", model_id=model_id, back=back)
    message: Any = [f"Archived {model.name}", undo]  # see shell.Shell.toasts
    flash(message, "undo")
    return redirect(back, 303)


@blueprint.post("/models/<int:model_id>/restore")
@requires("member")
def restore(model_id: int) -> Response:
    """Take a model back into the list. For its owner and admins."""
    model = changes.archive_model(user=current_user, model_id=model_id, archived=False)
    flash(f"{model.name} is back", "success")
    asked = request.form.get("back") or request.args.get("back")
    return redirect(safe_path(asked or url_for("models.detail", model_id=model_id)), 303)


@blueprint.route("/models/<int:model_id>/delete", methods=["GET", "POST"])
@requires("member")
def delete(model_id: int) -> Answer:
    """Ask whether a model is to be deleted, then delete it. For its owner and admins."""
    model = queries.get_model(user=current_user, model_id=model_id)
    require_owner(current_user, model, "model")
    if not is_sure():
        return _ask(model)
    name = model.name
    seen = read_number(request.form.get("seen"), None, LARGEST_ID)
    try:
        delete_model(user=current_user, model_id=model_id, seen=seen)
    except Conflict:
        return _ask(model, "More was predicted with it meanwhile: this is all of it now."), 409
    flash(f"Deleted {name}", "success")
    return redirect(url_for("models.index"), 303)


def _ask(model: Model, problem: str | None = None) -> str:
    made, here = find_made(model.id), url_for("models.detail", model_id=model.id)
    archive_url = url_for("model_changes.archive", model_id=model.id)
    return confirm(
        Confirmation(
            title=f"Delete the model {model.name}?",
            act="Delete the model",
            goes=say_what_goes(model, made),
            stays=[f"Its job #{model.job_id}, with its scores"],
            named=name_made(made),
            back=here,
            crumbs=[("Models", url_for("models.index")), (model.name, here)],
            fields={"seen": made.last_id},
            instead=None if model.archived_at else ("Archive it instead", archive_url),
            problem=problem,
        )
    )
