"""Predictions: asking a model about rows, or about a whole file."""

import math
import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from flask import current_app
from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_member
from dashboard.chores.service import add_chore
from dashboard.datasets.upload.uploads import clean_file_name, too_big
from dashboard.db import Model, Prediction, User
from dashboard.db.lookup import get_by_id
from dashboard.db.transaction import writing
from dashboard.errors import NotFound, TooLarge, Unavailable, ValidationFailed
from dashboard.extensions import db
from dashboard.models.queries import get_model
from dashboard.models.service import check_ready
from dashboard.room import check_room
from dashboard.storage import get_storage, keys

MAX_ROWS = 1000
GONE = "The model was deleted meanwhile"
PATIENCE_S = 25.0
LOOK_EVERY_S = 0.02
# A file whose columns were looked at waits so long for the word that it is predicted.
KEEP_WAITING = timedelta(days=1)


def predict_rows(*, user: User, model_id: int, rows: Sequence[dict[str, Any]]) -> Prediction:
    """Ask a model about some rows and wait for the answer.

    Parameters
    ----------
    user, model_id
        Who asks which model.
    rows : sequence of dict
        At most 1,000; values by column name.

    Returns
    -------
    Prediction
        Ready, with its `answer`.

    Raises
    ------
    NotFound
        When there is no such model.
    Conflict
        When the model is still being checked, or was refused.
    ValidationFailed
        When there are no rows, too many, or they lack columns.
    Unavailable
        When no light worker answers in time.
    """
    model = get_model(user=user, model_id=model_id)
    check_ready(model)
    if not 1 <= len(rows) <= MAX_ROWS:
        raise ValidationFailed({"rows": f"Send 1 to {MAX_ROWS:,} rows; these are {len(rows):,}"})
    _check_columns(model, rows)
    prediction = Prediction(
        model_id=model.id,
        owner_id=user.id,
        kind="rows",
        rows=list(rows),
        n_rows=len(rows),
        token=secrets.token_hex(8),
    )
    with writing() as session:
        _hold_model(session, model_id)
        session.add(prediction)
        session.flush()
        add_chore(session, "predict", prediction.id, urgent=True)
    queue.wake(queue.LIGHT)
    return _wait(prediction.id)


def _check_columns(model: Model, rows: Sequence[dict[str, Any]]) -> None:
    known = {name for row in rows for name in row}
    lacking = [name for name in model.schema["features"] if name not in known]
    if lacking:
        names = ", ".join(f'"{name}"' for name in lacking)
        raise ValidationFailed({"rows": f"The model needs columns that are not there: {names}"})
    for row in rows:
        for name, value in row.items():
            if value is not None and not isinstance(value, str | int | float | bool):
                words = f'"{name}" must be a text, a number, true, false or null'
                raise ValidationFailed({"rows": words})
            if isinstance(value, float) and not math.isfinite(value):
                words = f'"{name}" must be a finite number; null is a missing one'
                raise ValidationFailed({"rows": words})


def _wait(prediction_id: int) -> Prediction:
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        db.session.rollback()
        prediction = db.session.get(Prediction, prediction_id, populate_existing=True)
        if prediction is None:
            raise NotFound(GONE)
        if prediction.state == "ready":
            return prediction
        if prediction.state == "failed":
            message = (prediction.failure or {}).get("message", "The prediction failed")
            raise ValidationFailed({"rows": message})
        time.sleep(LOOK_EVERY_S)
    raise Unavailable("No worker answered in time. Look at the queue, and try again")


