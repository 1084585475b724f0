"""What people make of a job from its page: its name, tags and note, and whether it is archived."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.auth.sessions import safe_path
from dashboard.errors import Conflict, ValidationFailed
from dashboard.jobs.changing.marking import archive_job, change_job
from dashboard.jobs.changing.naming import rename_job
from dashboard.jobs.routes import show_job
from dashboard.meanwhile import read_seen
from dashboard.web import requires

blueprint = Blueprint("marking", __name__)
Answer = Response | tuple[str, int]


@blueprint.post("/jobs/<int:job_id>/name")
@requires("member")
def rename(job_id: int) -> Answer:
    """Give a job another name. For its owner and admins."""
    try:
        job = rename_job(
            user=current_user, job_id=job_id, name=request.form.get("name"),
            seen=read_seen(request.form),
        )  # fmt: skip
    except ValidationFailed as problem:
        return show_job(job_id, problem), 422
    flash(f"The job is called {job.name} now", "success")
    return _to_job(job_id)


@blueprint.post("/jobs/<int:job_id>/marks")
@requires("member")
def mark(job_id: int) -> Answer:
    """Write a job's tags and note. For its owner and admins."""
    tags = [tag for tag in request.form.get("tags", "").split(",") if tag.strip()]
    given = {"tags": tags, "note": request.form.get("note")}
    try:
        change_job(user=current_user, job_id=job_id, given=given, seen=read_seen(request.form))
    except ValidationFailed as problem:
        return show_job(job_id, problem), 422
    flash("Tags and note are saved", "success")
    return _to_job(job_id, "marks")


@blueprint.post("/jobs/<int:job_id>/archive")
@requires("member")
def archive(job_id: int) -> Response:
    """Leave a job out of lists. For its owner and admins."""
    try:
        job = archive_job(user=current_user, job_id=job_id)
        undo = url_for(".restore", job_id=job_id)
        message: Any = [f"Archived {job.name}", undo]  # see shell.Shell.toasts
        flash(message, "undo")
    except Conflict as problem:
        flash(problem.message, "warning")
    return _to_job(job_id)


@blueprint.post("/jobs/<int:job_id>/restore")
@requires("member")
def restore(job_id: int) -> Response:
    """Put a job back into lists. For its owner and admins."""
    job = archive_job(user=current_user, job_id=job_id, archived=False)
    flash(f"{job.name} is in the lists again", "success")
    return _to_job(job_id)


def _to_job(job_id: int, anchor: str | None = None) -> Response:
    default = url_for("jobs.detail", job_id=job_id, _anchor=anchor)
    return redirect(safe_path(request.form.get("back") or default), 303)
