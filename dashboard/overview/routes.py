"""The first page."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.auth.sessions import signed_in_user
from dashboard.batches.queries import get_batch
from dashboard.idle import idle_state
from dashboard.live import answer, unchanged
from dashboard.overview import service
from dashboard.overview.queries import read_first_steps, read_overview
from tasks.engine.table.samples import list_samples

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
def index() -> str:
    """Show what is going on. For all."""
    first = read_first_steps(current_user)
    now = _now(is_bare=first.is_new_here and not first.has_datasets)
    return render_template("overview/index.html", first=first, samples=list_samples(), **now)


@blueprint.get("/_live/overview")
def live_index() -> Response:
    """Answer the live part. For all."""
    state = idle_state()
    return (state and unchanged(state)) or answer(
        "overview/_now.html", **_now(is_bare="bare" in request.args)
    )


def _now(*, is_bare: bool) -> dict[str, Any]:
    """Return what the live part shows; a bare one has no place for what cannot be there yet."""
    # Who may only look has no jobs.
    usual = "mine" if current_user.has_role("member") else "everyone"
    recent = "everyone" if request.args.get("recent", usual) == "everyone" else "mine"
    is_mine = recent == "mine"
    return {
        "now": read_overview(current_user, is_mine=is_mine),
        "is_bare": is_bare,
        "url": url_for(
            "overview.live_index",
            recent=None if recent == usual else recent,
            bare=1 if is_bare else None,
        ),
    }


@blueprint.post("/overview/dismiss/<int:job_id>")
def dismiss(job_id: int) -> AnyResponse:
    """Show a failure no more. For all, of what they themselves are shown."""
    job = service.dismiss_failure(user=signed_in_user(), job_id=job_id)
    # A candidate stands for its batch.
    name = get_batch(job.batch_id).name if job.score_only and job.batch_id else job.name
    message: Any = [f"{name} is dismissed", url_for("overview.show_again", job_id=job_id)]
    flash(message, "undo")
    return redirect(url_for("overview.index"), 303)


@blueprint.post("/overview/show-again/<int:job_id>")
def show_again(job_id: int) -> AnyResponse:
    """Take a dismissal back. For all."""
    service.show_failure_again(user=signed_in_user(), job_id=job_id)
    return redirect(url_for("overview.index"), 303)
