"""The page of a batch: its progress, its jobs, and what may be done with all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.access import may_change, require_owner
from dashboard.batches import queries, service
from dashboard.batches.keeping import keep_best
from dashboard.batches.queries import BatchSummary
from dashboard.batches.views import BatchView
from dashboard.batches.winner import hold_best, view_winner
from dashboard.confirming import Confirmation, confirm, is_sure
from dashboard.db import Batch, Job
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.notification import BATCH
from dashboard.errors import Conflict, ValidationFailed
from dashboard.filters import plural
from dashboard.honest.anew import score_anew
from dashboard.honest.nested import list_searches
from dashboard.honest.service import score_nested
from dashboard.honest.views import view_honest
from dashboard.jobs.changing.changed import say_change
from dashboard.jobs.form.numbers import minutes_to_seconds
from dashboard.jobs.listing.lists import JobListing, read_listing
from dashboard.jobs.times.all_done import say_batch_done
from dashboard.live import answer
from dashboard.notifications.choices import read_wishing
from dashboard.paging import read_number
from dashboard.plans.table_warnings import list_table_warnings
from dashboard.searches import service as searches
from dashboard.searches.direction import best_first
from dashboard.searches.views import view_search
from dashboard.several import KIND as SEVERAL
from dashboard.several.views import see_several
from dashboard.storage import StorageFull
from dashboard.web import requires

blueprint = Blueprint("batches", __name__)
RUN_AGAIN = "Jobs that are stopped can be run again, from the folds that they have"


def _summary(batch_id: int) -> BatchSummary:
    return queries.summarise(queries.get_batch(batch_id))


def _now(summary: BatchSummary) -> dict[str, Any]:
    batch = summary.batch
    honest, winner = view_honest(batch), view_winner(summary)
    comes = (honest is not None and honest.goes_on) or (winner is not None and winner.is_checked)
    return {
        "view": BatchView(summary),
        "winner": winner,
        "against": hold_best(summary, winner),
        "several": see_several(batch),
        "search": view_search(summary),
        "honest": honest,
        "outer_searches": list_searches(batch),
        "crumbs": _crumbs(batch),
        "changes": summary.goes_on or comes,
        "table_warnings": list_table_warnings(batch),
        "say_change": say_change,
        "batch": batch,
        "may_change": may_change(current_user, batch),
        "wishing": read_wishing(current_user, BATCH, batch.id),
        "all_done": say_batch_done(batch, summary.n_active),
        "progress_url": url_for("batches.live_progress", batch_id=batch.id),
    }


def _crumbs(batch: Batch) -> list[tuple[str, str]]:
    crumbs = [("Jobs", url_for("jobs.index"))]
    if batch.parent_id is not None:
        parent = url_for("batches.detail", batch_id=batch.parent_id)
        crumbs.append((f"Batch #{batch.parent_id}", parent))
    return crumbs


def _rows(summary: BatchSummary) -> dict[str, Any]:
    query = request.args.to_dict()
    query.pop("v", None)
    address = url_for("batches.live_rows", batch_id=summary.batch.id)
    return {
        "listing": _listing(summary, query),
        "live_url": f"{address}?{urlencode(query)}",
        "rows_may_come": True,
    }


def _listing(summary: BatchSummary, query: dict[str, str]) -> JobListing:
    search, asked = view_search(summary), {}
    is_several = (summary.batch.plan or {}).get("kind") == SEVERAL
    if search or is_several or (summary.best and not summary.goes_on):
        asked["sort"] = best_first(summary.best.metric if summary.best else None)
    if search:
        asked["cols"] = search.columns
    whole = {**asked, **query, "batch_id": str(summary.batch.id)}
    listing = read_listing(whole, running_first="sort" not in query)
    jobs = [view.job for view in listing.views]
    names = search.name_shortly(jobs) if search else _name_shortly(summary.batch.name, jobs)
    return replace(listing, more_may_come=summary.goes_on, names=names)


def _name_shortly(batch: str, jobs: Sequence[Job]) -> dict[int, str]:
    """Return what the names of jobs say beside that of their batch, which stands above them."""
    start = f"{batch}, "
    own = {job.id: job.name.removeprefix(start) for job in jobs if job.name.startswith(start)}
    return {job_id: f"#{job_id} {name}" for job_id, name in own.items()}


@blueprint.get("/batches/<int:batch_id>")
def detail(batch_id: int) -> str:
    """Show a batch. For all."""
    return _page(batch_id, {}, {})


def _page(batch_id: int, errors: Mapping[str, str], typed: Mapping[str, str]) -> str:
    summary = _summary(batch_id)
    found = _extending(summary, _now(summary)) | _rows(summary)
    return render_template("batches/detail.html", **found, errors=errors, typed=typed)


def _extending(summary: BatchSummary, now: dict[str, Any]) -> dict[str, Any]:
    """Add whether the batch is a search that a person may extend, and that has further values."""
    search = now["search"]
    may_extend = search is not None and search.is_whole and now["may_change"]
    is_exhausted = may_extend and searches.is_exhausted(summary.batch)
    return now | {"may_extend": may_extend, "is_exhausted": is_exhausted}


@blueprint.get("/_live/batches/<int:batch_id>")
def live_rows(batch_id: int) -> Response:
    """Answer the rows of a batch's jobs. For all."""
    return answer("jobs/_rows.html", **_rows(_summary(batch_id)))


