"""What a cancel says, with the way back; and taking it back."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.auth.sessions import safe_path
from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.errors import Conflict
from dashboard.jobs.undoing import undo_cancel
from dashboard.storage import StorageFull
from dashboard.web import requires

blueprint = Blueprint("undo", __name__)
WORDS = {
    JobState.CANCELLING: "runs again as soon as it has stopped",
    JobState.QUEUED: "is in the queue again",
    JobState.RUNNING: "is running",
}


def say_stopped(job: Job) -> str:
    """Say what became of a job that was to be stopped."""
    return f"{job.name} is {'cancelled' if job.state == JobState.CANCELLED else 'being stopped'}"


def tell_stopped(job: Job, back: str | None) -> None:
    """Tell so on the next page, with the way back; see `shell.Shell.toasts`."""
    if job.stop_request == "keep":
        flash(say_stopped(job), "success")
        return
    message: Any = [say_stopped(job), url_for("undo.cancel", job_id=job.id, back=back or None)]
    flash(message, "undo")


@blueprint.post("/jobs/<int:job_id>/undo-cancel")
@requires("member")
def cancel(job_id: int) -> Response:
    """Take back a cancel: the job runs again. For its owner and admins."""
    try:
        job = undo_cancel(user=current_user, job_id=job_id)
        flash(
            f"{job.name} {WORDS[JobState(job.state)]}; the folds that are done are kept", "success"
        )
    except (Conflict, StorageFull) as problem:
        flash(problem.message, "warning")
    back = request.values.get("back") or url_for("jobs.detail", job_id=job_id)
    return redirect(safe_path(back), 303)
