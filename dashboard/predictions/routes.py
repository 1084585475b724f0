"""Pages of predictions: one row by a form, a whole file, and what became of it."""

from typing import Any, BinaryIO, cast

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask import Response as FlaskResponse
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.access import may_change
from dashboard.datasets.check.kept_words import as_predicted
from dashboard.db import Model, Prediction
from dashboard.downloads import defused_csv, send_stream
from dashboard.errors import Conflict, NotFound, Unavailable, ValidationFailed
from dashboard.live import answer, unchanged
from dashboard.models.queries import get_model
from dashboard.models.service import check_ready
from dashboard.predictions import service
from dashboard.predictions.filled import say_filled
from dashboard.predictions.how_sure import say_to_come, say_typical_error
from dashboard.predictions.match_view import say_unreadable, view_match
from dashboard.predictions.matching import list_unnamed, match_columns, start_prediction
from dashboard.predictions.preview import read_preview, separator_of
from dashboard.predictions.row_form import list_fields, read_row, typical_row
from dashboard.predictions.tries import list_tries, read_answer
from dashboard.storage import get_storage
from dashboard.web import requires

blueprint = Blueprint("predictions", __name__)
Answer = str | tuple[str, int]


def _model(model_id: int) -> Model:
    model = get_model(user=current_user, model_id=model_id)
    check_ready(model)
    return model


@blueprint.get("/models/<int:model_id>/predict")
def row(model_id: int) -> Answer:
    """Show the form of one row, filled in with a typical one if asked. For all."""
    model = _model(model_id)
    fields = list_fields(model)
    if fields is None:
        return _show(model, None, {})
    filled = typical_row(model, fields) if request.args.get("fill") else {}
    return _show(model, fields, filled)


@blueprint.post("/models/<int:model_id>/predict")
def predict_row(model_id: int) -> Answer:
    """Predict the row that was typed. For all."""
    model = _model(model_id)
    fields = list_fields(model)
    if fields is None:
        raise NotFound("This model needs too many columns for a form; send it a file")
    typed, errors = read_row(fields, request.form)
    if errors:
        return _show(model, fields, request.form, errors=errors), 422
    try:
        found = service.predict_rows(user=current_user, model_id=model_id, rows=[typed])
    except ValidationFailed as problem:
        return _show(model, fields, request.form, problem=problem.fields["rows"]), 422
    except Unavailable as problem:
        return _show(model, fields, request.form, problem=problem.message), 503
    told = [warning["message"] for warning in (found.answer or {}).get("warnings", [])]
    filled = say_filled(model, typed)
    return _show(model, fields, request.form, found=found, warnings=told, filled=filled)


def _show(model: Model, fields: object, values: object, **more: object) -> str:
    found = more.pop("found", None)
    return render_template(
        "predictions/row.html",
        model=model,
        fields=fields,
        values=values,
        found=read_answer(found.answer or {}) if isinstance(found, Prediction) else None,
        tries=list_tries(user=current_user, model_id=model.id),
        to_come=say_to_come(model.job),
        typical_error=say_typical_error(model.job),
        **{"errors": {}, "problem": None, "warnings": [], "filled": []} | more,
    )


@blueprint.get("/models/<int:model_id>/predict/file")
@requires("member")
def file(model_id: int) -> str:
    """Show the form of a file. For members."""
    return _show_file(_model(model_id))


@blueprint.post("/models/<int:model_id>/predict/file")
@requires("member")
def predict_file(model_id: int) -> Response | Answer:
    """Take a file, and hold its columns against the model's. For members."""
    model = _model(model_id)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _show_file(model, "Choose a CSV file"), 422
    made = service.create_file_prediction(
        user=current_user,
        model_id=model_id,
        file_name=sent.filename,
        stream=cast(BinaryIO, sent.stream),
        size_hint=request.content_length or 0,
        look_first=True,
    )
    return redirect(url_for(".detail", prediction_id=made.id), 303)


