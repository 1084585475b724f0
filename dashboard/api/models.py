"""`/models` and `/predictions`."""

from typing import Any, BinaryIO, cast

from flask import Response as FlaskResponse
from flask import request, stream_with_context
from werkzeug.wrappers import Response

from dashboard.api import model_requests, present, requests
from dashboard.api import model_schemas as schemas
from dashboard.api.auth import current_user
from dashboard.api.operations import cursor_of, operation, read_cursor
from dashboard.db.lookup import LARGEST_ID
from dashboard.downloads import defused_csv, send_stream
from dashboard.errors import Conflict, NotFound, ValidationFailed
from dashboard.models import changes, queries, service
from dashboard.models.deleting import delete_model
from dashboard.models.listing import ModelFilters
from dashboard.paging import read_number
from dashboard.predictions import service as predictions
from dashboard.predictions.matching import match_columns, start_prediction
from dashboard.predictions.preview import separator_of
from dashboard.storage import get_storage

MEDIA_TYPES = {"bundle": "application/zip"}


@operation("GET", "/models", "List models, the newest first", query=model_requests.ModelQuery,
           answer=schemas.ModelPage, errors=(400, 422))  # fmt: skip
def list_models(query: model_requests.ModelQuery) -> dict[str, Any]:
    user = current_user()
    filters = ModelFilters(
        user.id, q=query.q, dataset_id=query.dataset_id, target=query.target,
        estimator=query.estimator, alias=query.alias, starred=query.starred,
        archived={"false": False, "true": True, "any": None}[query.archived],
    )  # fmt: skip
    items = queries.list_models_before(
        filters=filters, before=read_cursor(query.cursor), limit=query.limit + 1
    )
    shown = items[: query.limit]
    more = cursor_of(shown[-1].id) if len(items) > query.limit else None
    starred = changes.find_starred(user=user, model_ids=[model.id for model in shown])
    return {
        "items": [present.model(m, starred=m.id in starred) for m in shown],
        "next_cursor": more,
    }


@operation("GET", "/models/<int:model_id>", "Look at a model", answer=schemas.Model, errors=(404,))
def get_model(model_id: int) -> dict[str, Any]:
    return _present(model_id)


def _present(model_id: int) -> dict[str, Any]:
    user = current_user()
    model = queries.get_model(user=user, model_id=model_id)
    starred = changes.find_starred(user=user, model_ids=[model_id])
    return present.model(model, starred=bool(starred))


@operation("PATCH", "/models/<int:model_id>", "Change name, note, alias, star; archive a model",
           body=model_requests.ModelChange, answer=schemas.Model,
           errors=(400, 403, 404, 422))  # fmt: skip
def change_model(model_id: int, body: model_requests.ModelChange) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    user = current_user()
    asked: dict[str, Any] = {"user": user, "model_id": model_id}
    # Who may not change a model may star it.
    if set(given) - {"starred"}:
        alias = body.alias or "" if "alias" in given else None
        changes.change_model(**asked, name=body.name, note=body.note, alias=alias)
    if body.archived is not None:
        changes.archive_model(**asked, archived=body.archived)
    if body.starred is not None:
        changes.star_model(**asked, starred=body.starred)
    return _present(model_id)


@operation("DELETE", "/models/<int:model_id>",
           "Delete a model with its files; one that predicted more than was seen stays",
           query=model_requests.SeenQuery, status=204, role="member",
           errors=(403, 404, 409, 422))  # fmt: skip
def remove_model(model_id: int, query: model_requests.SeenQuery) -> Response:
    delete_model(user=current_user(), model_id=model_id, seen=query.seen)
    return Response(status=204)


@operation("GET", "/models/<int:model_id>/download", "Download a model, once it was checked",
           query=model_requests.FormatQuery, answer="application/octet-stream",
           errors=(400, 404, 409, 422))  # fmt: skip
def download(model_id: int, query: model_requests.FormatQuery) -> Response:
    model = queries.get_model(user=current_user(), model_id=model_id)
    found = service.open_download(model, query.format)
    return send_stream(
        found.stream,
        file_name=found.file_name,
        media_type=MEDIA_TYPES.get(query.format, "application/octet-stream"),
        size_bytes=found.size_bytes,
        sha256=found.sha256,
    )


