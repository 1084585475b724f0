"""The button "Notify me" of a job and of a batch. For all who are signed in."""

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.db.notification import BATCH, JOB
from dashboard.notifications.choices import wish

blueprint = Blueprint("notifications", __name__)


@blueprint.post("/jobs/<int:job_id>/notify")
def job(job_id: int) -> Response:
    """Have the person told when a job is over, or not any more."""
    _wish(JOB, job_id)
    return redirect(url_for("jobs.detail", job_id=job_id), 303)


@blueprint.post("/batches/<int:batch_id>/notify")
def batch(batch_id: int) -> Response:
    """Have the person told when a batch is over, or not any more."""
    _wish(BATCH, batch_id)
    return redirect(url_for("batches.detail", batch_id=batch_id), 303)


def _wish(kind: str, subject_id: int) -> None:
    wanted = request.form.get("wanted") == "true"
    wish(user=current_user, kind=kind, subject_id=subject_id, wanted=wanted)