def _show_file(model: Model, error: str | None = None) -> str:
    return render_template(
        "predictions/file.html",
        model=model,
        error=error,
        earlier=service.list_file_predictions(model_id=model.id),
    )


def _prediction(prediction_id: int) -> Prediction:
    found = service.get_prediction(user=current_user, prediction_id=prediction_id)
    if found.kind != "file":
        raise NotFound("This prediction was of a single row; it has no page")
    return found


@blueprint.get("/predictions/<int:prediction_id>")
def detail(prediction_id: int) -> str:
    """Show what became of a file. For all."""
    return _show_now("predictions/detail.html", _prediction(prediction_id))


def _show_now(template: str, found: Prediction, **more: object) -> str:
    return render_template(template, **_now(found) | more)


def _now(found: Prediction) -> dict[str, Any]:
    """Return what the part of the page needs that changes."""
    settled = found.state in ("matched", "ready")  # else what was seen is not there, or old
    return {
        "found": found,
        "warnings": [as_predicted(warning) for warning in found.warnings or []],
        "preview": read_preview(found),
        "match": view_match(found.matching or {}) if found.state == "matched" else None,
        "unreadable": say_unreadable(found.matching or {}) if settled else None,
        "may_change": may_change(current_user, found),
        "kept_until": service.kept_until(found),
        "typed": {},
        "errors": {},
    }


@blueprint.post("/predictions/<int:prediction_id>/columns")
@requires("member")
def columns(prediction_id: int) -> Response | Answer:
    """Take what the file calls the columns that were missing. For its owner and admins."""
    found = _prediction(prediction_id)
    names = [column["name"] for column in (found.matching or {}).get("columns", [])]
    chosen = {
        name: request.form[f"c{n}"] for n, name in enumerate(names) if request.form.get(f"c{n}")
    }
    try:
        # To look once more at a file that still lacks a column would lead back to this page.
        if unnamed := list_unnamed(found, chosen):
            raise ValidationFailed(unnamed)
        match_columns(user=current_user, prediction_id=prediction_id, mapping=chosen)
    except ValidationFailed as problem:
        errors = {f"c{names.index(name)}": text for name, text in problem.fields.items()}
        page = "predictions/detail.html"
        return _show_now(page, found, typed=request.form, errors=errors), 422
    except Conflict as problem:  # another tab came first
        flash(problem.message, "warning")
    return redirect(url_for(".detail", prediction_id=prediction_id), 303)


@blueprint.post("/predictions/<int:prediction_id>/start")
@requires("member")
def start(prediction_id: int) -> Response:
    """Have the rows of a file predicted whose columns were looked at. For its owner and admins."""
    _prediction(prediction_id)
    try:
        start_prediction(user=current_user, prediction_id=prediction_id)
    except Conflict as problem:
        flash(problem.message, "warning")
    return redirect(url_for(".detail", prediction_id=prediction_id), 303)


@blueprint.get("/_live/predictions/<int:prediction_id>")
def live_detail(prediction_id: int) -> Response:
    """Answer how far a file's prediction is. For all."""
    found = _prediction(prediction_id)
    so_far = (found.state, found.progress)  # a page that waits for a person does not ask
    return unchanged(*so_far) or answer("predictions/_now.html", **_now(found))


@blueprint.get("/predictions/<int:prediction_id>/file")
def download(prediction_id: int) -> Response:
    """Hand out the table with the predictions added. For all."""
    found = _prediction(prediction_id)
    if found.output_key is None:
        raise Conflict(f"The file is not there: the prediction is {found.state}")
    stream, name = get_storage().open(found.output_key), service.output_name(found)
    if request.args.get("raw"):
        return send_stream(stream, file_name=name, media_type="text/csv")
    made = FlaskResponse(
        stream_with_context(defused_csv(stream, separator_of(found))), mimetype="text/csv"
    )
    made.headers.set("Content-Disposition", "attachment", filename=name)
    return made
