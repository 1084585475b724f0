"""The page of a batch: its progress, its jobs, and what may be done with all of them."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.access import may_change
from dashboard.batches import queries, service
from dashboard.batches.queries import BatchSummary
from dashboard.batches.views import BatchView
from dashboard.filters import plural
from dashboard.jobs.lists import JobListing, read_listing
from dashboard.live import answer
from dashboard.several.views import see_several
from dashboard.storage import StorageFull
from dashboard.web import requires

blueprint = Blueprint("batches", __name__)


def _summary(batch_id: int) -> BatchSummary:
    return queries.summarise(queries.get_batch(batch_id))


def _now(summary: BatchSummary) -> dict[str, Any]:
    batch = summary.batch
    return {
        "view": BatchView(summary),
        "several": see_several(batch),
        "batch": batch,
        "may_change": may_change(current_user, batch),
        "progress_url": url_for("batches.live_progress", batch_id=batch.id),
    }


def _rows(summary: BatchSummary) -> dict[str, Any]:
    query = request.args.to_dict()
    query.pop("v", None)
    address = url_for("batches.live_rows", batch_id=summary.batch.id)
    return {
        "listing": _listing(summary, query),
        "live_url": f"{address}?{urlencode(query)}",
    }


def _listing(summary: BatchSummary, query: dict[str, str]) -> JobListing:
    listing = read_listing({**query, "batch_id": str(summary.batch.id)})
    return replace(listing, more_may_come=summary.goes_on)


@blueprint.get("/batches/<int:batch_id>")
def detail(batch_id: int) -> str:
    """Show a batch. For all."""
    summary = _summary(batch_id)
    return render_template("batches/detail.html", **_now(summary), **_rows(summary))


@blueprint.get("/_live/batches/<int:batch_id>")
def live_rows(batch_id: int) -> Response:
    """Answer the rows of a batch's jobs. For all."""
    return answer("jobs/_rows.html", **_rows(_summary(batch_id)))


@blueprint.get("/_live/batches/<int:batch_id>/progress")
def live_progress(batch_id: int) -> Response:
    """Answer how far a batch is. For all."""
    return answer("batches/_now.html", **_now(_summary(batch_id)))


@blueprint.post("/batches/<int:batch_id>/cancel")
@requires("member")
def cancel(batch_id: int) -> AnyResponse:
    """Stop what is not over. For the owner and admins."""
    cancelled, stopping = service.cancel_batch(user=current_user, batch_id=batch_id)
    words = []
    if cancelled:
        words.append(f"{plural(cancelled, 'job')} {'is' if cancelled == 1 else 'are'} cancelled")
    if stopping:
        words.append(f"{plural(stopping, 'job')} {'is' if stopping == 1 else 'are'} being stopped")
    flash(", ".join(words) or "Every job was over already", "success" if words else "warning")
    return redirect(url_for("batches.detail", batch_id=batch_id), 303)


@blueprint.post("/batches/<int:batch_id>/retry")
@requires("member")
def retry(batch_id: int) -> AnyResponse:
    """Run what failed again. For the owner and admins."""
    try:
        again = service.retry_failed(user=current_user, batch_id=batch_id)
    except StorageFull as problem:
        flash(problem.message, "warning")
        return redirect(url_for("batches.detail", batch_id=batch_id), 303)
    if again:
        flash(f"{plural(again, 'job')} {'waits' if again == 1 else 'wait'} again", "success")
    else:
        flash("No job of this batch has failed", "warning")
    return redirect(url_for("batches.detail", batch_id=batch_id), 303)
