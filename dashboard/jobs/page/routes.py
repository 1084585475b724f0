"""Pages of parts of a job: its log, its settings, its files."""

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask_login import current_user

from dashboard.db import Job
from dashboard.jobs import queries
from dashboard.jobs.page.attempts import view_attempts
from dashboard.jobs.page.blends import is_blend, say_blend
from dashboard.jobs.page.favicons import draw_ring
from dashboard.jobs.page.files import list_files
from dashboard.jobs.page.head import read_head
from dashboard.jobs.page.job_settings import read_settings
from dashboard.jobs.page.log_page import read_log
from dashboard.jobs.page.snippet import python_snippet
from dashboard.live import answer

blueprint = Blueprint("parts", __name__)
TABS = ("log", "settings", "files", "rows")


def _job(job_id: int) -> Job:
    return queries.get_job(user=current_user, job_id=job_id)


@blueprint.get("/jobs/<int:job_id>/log")
def log(job_id: int) -> str:
    """Show a job's log, and look for words in it. For all."""
    job = _job(job_id)
    return render_template("jobs/log.html", view=read_log(job, request.args), **read_head(job))


@blueprint.get("/jobs/<int:job_id>/settings")
def settings(job_id: int) -> str:
    """Show all settings of a job, and how it is made again. For all."""
    job = _job(job_id)
    again: dict[str, Any] = {"blend": say_blend(job), "program": ""}
    if not is_blend(job):
        again = {"blend": "", "program": python_snippet(job, request.url_root.rstrip("/"))}
    return render_template("jobs/settings.html", **read_head(job), **read_settings(job), **again)


@blueprint.get("/jobs/<int:job_id>/files")
def files(job_id: int) -> str:
    """Show what can be downloaded of a job, and its attempts. For all."""
    job, model = _job(job_id), queries.find_model(job_id)
    limit = int(current_app.config["SETTINGS"].job_memory_bytes)
    folds = queries.list_folds(job_id)
    told = view_attempts(job, queries.list_attempts(job_id), folds, limit)
    found = list_files(job, model)
    return render_template(
        "jobs/files.html", **read_head(job), model=model, files=found, attempts=told.views
    )


@blueprint.get("/_live/jobs/<int:job_id>/head")
def live_head(job_id: int) -> Response:
    """Answer the head of a page of a part. For all."""
    asked = request.args.get("tab", "")
    tab = asked if asked in TABS else TABS[0]
    return answer("jobs/_head.html", tab=tab, **read_head(_job(job_id)))


@blueprint.get("/favicons/running-<int:percent>.svg")
def ring(percent: int) -> Response:
    """Answer the picture of a job that is so far. For all."""
    response = Response(draw_ring(percent), mimetype="image/svg+xml")
    response.cache_control.max_age = 86_400
    return response
