"""The page of jobs side by side, and what it hands out."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.clock import now
from dashboard.compare.again import run_again
from dashboard.compare.asked import Asked, read_asked
from dashboard.compare.comparison import MAX_JOBS, Comparison, compare_jobs, put_side_by_side
from dashboard.compare.figures import draw_figure
from dashboard.compare.page import ComparePage, list_to_add
from dashboard.compare.report import draw_all, style_element
from dashboard.compare.table_csv import table_csv
from dashboard.db.lookup import LARGEST_ID
from dashboard.downloads import attachment
from dashboard.errors import Conflict, NotFound
from dashboard.jobs.changing.undo_routes import tell_queued
from dashboard.jobs.form.keys import find_page_key
from dashboard.jobs.queries import get_jobs
from dashboard.paging import read_number
from dashboard.web import requires

blueprint = Blueprint("compare", __name__)


def _compare(asked: Asked) -> Comparison:
    return compare_jobs(user=current_user, job_ids=asked.ids, metric=asked.metric)


def _page(asked: Asked) -> ComparePage:
    return ComparePage(_compare(asked), asked, current_user)


@blueprint.get("/compare")
def index() -> str | tuple[str, int]:
    """Show jobs side by side. For all."""
    asked = read_asked(request.args)
    if len(asked.ids) > MAX_JOBS:
        return render_template("compare/too_many.html", asked=asked, most=MAX_JOBS), 422
    jobs = get_jobs(asked.ids) if asked.ids else []
    if len(jobs) < 2:
        missing = [number for number in asked.ids if number not in {job.id for job in jobs}]
        to_add = list_to_add(asked.q, jobs, jobs[0] if jobs else None)
        return render_template(
            "compare/too_few.html", asked=asked, jobs=jobs, missing=missing, to_add=to_add
        )
    page = ComparePage(put_side_by_side(jobs, asked.ids, asked.metric), asked, current_user)
    return render_template("compare/index.html", page=page, asked=asked, page_key=find_page_key())


@blueprint.get("/compare/charts/<name>.json")
def figure(name: str) -> Response:
    """Answer one figure of the page. For all."""
    asked = read_asked(request.args)
    found = draw_figure(_compare(asked), asked, name)
    if found is None:
        raise NotFound(f"There is no chart called {name} of these jobs")
    return jsonify(found)


@blueprint.get("/compare.csv")
def as_csv() -> Response:
    """Hand out the table as it is shown. For all."""
    page = _page(read_asked(request.args))
    text = table_csv(page.found, page.grid, by_job=page.by_job)
    return _file(text, "text/csv", "comparison.csv")


@blueprint.get("/compare/report.html")
def report() -> Response:
    """Hand out the comparison as one HTML file. For all."""
    asked = read_asked(request.args)
    page = _page(asked)
    text = render_template(
        "compare/report.html", page=page, asked=asked, figures=draw_all(page),
        styles=style_element(), made_at=f"{now():%d %B %Y, %H:%M} UTC",
        address=url_for(".index", _external=True, **asked.address),
    )  # fmt: skip
    return _file(text, "text/html", "comparison.html")


@blueprint.post("/compare/again")
@requires("member")
def again() -> AnyResponse:
    """Run jobs again on the data and folds of the reference. For members."""
    asked = read_asked(request.form)
    base_id = read_number(request.form.get("reference"), 0, LARGEST_ID)
    named = request.form.get("again", "").split(",")[:MAX_JOBS]
    numbers = [read_number(text, 0, LARGEST_ID) for text in named]
    try:
        done = run_again(
            user=current_user, job_ids=numbers, base_id=base_id,
            page_key=request.form.get("key", ""),
        )  # fmt: skip
    except Conflict as problem:
        flash(problem.message, "warning")
        return redirect(url_for(".index", **asked.address), 303)
    for words in done.refused:
        flash(words, "warning")
    made = done.made
    for job in made.values():
        tell_queued(job, f"{job.name} is queued on the folds of the reference, as job #{job.id}")
    ids = tuple(made[number].id if number in made else number for number in asked.ids)
    return redirect(url_for(".index", **asked.but(ids=ids, base=base_id)), 303)


def _file(text: str, media_type: str, file_name: str) -> Response:
    response = Response(text, mimetype=media_type)
    response.headers["Content-Disposition"] = attachment(file_name)
    return response
