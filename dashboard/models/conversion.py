"""A model as ONNX: asked for once its bundle was checked, and kept if it answers the same.

``files["onnx"]`` of a model is the file, `WAITING` while it is being made, or ``{"reason": ...}``
where there is none. Models that were made before there was a conversion have nothing there.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dashboard.chores.service import CONVERT, ChoreClaim, add_chore, end_chore
from dashboard.db import Model
from dashboard.db.transaction import writing
from dashboard.filters import size
from dashboard.storage import get_storage, keys

WAITING = {"waiting": True}
ONNX = "onnx"  # what the file of an attempt at it is called
# Of model.joblib. One of 18 MB (1.3 million nodes of trees) took 18 s and 1.3 GB to convert.
LARGEST_BYTES = 8_000_000


def ask_for_conversion(session: Session, model: Model) -> None:
    """Ask for a model as ONNX, within the caller's transaction; a large one is not tried."""
    size_bytes = model.files["joblib"]["size_bytes"]
    if size_bytes > LARGEST_BYTES:
        reason = f"The model has {size(size_bytes)}; up to {size(LARGEST_BYTES)} are converted"
        _keep(model, {"reason": reason})
    else:
        _keep(model, WAITING)
        add_chore(session, CONVERT, model.id)


def finish_conversion(
    *,
    claim: ChoreClaim,
    values: Mapping[str, Any] | None = None,
    failure: Mapping[str, Any] | None = None,
) -> None:
    """Write the file of a model as ONNX, or why there is none.

    Parameters
    ----------
    claim : ChoreClaim
        Who made it.
    values : Mapping, optional
        ``file``, or ``reason`` where it cannot be converted.
    failure : Mapping, optional
        What went wrong on the way.
    """
    with writing() as session:
        if not end_chore(session, claim, failure=failure):
            return
        model = session.get(Model, claim.subject_id, with_for_update={"of": Model})
        if failure is not None:
            refuse_conversion(session, claim.subject_id, failure)
        elif model is not None and values is not None:
            _keep(model, values.get("file") or {"reason": values["reason"]})
        beside = model.files["joblib"]["key"] if model is not None else None
    if beside:
        # What a worker had written that was killed before it could say so.
        for attempt in range(1, claim.attempt):
            get_storage().delete(keys.beside(beside, ONNX, attempt))


def refuse_conversion(session: Session, model_id: int, failure: Mapping[str, Any]) -> None:
    """Write why a model could not be converted, within the caller's transaction."""
    model = session.get(Model, model_id, with_for_update={"of": Model})
    if model is not None and model.files.get("onnx") == WAITING:
        _keep(model, {"reason": f"It could not be converted: {failure['message']}"})


def _keep(model: Model, found: Mapping[str, Any]) -> None:
    model.files = {**model.files, "onnx": dict(found)}
