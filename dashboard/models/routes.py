"""Pages of models: list, one, downloads. What people change is in `change_routes.py`."""

from functools import partial

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.access import may_change
from dashboard.downloads import send_stream
from dashboard.live import answer, unchanged
from dashboard.models import change_routes, listing, queries, service
from dashboard.models.card import view_card
from dashboard.models.choices import list_choices
from dashboard.models.export import export_models
from dashboard.paging import Page, read_number, read_per

blueprint = Blueprint("models", __name__)


def init_app(app: Flask) -> None:
    """Add the pages that change something."""
    app.register_blueprint(change_routes.blueprint)


@blueprint.get("/models")
def index() -> str:
    """List models. For all."""
    filters, sort, ignored = listing.read_query(request.args, user_id=current_user.id)
    per, number = read_per(request.args.get("per")), read_number(request.args.get("page"), 1)
    found = listing.list_models(filters=filters, sort=sort, page=number, per=per)
    return render_template(
        "models/index.html",
        found=found,
        page=Page(number, per, found.total),
        chosen=filters,
        query=request.args,
        csv_url=f"{url_for('.index_csv')}?{request.query_string.decode('ascii', 'ignore')}",
        sort=sort,
        ignored=ignored,
        choices=list_choices(filters),
        may_change=partial(may_change, current_user),
    )


@blueprint.get("/models.csv")
def index_csv() -> Response:
    """Hand out the list as a CSV file, filtered and sorted as the page is. For all."""
    filters, sort, _ignored = listing.read_query(request.args, user_id=current_user.id)
    return export_models(filters, sort, raw=request.args.get("raw") in {"true", "1"})


@blueprint.get("/models/<int:model_id>")
def detail(model_id: int) -> str:
    """Show a model. For all."""
    model = queries.get_model(user=current_user, model_id=model_id)
    view = view_card(
        model,
        user=current_user,
        page=read_number(request.args.get("page"), 1),
        api_url=f"{request.host_url}api/v1",
    )
    return render_template(
        "models/detail.html", model=model, job=model.job, view=view, formats=view.formats
    )


@blueprint.get("/_live/models/<int:model_id>")
def live_detail(model_id: int) -> Response:
    """Answer whether the model was checked. For all."""
    model = queries.get_model(user=current_user, model_id=model_id)
    formats = service.list_formats(model)
    state = (model.state, model.files, model.failure, formats)
    return unchanged(*state) or answer("models/_files.html", model=model, formats=formats)


@blueprint.get("/models/<int:model_id>/download")
def download(model_id: int) -> Response:
    """Hand out one of a model's files. For all."""
    model = queries.get_model(user=current_user, model_id=model_id)
    found = service.open_download(model, request.args.get("format", "bundle"))
    return send_stream(
        found.stream,
        file_name=found.file_name,
        media_type="application/octet-stream",
        size_bytes=found.size_bytes,
        sha256=found.sha256,
    )
