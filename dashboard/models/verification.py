"""What the light worker writes about a model whose bundle it checked."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dashboard.chores.service import ChoreClaim, end_chore
from dashboard.clock import now
from dashboard.db import Model
from dashboard.db.transaction import writing
from dashboard.models.conversion import ask_for_conversion


def record_verification(*, claim: ChoreClaim, failure: Mapping[str, Any] | None) -> None:
    """Offer a model whose bundle predicts as its worker did; refuse it otherwise."""
    with writing() as session:
        if end_chore(session, claim, failure=failure):
            _decide(session, claim.subject_id, failure)


def refuse_unverified(session: Session, model_id: int, failure: Mapping[str, Any]) -> None:
    """Refuse a model whose check was given up, within the caller's transaction."""
    _decide(session, model_id, failure)


def _decide(session: Session, model_id: int, failure: Mapping[str, Any] | None) -> None:
    model = session.get(Model, model_id, with_for_update={"of": Model})
    if model is not None and model.state == "verifying":
        model.state = "refused" if failure else "ready"
        model.failure = dict(failure) if failure else None
        model.verified_at = now()
        if not failure:
            ask_for_conversion(session, model)