@blueprint.get("/_live/batches/<int:batch_id>/progress")
def live_progress(batch_id: int) -> Response:
    """Answer how far a batch is. For all."""
    return answer("batches/_now.html", **_now(_summary(batch_id)))


@blueprint.get("/_live/batches/<int:batch_id>/extend")
def live_extend(batch_id: int) -> Response:
    """Answer how a search may be extended. For all."""
    summary = _summary(batch_id)
    found = _extending(summary, _now(summary))
    return answer("batches/_extend.html", **found, errors={}, typed={})


@blueprint.route("/batches/<int:batch_id>/cancel", methods=["GET", "POST"])
@requires("member")
def cancel(batch_id: int) -> AnyResponse | str:
    """Ask whether what is not over is to be stopped, then stop it. For the owner and admins."""
    if not is_sure():
        stays = ["Jobs that are over, and the scores of finished folds", RUN_AGAIN]
        return _ask_to_stop(batch_id, "Cancel them", ["The folds that are trained now"], stays)
    cancelled, stopping = service.cancel_batch(user=current_user, batch_id=batch_id)
    words = []
    if cancelled:
        words.append(f"{plural(cancelled, 'job')} {'is' if cancelled == 1 else 'are'} cancelled")
    if stopping:
        words.append(f"{plural(stopping, 'job')} {'is' if stopping == 1 else 'are'} being stopped")
    flash(", ".join(words) or "Every job was over already", "success" if words else "warning")
    return redirect(url_for("batches.detail", batch_id=batch_id), 303)


def _ask_to_stop(batch_id: int, act: str, goes: list[str], stays: list[str]) -> str:
    summary, here = _summary(batch_id), url_for("batches.detail", batch_id=batch_id)
    batch = summary.batch
    require_owner(current_user, batch, "batch")
    n_open, what = summary.n_active, "what is not over"  # of a batch of batches: those below
    if n_open:
        what = plural(n_open, "job that is not over", "jobs that are not over")
    return confirm(
        Confirmation(
            title=f"Stop {what} of {batch.name}?",
            act=act,
            goes=goes,
            stays=stays,
            back=here,
            crumbs=[*_crumbs(batch), (f"Batch #{batch_id}", here)],
            is_final=False,
        )
    )


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


@blueprint.route("/batches/<int:batch_id>/keep", methods=["GET", "POST"])
@requires("member")
def keep(batch_id: int) -> AnyResponse | str:
    """Stop what goes on and make a model of the best one so far. For the owner and admins.

    Where anything goes on, it is asked first.
    """
    if not is_sure() and (request.method == "GET" or _summary(batch_id).n_active):
        stays = ["The best one so far: a model of it is fitted on all rows", RUN_AGAIN]
        return _ask_to_stop(batch_id, "Stop and keep the best", ["What is not over"], stays)
    return _go_on(keep_best, batch_id, "The model of the best so far is made")


@blueprint.post("/batches/<int:batch_id>/anew")
@requires("member")
def anew(batch_id: int) -> AnyResponse:
    """Score the best one on folds that did not choose it. For the owner and admins."""
    return _go_on(score_anew, batch_id, "The best one is scored anew, on other folds")


@blueprint.post("/batches/<int:batch_id>/nested")
@requires("member")
def nested(batch_id: int) -> AnyResponse:
    """Score a whole search on rows that it has not seen. For the owner and admins."""
    return _go_on(score_nested, batch_id, "The whole search is scored, in a batch of its own")


def _go_on(act: Callable[..., object], batch_id: int, told: str) -> AnyResponse:
    """Do something to a batch, and go to its page, which says that it was done or why not."""
    try:
        act(user=current_user, batch_id=batch_id)
        flash(told, "success")
    except (Conflict, StorageFull) as problem:
        flash(problem.message, "warning")
    return redirect(url_for("batches.detail", batch_id=batch_id), 303)


@blueprint.post("/batches/<int:batch_id>/extend")
@requires("member")
def extend(batch_id: int) -> AnyResponse | tuple[str, int]:
    """Let a search try further candidates. For the owner and admins."""
    typed = request.form
    try:
        searches.extend_search(
            user=current_user,
            batch_id=batch_id,
            jobs=read_number(typed.get("jobs"), 0, LARGEST_ID) or typed.get("jobs"),
            time_limit_s=minutes_to_seconds(typed.get("minutes", "")),
            limit=service.batch_limit(),
        )
        flash("The search goes on", "success")
    except ValidationFailed as problem:
        return _page(batch_id, _in_words(problem.fields), typed), 422
    except (Conflict, StorageFull) as problem:
        flash(problem.message, "warning")
    return redirect(url_for("batches.detail", batch_id=batch_id), 303)


def _in_words(problems: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong in the units of the form, under the names of its fields."""
    words = dict(problems)
    if words.pop("time_limit_s", None):
        words["minutes"] = "Minutes must be a number from 0.02 (one second)"
    if "jobs" in words:
        words["jobs"] = words["jobs"].replace("jobs must", "Further candidates must", 1)
    return words
