"""What a job's page shows: what changes while it is open, and the rest."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from dashboard.access import may_change
from dashboard.db import Job, JobFold, User
from dashboard.db.job import PRIORITY_NAMES
from dashboard.db.states import ACTIVE, JobState
from dashboard.errors import DomainError, NotFound
from dashboard.jobs import queries
from dashboard.jobs.changing.changed import say_change
from dashboard.jobs.changing.replacing import may_be_replaced
from dashboard.jobs.explain.charts import explain_charts
from dashboard.jobs.explain.explaining import find_asked
from dashboard.jobs.explain.views import ExplainView
from dashboard.jobs.figures import charts
from dashboard.jobs.figures.rounds import round_chart
from dashboard.jobs.figures.usage import usage_chart
from dashboard.jobs.form.keys import find_page_key
from dashboard.jobs.listing.lists import view_jobs
from dashboard.jobs.page import results
from dashboard.jobs.page.attempts import view_attempts
from dashboard.jobs.page.blends import is_blend, is_last_of_several, say_blend
from dashboard.jobs.page.confusion import view_confusion
from dashboard.jobs.page.failure_view import view_failure
from dashboard.jobs.page.favicons import favicon_url
from dashboard.jobs.page.job_settings import read_settings
from dashboard.jobs.page.views import titles_of
from dashboard.jobs.running.run_next import find_foremost, may_run_next
from dashboard.jobs.running.running_fold import find_running_fold, read_curves
from dashboard.jobs.running.usage import list_usage
from dashboard.jobs.threshold.view import decision_chart, view_decision
from dashboard.leaderboards.addresses import board_url
from dashboard.leaderboards.standing import find_rival, find_standing
from dashboard.workers.queries import QueueSummary, summarise_queue
from dashboard.workers.views import say_what_stops_jobs

LOG_LINES = 1000


def read_now(*, user: User, job_id: int, memory_limit_bytes: int) -> dict[str, Any]:
    """Read the part of the page that changes while a job waits or runs; the limit is the server's.

    Raises
    ------
    NotFound
        When there is no such job.
    """
    job = queries.get_job(user=user, job_id=job_id)
    folds = queries.list_folds(job_id)
    attempts = view_attempts(job, queries.list_attempts(job_id), folds, memory_limit_bytes)
    waits = job.state == JobState.QUEUED
    (view,) = view_jobs([job], {job_id: list(folds)})
    summary = summarise_queue() if waits else None
    return {
        "job": job,
        "view": view,
        "favicon": favicon_url(view),
        "folds": folds,
        "running_fold": find_running_fold(job, folds),
        "score_figure": _draw_so_far(job, folds),
        "model": queries.find_model(job_id),
        "attempts": attempts.views,
        "again": attempts.again,
        "fault": view_failure(job, ()),
        "metric_titles": titles_of(job),
        "may_change": may_change(user, job),
        "may_add_version": may_change(user, job.dataset),
        "may_edit": may_change(user, job) and may_be_replaced(job) and not is_blend(job),
        "say_change": say_change,
        **_tell_of_blend(job),
        "may_submit": user.has_role("member"),
        "page_key": find_page_key(),
        "may_run_next": waits and may_run_next(user, job, find_foremost(user)),
        "workers": say_workers(summary) if summary else None,
        "stops": say_what_stops_jobs(summary) if summary else [],
        "priority": PRIORITY_NAMES.get(job.priority, "normal"),
        "standing": find_standing(job) if job.state == JobState.SUCCEEDED else None,
        "board_url": board_url(job.dataset_id, job.target),
        "compare_url": _compare_url(job) if job.state == JobState.SUCCEEDED else None,
    }


def _tell_of_blend(job: Job) -> dict[str, Any]:
    return {
        "blend": say_blend(job) if is_blend(job) else "",
        "is_last": is_last_of_several(job),
    }


def _compare_url(job: Job) -> str:
    """Return the address of its comparison with the best other one on the same folds."""
    rival = find_rival(job)
    return url_for("compare.index", jobs=f"{job.id},{rival}" if rival else str(job.id))


def read_detail(
    *, user: User, job_id: int, memory_limit_bytes: int, query: Mapping[str, str]
) -> dict[str, Any]:
    """Read all of the page; the limit is the server's, for jobs that name none.

    `query` is what the address asks for: the costs of the confusion's cells, as typed, and
    ``slice``, the column in whose parts errors are shown.

    Raises
    ------
    NotFound
        When there is no such job.
    """
    found = read_now(user=user, job_id=job_id, memory_limit_bytes=memory_limit_bytes)
    job = found["job"]
    known = _read_results(job)
    lines = queries.list_log(job_id=job_id, after=max(0, queries.count_log(job_id) - LOG_LINES))
    return found | {
        "lines": lines,
        "fault": view_failure(job, lines),
        **read_settings(job),
        "charts": charts.result_charts(job, known) if known else [],
        "confusion": view_confusion(known),
        **_decision(job, known, query),
        "explain": _explain(found, known, query.get("slice", "")),
        "fold_figure": _draw_folds(job, found["folds"], "folds"),
        "round_figure": _draw_rounds(job, found["folds"]),
        "usage_figure": read_usage_chart(job, memory_limit_bytes),
    }


def read_figure(job: Job, name: str, memory_limit_bytes: int) -> dict[str, Any]:
    """Read one figure of a job by its name; the limit is the server's.

    Raises
    ------
    NotFound
        When the job has no such figure.
    Conflict
        When it has no results.
    """
    if name in {"folds", "rounds"}:
        return _draw_folds(job, queries.list_folds(job.id), name)
    if name == "usage":
        return read_usage_chart(job, memory_limit_bytes)
    known = results.read_results(job)
    for found, _title, figure in charts.result_charts(job, known) + explain_charts(
        job.task, known
    ):
        if found == name:
            return figure
    raise NotFound(f"This job has no chart called {name}")


def _draw_rounds(job: Job, folds: Sequence[JobFold]) -> dict[str, Any] | None:
    """Draw a job's scores by round; None where nothing tells them."""
    curves, running = read_curves(job, folds), find_running_fold(job, folds)
    number = running.number if running else None
    return round_chart(job, curves, number, job.state not in ACTIVE) if curves else None


