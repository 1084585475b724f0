"""What a cancel or a submission says, with the way back; and taking it back."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.auth.sessions import safe_path
from dashboard.db import Batch, Job
from dashboard.db.states import ACTIVE, JobState
from dashboard.errors import Conflict, NotFound
from dashboard.filters import plural
from dashboard.jobs.changing.undo_submit import undo_batch, undo_job
from dashboard.jobs.changing.undoing import undo_cancel
from dashboard.jobs.page.time_up import say_state
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
    return (
        f"{job.name} is {say_state(job) if job.state == JobState.CANCELLED else 'being stopped'}"
    )


def tell_stopped(job: Job, back: str | None) -> None:
    """Tell so on the next page, with the way back; see `shell.Shell.toasts`."""
    if job.stop_request == "keep":
        flash(say_stopped(job), "success")
        return
    _tell(say_stopped(job), url_for("undo.cancel", job_id=job.id, back=back or None))


def _tell(words: str, way_back: str) -> None:
    message: Any = [words, way_back]
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


def tell_queued(made: Job | Batch, words: str) -> None:
    """Tell on the next page that something was submitted, with the way back."""
    if isinstance(made, Batch):
        address = url_for("undo.submitted_batch", batch_id=made.id)
    else:
        address = url_for("undo.submitted_job", job_id=made.id)
    _tell(words, address)


@blueprint.post("/jobs/<int:job_id>/undo-submit")
@requires("member")
def submitted_job(job_id: int) -> Response:
    """Remove a job that has not started. For its owner and admins."""
    try:
        stays = undo_job(user=current_user, job_id=job_id)
    except NotFound:  # two clicks
        flash(f"Job #{job_id} is not there any more", "warning")
        return redirect(url_for("jobs.index"), 303)
    if stays is None:
        flash(f"Job #{job_id} is removed", "success")
        return redirect(url_for("jobs.index"), 303)
    became = "has started" if stays.state in ACTIVE else f"is {say_state(stays)} already"
    flash(f"{stays.name} {became}, so it stays", "warning")
    return redirect(url_for("jobs.detail", job_id=job_id), 303)


@blueprint.post("/batches/<int:batch_id>/undo-submit")
@requires("member")
def submitted_batch(batch_id: int) -> Response:
    """Remove the jobs of a batch that have not started. For its owner and admins."""
    try:
        undone = undo_batch(user=current_user, batch_id=batch_id)
    except NotFound:  # two clicks
        flash(f"Batch #{batch_id} is not there any more", "warning")
        return redirect(url_for("jobs.index"), 303)
    if undone.is_cancelled and undone.n:
        flash(f"Cancelled: {plural(undone.n, 'job')}, and no others are made", "success")
    elif undone.is_cancelled:
        flash("None of its jobs waits or runs any more, so nothing was cancelled", "warning")
    elif not undone.left:
        flash(f"Batch #{batch_id} is removed", "success")
        return redirect(url_for("jobs.index"), 303)
    else:
        if undone.n:
            flash(f"{plural(undone.n, 'job')} removed", "success")
        one = undone.left == 1
        stays = "it stays" if one else "they stay"
        flash(f"{plural(undone.left, 'job')} had started or ended, so {stays}", "warning")
    return redirect(url_for("batches.detail", batch_id=batch_id), 303)