@operation("POST", "/models/<int:model_id>/predict", "Predict some rows",
           body=model_requests.RowsRequest, answer=schemas.Predictions,
           errors=(400, 404, 409, 422, 503))  # fmt: skip
def predict(model_id: int, body: model_requests.RowsRequest) -> dict[str, Any]:
    done = predictions.predict_rows(user=current_user(), model_id=model_id, rows=body.rows)
    return dict(done.answer or {})


@operation("POST", "/models/predict", "Predict some rows by the model that an alias stands for",
           body=model_requests.AliasRowsRequest, answer=schemas.AliasPredictions,
           errors=(400, 404, 409, 422, 503))  # fmt: skip
def predict_by_alias(body: model_requests.AliasRowsRequest) -> dict[str, Any]:
    user = current_user()
    model = queries.find_by_alias(
        user=user, dataset_id=body.dataset_id, target=body.target, alias=body.alias
    )
    done = predictions.predict_rows(user=user, model_id=model.id, rows=body.rows)
    return {"model_id": model.id, **(done.answer or {})}


@operation("POST", "/predictions", "Predict every row of a file",
           form=model_requests.PredictionForm, answer=schemas.Prediction, status=202,
           errors=(403, 404, 409, 413, 422, 503))  # fmt: skip
def create_prediction() -> dict[str, Any]:
    file = request.files.get("file")
    model_id = read_number(request.form.get("model_id"), None, LARGEST_ID)
    if file is None or not file.filename:
        raise ValidationFailed({"file": "Choose a CSV file"})
    if model_id is None:
        raise ValidationFailed({"model_id": "model_id must be the number of a model"})
    made = predictions.create_file_prediction(
        user=current_user(),
        model_id=model_id,
        file_name=file.filename,
        stream=cast(BinaryIO, file.stream),
        size_hint=request.content_length or 0,
        look_first=request.form.get("look_first") == "true",
    )
    return present.prediction(made)


@operation("POST", "/predictions/<int:prediction_id>/columns",
           "Say what a file calls the columns that were not found; they are looked at once more",
           body=model_requests.ColumnsRequest, answer=schemas.Prediction, status=202,
           role="member", errors=(400, 403, 404, 409, 422))  # fmt: skip
def set_columns(prediction_id: int, body: model_requests.ColumnsRequest) -> dict[str, Any]:
    made = match_columns(user=current_user(), prediction_id=prediction_id, mapping=body.columns)
    return present.prediction(made)


@operation("POST", "/predictions/<int:prediction_id>/start",
           "Predict every row of a file whose columns were looked at",
           answer=schemas.Prediction, status=202, role="member",
           errors=(403, 404, 409))  # fmt: skip
def start(prediction_id: int) -> dict[str, Any]:
    return present.prediction(start_prediction(user=current_user(), prediction_id=prediction_id))


@operation("GET", "/predictions/<int:prediction_id>", "Look at a file's prediction",
           answer=schemas.Prediction, errors=(404,))  # fmt: skip
def get_prediction(prediction_id: int) -> dict[str, Any]:
    found = predictions.get_prediction(user=current_user(), prediction_id=prediction_id)
    return present.prediction(found)


@operation("GET", "/predictions/<int:prediction_id>/file",
           "The uploaded table with the predictions added", query=requests.RawQuery,
           answer="text/csv", errors=(404, 409, 422))  # fmt: skip
def get_prediction_file(prediction_id: int, query: requests.RawQuery) -> Response:
    found = predictions.get_prediction(user=current_user(), prediction_id=prediction_id)
    if found.kind != "file":
        raise NotFound("This prediction was of single rows; it has no file")
    if found.output_key is None:
        raise Conflict(f"The file is not there: the prediction is {found.state}")
    stream = get_storage().open(found.output_key)
    name = predictions.output_name(found)
    if query.raw:
        return send_stream(stream, file_name=name, media_type="text/csv")
    answer = FlaskResponse(
        stream_with_context(defused_csv(stream, separator_of(found))), mimetype="text/csv"
    )
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
