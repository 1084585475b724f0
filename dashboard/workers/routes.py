"""The page of workers and the queue."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for

from dashboard.jobs.lists import view_jobs
from dashboard.live import answer
from dashboard.workers import queries

blueprint = Blueprint("workers", __name__)


def _context() -> dict[str, Any]:
    workers = queries.list_workers()
    return {
        "workers": [
            (w, "silent" if w.state != "stopped" and not queries.is_alive(w) else w.state)
            for w in workers
        ],
        "waiting": view_jobs(list(queries.list_queue())),
        "summary": queries.summarise_queue(),
        "live_url": url_for("workers.live_index"),
    }


@blueprint.get("/queue")
def index() -> str:
    """Show workers and what waits. For all."""
    return render_template("workers/index.html", **_context())


@blueprint.get("/_live/queue")
def live_index() -> Response:
    """Answer the live part. For all."""
    return answer("workers/_queue.html", **_context())
