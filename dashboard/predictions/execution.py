"""What the light worker writes about a prediction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dashboard.chores.service import ChoreClaim, end_chore, held_chore
from dashboard.clock import now
from dashboard.db import Prediction
from dashboard.db.transaction import writing


def record_prediction_progress(*, claim: ChoreClaim, fraction: float) -> bool:
    """Write how far a file's prediction is, and a heartbeat; False when it is not wanted."""
    with writing() as session:
        chore = held_chore(session, claim)
        prediction = _lock(session, claim.subject_id)
        if chore is None or prediction is None:
            return False
        chore.heartbeat_at = now()
        prediction.state, prediction.progress = "running", fraction
        return True


def finish_prediction(
    *,
    claim: ChoreClaim,
    values: Mapping[str, Any] | None = None,
    failure: Mapping[str, Any] | None = None,
) -> None:
    """Write a prediction's answer, or why there is none."""
    with writing() as session:
        if end_chore(session, claim, failure=failure):
            _end(session, claim.subject_id, values or {}, failure)


def fail_prediction(session: Session, prediction_id: int, failure: Mapping[str, Any]) -> None:
    """Write that a prediction was given up, within the caller's transaction."""
    _end(session, prediction_id, {}, failure)


def _end(
    session: Session,
    prediction_id: int,
    values: Mapping[str, Any],
    failure: Mapping[str, Any] | None,
) -> None:
    prediction = _lock(session, prediction_id)
    if prediction is None:
        return
    for name, value in values.items():
        setattr(prediction, name, value)
    prediction.state = "failed" if failure else "ready"
    prediction.failure = dict(failure) if failure else None
    prediction.progress, prediction.finished_at = 1.0, now()


def _lock(session: Session, prediction_id: int) -> Prediction | None:
    """Return a prediction that nobody else deletes meanwhile."""
    return session.get(Prediction, prediction_id, with_for_update={"of": Prediction})
