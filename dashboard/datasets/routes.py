"""Pages of all datasets, and what is done with one: list, download, archive, delete.

What takes a file in is in `upload_routes.py`, `transfer_routes.py` and `address_routes.py`, the
check of it in `check_routes.py`, a dataset's own pages are in `look_routes.py`, and its versions
in `version_routes.py`.
"""

from functools import partial
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.access import may_change
from dashboard.auth.sessions import safe_path
from dashboard.datasets import listing, queries, service
from dashboard.datasets.check import routes as check_routes
from dashboard.datasets.deleted import list_deleted
from dashboard.datasets.export import export_datasets
from dashboard.datasets.files import original_file, table_csv
from dashboard.datasets.look import routes as look_routes
from dashboard.datasets.upload import address_routes, transfer_routes
from dashboard.datasets.upload import routes as upload_routes
from dashboard.datasets.upload.waiting import how_far, list_waiting
from dashboard.datasets.version import routes as version_routes
from dashboard.datasets.words import name_versions
from dashboard.errors import Conflict
from dashboard.paging import Page, read_number, read_per
from dashboard.web import requires
from tasks.engine.table.samples import list_samples

blueprint = Blueprint("datasets", __name__)


def init_app(app: Flask) -> None:
    """Add the other pages."""
    for pages in (
        upload_routes, transfer_routes, address_routes, check_routes, look_routes, version_routes,
    ):  # fmt: skip
        app.register_blueprint(pages.blueprint)


@blueprint.get("/datasets")
def index() -> str:
    """List datasets. For all."""
    filters, sort = listing.read_query(request.args, user_id=current_user.id)
    per, number = read_per(request.args.get("per")), read_number(request.args.get("page"), 1)
    found = listing.list_datasets(filters=filters, sort=sort, page=number, per=per)
    return render_template(
        "datasets/index.html",
        found=found,
        page=Page(number, per, found.total),
        chosen=filters,
        query=request.args,
        sort=sort,
        csv_url=f"{url_for('.index_csv')}?{request.query_string.decode('ascii', 'ignore')}",
        owners=listing.list_owners(current_user.id),
        may_change=partial(may_change, current_user),
        samples=list_samples(),
        waiting=list_waiting(user_id=current_user.id),
        deleted=list_deleted(user_id=current_user.id),
        how_far=how_far,
    )


@blueprint.get("/datasets.csv")
def index_csv() -> Response:
    """Hand out the list as a CSV file, filtered and sorted as the page is. For all."""
    filters, sort = listing.read_query(request.args, user_id=current_user.id)
    return export_datasets(filters, sort, raw=request.args.get("raw") in {"true", "1"})


@blueprint.get("/datasets/<int:dataset_id>/file")
def download(dataset_id: int) -> Response:
    """Hand out the bytes as uploaded. For all."""
    return original_file(queries.get_dataset(user=current_user, dataset_id=dataset_id))


@blueprint.get("/datasets/<int:dataset_id>/table.csv")
def download_table(dataset_id: int) -> Response:
    """Hand out the table as it was read. For all."""
    return table_csv(queries.get_dataset(user=current_user, dataset_id=dataset_id))


@blueprint.post("/datasets/<int:dataset_id>/archive")
@requires("member")
def archive(dataset_id: int) -> Response:
    """Take a dataset out of the lists. For its owner and admins."""
    dataset = queries.get_dataset(user=current_user, dataset_id=dataset_id)
    count = service.archive_dataset(**_asked(dataset_id))
    _offer_undo(f"Archived {name_versions(dataset, count)}", dataset_id)
    return _back(url_for("datasets.index"))


@blueprint.post("/datasets/<int:dataset_id>/restore")
@requires("member")
def restore(dataset_id: int) -> Response:
    """Take back that a dataset was deleted or archived. For its owner and admins."""
    dataset = service.restore_dataset(user=current_user, dataset_id=dataset_id)
    flash(f"{dataset.name} is back", "success")
    return _back(url_for("look.detail", dataset_id=dataset_id))


@blueprint.post("/datasets/<int:dataset_id>/delete")
@requires("member")
def delete(dataset_id: int) -> Response:
    """Delete a dataset that no job uses. For its owner and admins."""
    dataset = queries.get_dataset(user=current_user, dataset_id=dataset_id)
    try:
        count = service.delete_dataset(**_asked(dataset_id))
    except Conflict as problem:
        flash(problem.message, "error")
        return _back(url_for("look.detail", dataset_id=dataset_id))
    _offer_undo(f"Deleted {name_versions(dataset, count)}", dataset_id)
    return _back(url_for("datasets.index"))


def _asked(dataset_id: int) -> dict[str, Any]:
    return {
        "user": current_user,
        "dataset_id": dataset_id,
        "all_versions": request.form.get("versions") == "all",
    }


def _offer_undo(text: str, dataset_id: int) -> None:
    back = safe_path(request.form.get("back") or url_for("datasets.index"))
    undo = url_for("datasets.restore", dataset_id=dataset_id, back=back)
    message: Any = [text, undo]  # a session holds any JSON; see shell.Shell.toasts
    flash(message, "undo")


def _back(default: str) -> Response:
    """Redirect to the page that the form stood on, where it can be shown still."""
    return redirect(
        safe_path(request.form.get("back") or request.args.get("back") or default), 303
    )
