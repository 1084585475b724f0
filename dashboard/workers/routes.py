"""The page of workers and the queue."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.auth.sessions import safe_path
from dashboard.db.job import PRIORITY_NAMES
from dashboard.errors import Conflict
from dashboard.filters import plural
from dashboard.idle import idle_state
from dashboard.jobs.bulk.again import retry_failed
from dashboard.jobs.listing.lists import view_jobs
from dashboard.jobs.queries import get_jobs
from dashboard.jobs.running.order import find_places
from dashboard.jobs.running.run_next import find_foremost, may_run_next
from dashboard.jobs.running.run_next import run_next as put_first
from dashboard.live import answer, unchanged
from dashboard.shell import queue_summary
from dashboard.storage import StorageFull
from dashboard.web import requires
from dashboard.workers import queries, service
from dashboard.workers.last_day import read_last_day
from dashboard.workers.views import say_what_stops_jobs, say_work, view_workers

blueprint = Blueprint("workers", __name__)


def _context() -> dict[str, Any]:
    summary = queue_summary() or queries.summarise_queue()
    places = find_places()
    waiting = view_jobs(get_jobs([*places][: queries.WAITING_SHOWN]), places=places)
    foremost = find_foremost(current_user)
    return {
        "workers": view_workers(),
        "waiting": waiting,
        "may_run_next": {v.job.id for v in waiting if may_run_next(current_user, v.job, foremost)},
        "work": say_work(waiting, summary.queued),
        "summary": summary,
        "warnings": say_what_stops_jobs(summary),
        "day": read_last_day(),
        "user": current_user,
        "priorities": PRIORITY_NAMES,
        "live_url": url_for("workers.live_index"),
    }


@blueprint.get("/queue")
def index() -> str:
    """Show workers and what waits. For all."""
    return render_template("workers/index.html", **_context())


@blueprint.get("/_live/queue")
def live_index() -> Response:
    """Answer the live part. For all."""
    state = idle_state()
    return (state and unchanged(state)) or answer("workers/_queue.html", **_context())


def _back() -> AnyResponse:
    return redirect(safe_path(request.form.get("back") or url_for("workers.index")), 303)


@blueprint.post("/queue/next/<int:job_id>")
@requires("member")
def run_next(job_id: int) -> AnyResponse:
    """Put a waiting job first: before all for admins, before their own for owners."""
    try:
        job = put_first(user=current_user, job_id=job_id)
        others = "all others" if current_user.is_admin else "your other jobs"
        flash(f"{job.name} runs before {others}", "success")
    except Conflict as problem:
        flash(problem.message, "warning")
    return _back()


@blueprint.post("/queue/pause")
@requires("admin")
def pause() -> AnyResponse:
    """Let no further job start. For admins."""
    service.pause_queue(user=current_user)
    flash("The queue is paused. Running jobs continue", "success")
    return _back()


@blueprint.post("/queue/resume")
@requires("admin")
def resume() -> AnyResponse:
    """Let jobs start again. For admins."""
    service.resume_queue(user=current_user)
    flash("The queue is running again", "success")
    return _back()


@blueprint.post("/queue/retry-failed")
@requires("admin")
def retry_all_failed() -> AnyResponse:
    """Run the jobs again that failed within the last hour. For admins."""
    try:
        flash(f"{plural(retry_failed(user=current_user), 'job')} queued again", "success")
    except StorageFull as problem:
        flash(problem.message, "warning")
    return _back()


@blueprint.post("/queue/workers/<int:worker_id>/drain")
@requires("admin")
def drain(worker_id: int) -> AnyResponse:
    """Let a worker finish its job and take no other. For admins."""
    return _drain(worker_id, drain=True, words="takes no further job")


@blueprint.post("/queue/workers/<int:worker_id>/resume")
@requires("admin")
def resume_worker(worker_id: int) -> AnyResponse:
    """Let a worker take jobs again. For admins."""
    return _drain(worker_id, drain=False, words="takes jobs again")


def _drain(worker_id: int, *, drain: bool, words: str) -> AnyResponse:
    try:
        worker = service.drain_worker(user=current_user, worker_id=worker_id, drain=drain)
        flash(f"{worker.name} {words}", "success")
    except Conflict as problem:
        flash(problem.message, "warning")
    return _back()