def create_file_prediction(
    *,
    user: User,
    model_id: int,
    file_name: str,
    stream: BinaryIO,
    size_hint: int = 0,
    look_first: bool = False,
) -> Prediction:
    """Store a CSV file and have every row of it predicted.

    Parameters
    ----------
    user, model_id
        Who asks which model.
    file_name, stream, size_hint
        The file; about how many bytes it has.
    look_first : bool, default False
        Whether its columns are held against the model's first; it then waits for
        `matching.start_prediction`.

    Raises
    ------
    Forbidden
        When the person may not upload.
    NotFound, Conflict
        As for `predict_rows`.
    TooLarge, StorageFull
        As for `datasets.uploads.create_upload`.
    """
    require_member(user)
    model = get_model(user=user, model_id=model_id)
    check_ready(model)
    check_room(size_hint, copies=2)
    file_name = clean_file_name(file_name)
    prediction = Prediction(
        model_id=model.id, owner_id=user.id, kind="file", file_name=file_name,
        token=secrets.token_hex(8), state="checking" if look_first else "queued",
    )  # fmt: skip
    with writing() as session:
        _hold_model(session, model_id)
        session.add(prediction)
    prediction_id, token = prediction.id, prediction.token
    limit = current_app.config["SETTINGS"].max_upload_bytes
    key = keys.prediction_file(prediction_id, token, "input")
    try:
        get_storage().write(key, stream, limit_bytes=limit)
    except BaseException as problem:
        with writing() as session:
            gone = delete(Prediction).where(Prediction.id == prediction_id)
            was_there = session.execute(gone.returning(Prediction.id)).first()
        if was_there is None and isinstance(problem, Exception):
            raise NotFound(GONE) from problem
        if isinstance(problem, TooLarge):
            raise TooLarge(too_big(file_name, limit), code="FILE_TOO_BIG") from problem
        raise
    _ask(prediction_id, key, "match_file" if look_first else "predict", urgent=look_first)
    queue.wake(queue.LIGHT)
    return prediction


def _hold_model(session: Session, model_id: int) -> None:
    """Keep a model from being deleted until a prediction of it is there."""
    held = select(Model.id).where(Model.id == model_id)
    if session.scalar(held.with_for_update(read=True, key_share=True, of=Model)) is None:
        raise NotFound(GONE)


def _ask(prediction_id: int, key: str, kind: str, *, urgent: bool) -> None:
    """Ask for a chore about a file that is there; one whose model is gone is forgotten."""
    try:
        with writing() as session:
            prediction = session.get(Prediction, prediction_id, with_for_update={"of": Prediction})
            if prediction is None:
                raise NotFound(GONE)
            prediction.input_key = key
            add_chore(session, kind, prediction_id, urgent=urgent)
    except NotFound:
        get_storage().delete_prefix(keys.prediction_prefix(prediction_id))
        raise


def discard_abandoned_predictions(*, before: datetime) -> int:
    """Forget predictions of files that never came, or that nobody had predicted, and the files.

    Parameters
    ----------
    before : datetime
        Those that were begun earlier are forgotten; of those that wait for a word, those whose
        columns were looked at earlier.

    Returns
    -------
    int
        How many; at most 200 at once.
    """
    looked_at = or_(Prediction.finished_at.is_(None), Prediction.finished_at < before)
    waits = and_(Prediction.state == "matched", looked_at)
    left = or_(Prediction.input_key.is_(None), waits)
    old = select(Prediction.id).where(
        Prediction.kind == "file", left, Prediction.created_at < before
    )
    prediction_ids = db.session.scalars(old.order_by(Prediction.id).limit(200)).all()
    for prediction_id in prediction_ids:
        with writing() as session:
            session.execute(delete(Prediction).where(Prediction.id == prediction_id))
        get_storage().delete_prefix(keys.prediction_prefix(prediction_id))
    return len(prediction_ids)


def kept_until(prediction: Prediction) -> datetime | None:
    """Return when a file that waits for a word is forgotten; None of any other."""
    if prediction.state != "matched":
        return None
    return (prediction.finished_at or prediction.created_at) + KEEP_WAITING


def get_prediction(*, user: User, prediction_id: int) -> Prediction:
    """Return a prediction.

    Raises
    ------
    NotFound
        When there is none.
    """
    return get_by_id(Prediction, prediction_id, f"There is no prediction {prediction_id}")


def list_file_predictions(*, model_id: int, limit: int = 10) -> Sequence[Prediction]:
    """List the last files that a model was asked about, the newest first."""
    found = select(Prediction).where(Prediction.model_id == model_id, Prediction.kind == "file")
    return db.session.scalars(found.order_by(Prediction.id.desc()).limit(limit)).all()


def output_name(prediction: Prediction) -> str:
    """Return what the table with the predictions is called."""
    return f"{(prediction.file_name or 'rows').rsplit('.', 1)[0]}-predicted.csv"
