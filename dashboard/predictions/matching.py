"""A file whose columns are looked at first: which is which, and the word that it is predicted."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_owner
from dashboard.chores.service import ChoreClaim, add_chore, end_chore, held_chore
from dashboard.clock import now
from dashboard.db import Prediction, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, ValidationFailed
from dashboard.models.service import check_ready
from dashboard.predictions.service import get_prediction

MATCH = "match_file"


@contextmanager
def _holding(user: User, prediction_id: int) -> Iterator[tuple[Session, Prediction]]:
    """Hold a file that waits for a person's word, within a transaction."""
    found = get_prediction(user=user, prediction_id=prediction_id)
    require_owner(user, found, "prediction")
    check_ready(found.model)
    with writing() as session:
        held = session.get(
            Prediction, prediction_id, with_for_update={"of": Prediction}, populate_existing=True
        )
        if held is None or held.state != "matched":
            state = held.state if held else "deleted"
            raise Conflict(f"Its columns were settled already: the prediction is {state}")
        yield session, held


def match_columns(*, user: User, prediction_id: int, mapping: Mapping[str, str]) -> Prediction:
    """Say what a file calls the columns that a model needs; they are looked at once more.

    Parameters
    ----------
    user, prediction_id
        Who says so, of which file.
    mapping : Mapping of str to str
        The file's column by the model's; those that are called alike need not be named.

    Raises
    ------
    NotFound
        When there is no such prediction.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When its columns are being looked at, or it was predicted already.
    ValidationFailed
        When a column is none of the model's or of the file's, or stands for two.
    """
    with _holding(user, prediction_id) as (session, held):
        held.mapping = _check(held, mapping)
        held.state, held.progress, held.finished_at = "checking", 0.0, None
        add_chore(session, MATCH, prediction_id, urgent=True)
    queue.wake(queue.LIGHT)
    return held


def list_unnamed(found: Prediction, mapping: Mapping[str, str]) -> dict[str, str]:
    """Say of each column that the model needs, the file lacks and nobody named what to do."""
    lacking = [c["name"] for c in (found.matching or {}).get("columns", []) if not c["source"]]
    return {
        name: f'Choose which column of the file is "{name}". If it has none, add one to the file '
        "and send it anew: nothing can be predicted without it"
        for name in lacking
        if name not in mapping
    }


def _check(held: Prediction, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return a mapping without what goes without saying."""
    found = held.matching or {}
    known = {column["name"]: column["source"] for column in found["columns"]}
    names = {*found["extra"], *(source for source in known.values() if source)}
    wanted = {**{name: source for name, source in known.items() if source}, **mapping}
    errors, taken = {}, dict[str, str]()
    for name, source in wanted.items():
        if name not in known:
            errors[name] = f'The model needs no column "{name}"'
        elif source not in names:
            errors[name] = f'The file has no column "{source}"'
        elif source in taken:
            errors[name] = f'"{source}" cannot stand for both "{taken[source]}" and "{name}"'
        taken[source] = name
    if errors:
        raise ValidationFailed(errors)
    return {name: source for name, source in wanted.items() if name != source}


def start_prediction(*, user: User, prediction_id: int) -> Prediction:
    """Have every row of a file predicted whose columns were looked at.

    Raises
    ------
    NotFound
        When there is no such prediction.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When columns are missing; the message names them. Or when it was started already.
    """
    with _holding(user, prediction_id) as (session, held):
        found = (held.matching or {})["columns"]
        lacking = [column["name"] for column in found if column["source"] is None]
        if lacking:
            names = ", ".join(f'"{name}"' for name in lacking)
            raise Conflict(f"The model needs columns that are not there: {names}")
        held.state, held.progress, held.finished_at = "queued", 0.0, None
        add_chore(session, "predict", prediction_id)
    queue.wake(queue.LIGHT)
    return held


def record_match_progress(*, claim: ChoreClaim, fraction: float) -> bool:
    """Write how far the look at a file's columns is; False when it is not wanted."""
    with writing() as session:
        chore = held_chore(session, claim)
        held = session.get(Prediction, claim.subject_id, with_for_update={"of": Prediction})
        if chore is None or held is None:
            return False
        chore.heartbeat_at, held.progress = now(), fraction
        return True


def finish_match(*, claim: ChoreClaim, matching: Mapping[str, Any]) -> None:
    """Write what was found of a file's columns."""
    with writing() as session:
        if not end_chore(session, claim):
            return
        held = session.get(Prediction, claim.subject_id, with_for_update={"of": Prediction})
        if held is not None and held.state == "checking":
            held.state, held.progress, held.finished_at = "matched", 1.0, now()
            held.n_rows, held.matching = matching["n_rows"], dict(matching)
