"""Pages of models: list, one, downloads."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.db import Job
from dashboard.downloads import send_stream
from dashboard.filters import of_column, plural, validation
from dashboard.jobs.baselines import list_baselines
from dashboard.jobs.queries import list_folds
from dashboard.jobs.views import JobView
from dashboard.live import answer
from dashboard.models import queries, service
from dashboard.paging import Page, read_number, read_per

blueprint = Blueprint("models", __name__)
SEEN_SHOWN = 6
COLUMNS_PER_PAGE = 100
EXAMPLE_COLUMNS = 100  # of a row that is shown; a real one needs all
FORMATS = (
    ("bundle", "Bundle", "Everything: model, predict.py, train.py, card. Works without Trainyard"),
    ("joblib", "joblib", "The fitted Pipeline as a pickle. Load it only if you trust its origin"),
    ("skops", "skops", "The fitted Pipeline in a form that can be inspected before it is loaded"),
    (
        "onnx",
        "ONNX",
        "For other languages and runtimes; takes what the bundle's schema.py makes",
    ),
)


@blueprint.get("/models")
def index() -> str:
    """List models. For all."""
    q = request.args.get("q", "")
    per, number = read_per(request.args.get("per")), read_number(request.args.get("page"), 1)
    models, total = queries.list_models(q=q, page=number, per=per)
    return render_template(
        "models/index.html",
        models=models,
        page=Page(number, per, total),
        q=q,
        # A job that succeeded has a sentence only where it was stopped early.
        sentences={model.id: JobView(model.job).sentence for model in models},
    )


@blueprint.get("/models/<int:model_id>")
def detail(model_id: int) -> str:
    """Show a model. For all."""
    model = queries.get_model(user=current_user, model_id=model_id)
    needed = {c["name"]: c for c in model.schema.get("columns", [])}
    features = model.schema.get("features", [])
    number = read_number(request.args.get("page"), 1)
    page = Page(number, COLUMNS_PER_PAGE, len(features))
    shown = features[page.first - 1 : page.last]
    return render_template(
        "models/detail.html",
        model=model,
        job=model.job,
        baselines=list_baselines(model.job),
        scored_on=_scored_on(model.job),
        formats=FORMATS,
        page=page,
        columns=[needed[name] for name in shown if name in needed],
        example={name: _example(needed.get(name, {})) for name in features[:EXAMPLE_COLUMNS]},
        seen={name: _seen(needed.get(name, {})) for name in shown},
        api_url=f"{request.host_url}api/v1",
    )


def _scored_on(job: Job) -> str:
    """Say what a job's score is the mean over: ``5 folds``, or ``2 of 5 folds`` where stopped."""
    words = validation(job.validation)
    if not job.partial:
        return words
    done, all_folds = len(list_folds(job.id)), JobView(job).n_splits
    if words.startswith(plural(all_folds, "fold")):
        return f"{done} of {words}"
    return f"{done} of {plural(all_folds, 'fold')} ({words})"  # repeated


def _seen(column: Mapping[str, Any]) -> str | None:
    """Say what training saw of a column: its range, its two values, or its most values."""
    if column.get("kind") == "boolean":
        return f"{column['false']}, {column['true']}"
    if "range" in column:
        low, high = column["range"]
        return f"{of_column(low, low, high)} to {of_column(high, low, high)}"
    values = column.get("values")
    if not values:
        return None
    more = f" and {len(values) - SEEN_SHOWN} more" if len(values) > SEEN_SHOWN else ""
    return ", ".join(values[:SEEN_SHOWN]) + more


def _example(column: dict[str, object]) -> object:
    """Return a value that training saw, for the snippets."""
    if column.get("kind") == "boolean":
        return column["true"]
    for key in ("values", "range"):
        found = column.get(key)
        if isinstance(found, list) and found:
            return found[0]
    return ""


@blueprint.get("/_live/models/<int:model_id>")
def live_detail(model_id: int) -> Response:
    """Answer whether the model was checked. For all."""
    model = queries.get_model(user=current_user, model_id=model_id)
    return answer("models/_files.html", model=model, formats=FORMATS)


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
