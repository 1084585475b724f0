"""What is done around the list of jobs: its columns, saved views, its export, and a row's menu."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.auth.sessions import safe_path
from dashboard.confirming import Confirmation, confirm, is_sure
from dashboard.db.states import TERMINAL
from dashboard.error_pages import STATUS
from dashboard.errors import Conflict, DomainError, ValidationFailed
from dashboard.jobs import service
from dashboard.jobs.changing import undo_routes
from dashboard.jobs.listing import columns, saved_views
from dashboard.jobs.listing.addresses import job_url
from dashboard.jobs.listing.export import export_jobs
from dashboard.jobs.listing.query import one_of_each, query_of
from dashboard.jobs.listing.shown_names import names_in_list
from dashboard.jobs.page.time_up import say_state
from dashboard.jobs.queries import get_job
from dashboard.preferences import score_for_reader as score
from dashboard.web import requires

blueprint = Blueprint("joblists", __name__)
blueprint.add_app_template_global(job_url)
blueprint.add_app_template_filter(say_state)
blueprint.add_app_template_filter(names_in_list)


def _back(**changes: str) -> AnyResponse:
    path = safe_path(request.form.get("back") or url_for("jobs.index"))
    if not changes:
        return redirect(path, 303)
    return redirect(f"{url_for('jobs.index')}?{urlencode(query_of(path) | changes)}", 303)


@blueprint.get("/jobs.csv")
def export() -> Response:
    """Hand out every job that matches as CSV. For all."""
    raw = request.args.get("raw") in {"true", "1"}
    return export_jobs(one_of_each(request.args), current_user, raw=raw)


@blueprint.post("/jobs/columns")
def choose_columns() -> AnyResponse:
    """Show other columns, now and from now on. For all."""
    try:
        chosen = columns.keep_columns(user=current_user, keys=request.form.getlist("cols"))
    except ValidationFailed as problem:
        flash(problem.fields["cols"], "warning")
        return _back()
    return _back(cols=chosen)


@blueprint.post("/jobs/views")
def save_view() -> AnyResponse:
    """Save the list as it is under a name. For all."""
    query = query_of(request.form.get("back", ""))
    return _change_view(
        lambda: saved_views.save_view(
            user=current_user, name=request.form.get("name", ""), query=query
        ),
        'Saved as "{}"',
    )


@blueprint.post("/jobs/views/<int:view_id>/rename")
def rename_view(view_id: int) -> AnyResponse:
    """Give a view another name. For the person whose view it is."""
    name = request.form.get("name", "")
    return _change_view(
        lambda: saved_views.rename_view(user=current_user, view_id=view_id, name=name),
        'Renamed to "{}"',
    )


@blueprint.post("/jobs/views/<int:view_id>/replace")
def replace_view(view_id: int) -> AnyResponse:
    """Let a view show the list as it is. For the person whose view it is."""
    query = query_of(request.form.get("back", ""))
    return _change_view(
        lambda: saved_views.replace_view(user=current_user, view_id=view_id, query=query),
        '"{}" now shows this list',
    )


@blueprint.route("/jobs/views/<int:view_id>/delete", methods=["GET", "POST"])
def delete_view(view_id: int) -> AnyResponse | str:
    """Ask whether a view is to be deleted, then delete it. For the person whose view it is."""
    if not is_sure():
        view = saved_views.get_view(user=current_user, view_id=view_id)
        here = url_for("jobs.index") + (f"?{view.address}" if view.address else "")
        asked = Confirmation(
            title=f"Delete the view {view.name}?",
            act="Delete the view",
            goes=["The filters, sort and columns under this name"],
            stays=["The jobs that it lists, and other views"],
            back=here,
            crumbs=[("Jobs", here)],
            fields={"back": url_for("jobs.index")},
        )
        return confirm(asked)
    name = saved_views.delete_view(user=current_user, view_id=view_id)
    flash(f'The view "{name}" is deleted', "success")
    return _back()


def _change_view(change: Any, words: str) -> AnyResponse:
    try:
        flash(words.format(change().name), "success")
    except ValidationFailed as problem:
        flash(next(iter(problem.fields.values())), "warning")
    except Conflict as problem:
        flash(problem.message, "warning")
    return _back()


@blueprint.post("/jobs/<int:job_id>/stop")
@requires("member")
def stop(job_id: int) -> tuple[Response, int]:
    """Stop a job for a page that shows it as stopping already. For its owner and admins."""
    try:
        job = service.cancel_job(user=current_user, job_id=job_id)
    except Conflict as problem:
        job = get_job(user=current_user, job_id=job_id)
        result = f", {score(job.score)}" if job.score is not None else ""
        words = f"It had already finished. Result: {say_state(job)}{result}"
        is_over = job.state in TERMINAL
        return jsonify(state=job.state, message=words if is_over else problem.message), 409
    except DomainError as problem:
        return jsonify(state=None, message=problem.message), STATUS[type(problem)]
    undo_url = url_for("undo.cancel", job_id=job_id)
    return jsonify(state=job.state, message=undo_routes.say_stopped(job), undo_url=undo_url), 200
