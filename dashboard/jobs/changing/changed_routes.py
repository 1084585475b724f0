"""Run again: with the change that a warning or a failure proposes, or as it was."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.db import Job
from dashboard.errors import ValidationFailed
from dashboard.jobs.changing.changed import submit_changed
from dashboard.jobs.changing.once_more import submit_once_more
from dashboard.jobs.changing.undo_routes import tell_queued
from dashboard.jobs.form.keys import idempotency_key_of
from dashboard.storage import StorageFull
from dashboard.web import requires

blueprint = Blueprint("changed", __name__)


@blueprint.post("/jobs/<int:job_id>/changed")
@requires("member")
def submit(job_id: int) -> Response:
    """Queue the job anew with a proposed change. For members."""
    of, key = request.form.get("of", ""), request.form.get("key", "")
    idempotency_key = idempotency_key_of(key, "changed", job_id, of)

    def make() -> Job:
        return submit_changed(
            user=current_user, job_id=job_id, of=of, idempotency_key=idempotency_key
        )

    return _queue(job_id, make, "with the change")


@blueprint.post("/jobs/<int:job_id>/once-more")
@requires("member")
def once_more(job_id: int) -> Response:
    """Queue a job with the settings of one that succeeded. For members."""
    key = request.form.get("key", "")

    def make() -> Job:
        return submit_once_more(user=current_user, job_id=job_id, page_key=key)

    return _queue(job_id, make, f"with the settings of #{job_id}")


def _queue(job_id: int, make: Callable[[], Job], how: str) -> Response:
    """Make a job from another one, and lead to it; or say why there is none."""
    try:
        made = make()
    except ValidationFailed as problem:
        for message in problem.fields.values():
            flash(message, "warning")
        return redirect(f"{url_for('jobs.new')}?from={job_id}", 303)
    except StorageFull as problem:
        flash(problem.message, "warning")
        return redirect(url_for("jobs.detail", job_id=job_id), 303)
    tell_queued(made, f"{made.name} is queued, {how}")
    return redirect(url_for("jobs.detail", job_id=made.id), 303)
