"""Apply and run again: a job with the change that a warning or a failure proposes."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.errors import ValidationFailed
from dashboard.jobs.changed import submit_changed
from dashboard.jobs.form_keys import idempotency_key_of
from dashboard.storage import StorageFull
from dashboard.web import requires

blueprint = Blueprint("changed", __name__)


@blueprint.post("/jobs/<int:job_id>/changed")
@requires("member")
def submit(job_id: int) -> Response:
    """Queue the job anew with a proposed change. For members."""
    of, key = request.form.get("of", ""), request.form.get("key", "")
    try:
        made = submit_changed(
            user=current_user,
            job_id=job_id,
            of=of,
            idempotency_key=idempotency_key_of(key, "changed", job_id, of),
        )
    except ValidationFailed as problem:
        for message in problem.fields.values():
            flash(message, "warning")
        return redirect(f"{url_for('jobs.new')}?from={job_id}", 303)
    except StorageFull as problem:
        flash(problem.message, "warning")
        return redirect(url_for("jobs.detail", job_id=job_id), 303)
    flash(f"{made.name} is queued, with the change", "success")
    return redirect(url_for("jobs.detail", job_id=made.id), 303)
