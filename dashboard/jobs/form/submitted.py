"""What is said once the form of a new job was sent, and where it leads."""

from flask import flash, request, url_for
from flask_login import current_user

from dashboard.db import Batch, Job
from dashboard.db.lookup import LARGEST_ID
from dashboard.errors import DomainError, NotFound
from dashboard.jobs.changing.replacing import replace_job
from dashboard.jobs.changing.undo_routes import tell_queued
from dashboard.paging import read_number


def tell_submitted(made: Job | Batch, *, is_search: bool) -> str:
    """Tell on the next page what was made, with the way back, and return that page's address."""
    if isinstance(made, Batch):
        tell_queued(
            made, "The search has started" if is_search else f"{made.n_jobs:,} jobs are queued"
        )
        if former := request.form.get("instead"):
            flash(f"#{former[:20]} still waits: one job is not edited into several", "warning")
        return url_for("batches.detail", batch_id=made.id)
    former_id = read_number(request.form.get("instead"), None, LARGEST_ID)
    if former_id is None:
        tell_queued(made, f"{made.name} is queued")
    else:
        _replace(made, former_id)
    return url_for("jobs.detail", job_id=made.id)


def _replace(made: Job, former_id: int) -> None:
    """Take away the job that the form was to edit; then there is no way back to it."""
    try:
        done = replace_job(user=current_user, made=made, former=former_id)
    except NotFound:  # also where the form was sent twice
        flash(f"{made.name} is queued", "success")
    except DomainError as problem:
        flash(f"{made.name} is queued as a job of its own. {problem.message}", "warning")
    else:
        if done:
            words = f"{made.name} is queued instead of #{former_id}, as the last of yours"
            flash(words, "success")
            return
        words = f"#{former_id} had started meanwhile, so it goes on"
        flash(f"{words}; {made.name} is queued as a job of its own", "warning")
