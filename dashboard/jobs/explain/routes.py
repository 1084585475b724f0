"""Asking why a job's model predicts what it does: actions, and the part that waits for it."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.access import may_change
from dashboard.errors import BadRequest, Conflict
from dashboard.jobs.explain import explaining
from dashboard.jobs.queries import get_job
from dashboard.live import answer
from dashboard.web import requires

blueprint = Blueprint("explain", __name__)


def _asked() -> str:
    what = request.form.get("what", "")
    if what not in explaining.KINDS:
        raise BadRequest(
            f'"{what}" cannot be worked out. Choose one of: explanation, learning_curve'
        )
    return what


def _back(job_id: int) -> AnyResponse:
    return redirect(url_for("jobs.detail", job_id=job_id, _anchor="explain-live"), 303)


@blueprint.post("/jobs/<int:job_id>/explain")
@requires("member")
def ask(job_id: int) -> AnyResponse:
    """Ask for an explanation or a learning curve. For the job's owner and admins."""
    try:
        explaining.ask(user=current_user, job_id=job_id, what=_asked())
    except Conflict as problem:
        flash(problem.message, "warning")
    return _back(job_id)


@blueprint.post("/jobs/<int:job_id>/explain/stop")
@requires("member")
def stop(job_id: int) -> AnyResponse:
    """Stop working it out. For the job's owner and admins."""
    if not explaining.stop(user=current_user, job_id=job_id, what=_asked()):
        flash("It was over already", "warning")
    return _back(job_id)


@blueprint.get("/_live/jobs/<int:job_id>/explain")
def live(job_id: int) -> Response:
    """Answer what is being worked out. For all."""
    job = get_job(user=current_user, job_id=job_id)
    was = [name for name in request.args.get("was", "").split(",") if name in explaining.KINDS]
    return answer(
        "jobs/_explain_now.html",
        job=job,
        asked=sorted(explaining.find_asked(job_id)),
        was=was,
        may_change=may_change(current_user, job),
    )
