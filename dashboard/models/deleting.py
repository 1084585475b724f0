"""The end of a model: what goes with it is named before, and goes with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dashboard.access import require_owner
from dashboard.chores.service import CONVERT, lock_chores
from dashboard.db import Model, Prediction, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.extensions import db
from dashboard.filters import plural
from dashboard.models.queries import get_model, missing
from dashboard.retention.asking import ask_for_look
from dashboard.storage import get_storage, keys

NAMED = 10
CHORES = ("verify_model", CONVERT)


@dataclass(frozen=True)
class Made:
    """What a model predicted: the last files, and how much there is. `last_id` is the newest."""

    files: Sequence[Prediction]
    n_files: int
    n_rows: int
    last_id: int

    @property
    def words(self) -> str:
        """Say what goes with the model: ``2 predicted files and 3 answers about rows``."""
        parts = [plural(self.n_files, "predicted file")] if self.n_files else []
        parts += [plural(self.n_rows, "answer") + " about rows"] if self.n_rows else []
        return " and ".join(parts)


def find_made(model_id: int) -> Made:
    """Return what was predicted with a model."""
    of_it = Prediction.model_id == model_id
    counted = select(Prediction.kind, func.count(), func.max(Prediction.id)).where(of_it)
    kinds = {kind: (n, last) for kind, n, last in db.session.execute(
        counted.group_by(Prediction.kind))}  # fmt: skip
    files = select(Prediction).where(of_it, Prediction.kind == "file")
    return Made(
        db.session.scalars(files.order_by(Prediction.id.desc()).limit(NAMED)).all(),
        kinds.get("file", (0, 0))[0],
        kinds.get("rows", (0, 0))[0],
        max((last for _, last in kinds.values()), default=0),
    )


def delete_model(*, user: User, model_id: int, seen: int | None = None) -> None:
    """Delete a model with its files, its alias and what was predicted with it. Its job stays.

    Parameters
    ----------
    user, model_id
        Who deletes which model.
    seen : int, optional
        The newest prediction that the person was told of: `Made.last_id`. Without it a model
        that predicted anything stays.

    Raises
    ------
    NotFound
        When there is no such model.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When there are predictions that the person was not told of; the message names them.
    """
    require_owner(user, get_model(user=user, model_id=model_id), "model")
    with writing() as session:
        lock_chores(session, CHORES, model_id)
        model = session.get(Model, model_id, with_for_update={"of": Model})
        if model is None:
            raise missing(model_id)
        made = find_made(model_id)
        if made.last_id > (seen or 0):
            raise Conflict(_name(model, made))
        files = [file["key"] for file in model.files.values() if "key" in file]
        predictions = _forget(session, model)
    storage = get_storage()
    for key in files:
        storage.delete(key)
    for prediction_id in predictions:
        storage.delete_prefix(keys.prediction_prefix(prediction_id))
    ask_for_look()


def _name(model: Model, made: Made) -> str:
    named = ", ".join(f'"{one.file_name}" (#{one.id})' for one in made.files)
    more = ", ..." if made.n_files > len(made.files) else ""
    return f"{model.name} made {made.words}, which go with it" + (
        f": {named}{more}" if named else ""
    )


def _forget(session: Session, model: Model) -> Sequence[int]:
    """Delete a model's rows; return the predictions of files whose files are to go as well."""
    of_it = Prediction.model_id == model.id
    predictions = session.scalars(
        select(Prediction.id).where(of_it, Prediction.kind == "file")
    ).all()
    for chore in lock_chores(session, CHORES, model.id):
        session.delete(chore)
    session.execute(delete(Prediction).where(of_it))
    session.execute(delete(Model).where(Model.id == model.id))
    session.expunge(model)
    return predictions
