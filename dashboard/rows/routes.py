"""Pages of a job's out-of-fold rows."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_login import current_user

from dashboard.errors import NotFound
from dashboard.jobs import queries
from dashboard.jobs.page.head import read_head
from dashboard.rows.asked import ASKED, read_asked
from dashboard.rows.download import rows_csv
from dashboard.rows.page import read_rows_page
from dashboard.rows.reading import list_classes

blueprint = Blueprint("rows", __name__)


@blueprint.get("/jobs/<int:job_id>/rows")
def index(job_id: int) -> str:
    """Show how a job predicted each row. For all."""
    job = queries.get_job(user=current_user, job_id=job_id)
    view, is_gone = None, False
    if job.out_of_fold_key:
        try:
            view = read_rows_page(job, request.args)
        except NotFound:
            is_gone = True
    kept: dict[str, Any] = {name: request.args[name] for name in ASKED if name in request.args}
    csv_url = url_for("rows.download", job_id=job_id, **kept)
    return render_template(
        "rows/index.html", **read_head(job), view=view, csv_url=csv_url, is_gone=is_gone
    )


@blueprint.get("/jobs/<int:job_id>/rows.csv")
def download(job_id: int) -> Response:
    """Hand out the rows that a page's address asks for. For all."""
    job = queries.get_job(user=current_user, job_id=job_id)
    classes = list_classes(job)
    asked = read_asked(job, classes, request.args)
    return rows_csv(job, asked, classes, raw=request.args.get("raw") == "true")