def _draw_so_far(job: Job, folds: Sequence[JobFold]) -> dict[str, Any] | None:
    """Draw the scores of an active job, of the folds that are given; None of one that ended."""
    if job.state not in ACTIVE:
        return None
    return _draw_rounds(job, folds) or charts.fold_chart(job, folds, is_final=False)


def _draw_folds(job: Job, folds: Sequence[JobFold], name: str) -> dict[str, Any]:
    if name == "folds":
        return charts.fold_chart(job, folds, job.state not in ACTIVE)
    figure = _draw_rounds(job, folds)
    if figure is None:
        raise NotFound("Nothing is known of this job's scores by round")
    return figure


def read_usage_chart(job: Job, memory_limit_bytes: int) -> dict[str, Any]:
    """Read the figure of what a job used; the limit is the server's."""
    limit = job.memory_limit_bytes or memory_limit_bytes
    return usage_chart(job, list_usage(job.id), limit, job.state not in ACTIVE)


def say_workers(summary: QueueSummary) -> str | None:
    """Say who could take a waiting job: ``2 workers, both busy``; None when nobody could."""
    drained, busy = summary.workers_drained, summary.workers_busy
    takers = summary.workers_alive - drained
    if not takers or summary.paused_at is not None:
        return None
    if takers == 1:
        words = f"1 worker, {'busy' if busy else 'idle'}"
    elif busy in {0, takers}:
        all_of = "both" if takers == 2 else "all"
        words = f"{takers} workers, {all_of} {'busy' if busy else 'idle'}"
    else:
        words = f"{takers} workers, {busy} busy"
    return f"{words}, {drained} drained" if drained else words


def _read_results(job: Job) -> dict[str, Any]:
    if job.state != JobState.SUCCEEDED:
        return {}
    try:
        return results.read_results(job)
    except DomainError:  # the file is missing; the page has everything else
        return {}


def _decision(job: Job, found: Mapping[str, Any], costs: Mapping[str, str]) -> dict[str, Any]:
    view = view_decision(job, found, costs)
    return {"decision": view, "decision_figure": decision_chart(view) if view else None}


def _explain(
    found: dict[str, Any], known: Mapping[str, Any], slice_name: str
) -> ExplainView | None:
    if not known or found["model"] is None:
        return None
    job = found["job"]
    return ExplainView(job, known, found["folds"], frozenset(find_asked(job.id)), slice_name)
