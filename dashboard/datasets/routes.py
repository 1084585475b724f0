"""Pages of all datasets, and what is done with one: list, download, delete.

What takes a file in is in `upload_routes.py` and `transfer_routes.py`, the check of it in
`check_routes.py`, and a dataset's own pages are in `look_routes.py`.
"""

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.datasets import (
    check_routes,
    look_routes,
    queries,
    service,
    transfer_routes,
    upload_routes,
)
from dashboard.datasets.files import original_file, table_csv
from dashboard.errors import Conflict
from dashboard.paging import Page, read_number, read_per
from dashboard.web import requires
from tasks.engine.samples import list_samples

blueprint = Blueprint("datasets", __name__)


def init_app(app: Flask) -> None:
    """Add the other pages."""
    for pages in (upload_routes, transfer_routes, check_routes, look_routes):
        app.register_blueprint(pages.blueprint)


@blueprint.get("/datasets")
def index() -> str:
    """List datasets. For all."""
    q, sort = request.args.get("q", ""), request.args.get("sort", "-uploaded")
    per, number = read_per(request.args.get("per")), read_number(request.args.get("page"), 1)
    found = queries.list_datasets(q=q, sort=sort, page=number, per=per)
    page = Page(number, per, found.total)
    return render_template(
        "datasets/index.html", found=found, page=page, q=q, sort=sort, samples=list_samples()
    )


@blueprint.get("/datasets/<int:dataset_id>/file")
def download(dataset_id: int) -> Response:
    """Hand out the bytes as uploaded. For all."""
    return original_file(queries.get_dataset(user=current_user, dataset_id=dataset_id))


@blueprint.get("/datasets/<int:dataset_id>/table.csv")
def download_table(dataset_id: int) -> Response:
    """Hand out the table as it was read. For all."""
    return table_csv(queries.get_dataset(user=current_user, dataset_id=dataset_id))


@blueprint.post("/datasets/<int:dataset_id>/delete")
@requires("member")
def delete(dataset_id: int) -> Response:
    """Delete a dataset that no job uses. For its owner and admins."""
    try:
        service.delete_dataset(user=current_user, dataset_id=dataset_id)
    except Conflict as problem:
        flash(problem.message, "error")
        return redirect(url_for("look.detail", dataset_id=dataset_id), 303)
    flash("The dataset and its files are deleted", "success")
    return redirect(url_for("datasets.index"), 303)
