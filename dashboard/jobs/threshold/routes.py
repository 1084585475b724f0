"""The decision threshold of a job: its figure, and a job whose model follows another one."""

from urllib.parse import urlencode

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.errors import NotFound, ValidationFailed
from dashboard.jobs import queries
from dashboard.jobs.changing.undo_routes import tell_queued
from dashboard.jobs.form.keys import idempotency_key_of
from dashboard.jobs.page import results
from dashboard.jobs.threshold import again as thresholds
from dashboard.jobs.threshold.view import decision_chart, view_decision
from dashboard.storage import StorageFull
from dashboard.web import requires
from tasks.engine.scores.decision_checks import CELLS

blueprint = Blueprint("thresholds", __name__)


@blueprint.get("/jobs/<int:job_id>/threshold.json")
def chart(job_id: int) -> Response:
    """Answer the figure of the threshold. For all."""
    job = queries.get_job(user=current_user, job_id=job_id)
    view = view_decision(job, results.read_results(job), request.args)
    if view is None:
        raise NotFound("This job has no threshold to choose")
    return jsonify(decision_chart(view))


@blueprint.post("/jobs/<int:job_id>/threshold")
@requires("member")
def save(job_id: int) -> AnyResponse:
    """Queue a job whose model follows the threshold that was chosen. For members."""
    typed = {cell: request.form.get(cell, "") for cell in CELLS}
    threshold, key = request.form.get("threshold", ""), request.form.get("key", "")
    try:
        made = thresholds.save_threshold(
            user=current_user,
            job_id=job_id,
            threshold=threshold,
            costs=typed,
            idempotency_key=idempotency_key_of(key, "threshold", job_id, threshold, typed),
        )
    except ValidationFailed as problem:
        for message in problem.fields.values():
            flash(message, "warning")
        back = url_for("jobs.detail", job_id=job_id)
        return redirect(f"{back}?{urlencode(typed)}#threshold", 303)
    except StorageFull as problem:
        flash(problem.message, "warning")
        return redirect(url_for("jobs.detail", job_id=job_id), 303)
    tell_queued(made, f"{made.name} is queued. It fits nothing anew that is still there")
    return redirect(url_for("jobs.detail", job_id=made.id), 303)
