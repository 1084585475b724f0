"""What the light worker writes about a model whose bundle it checked."""

from collections.abc import Mapping
from typing import Any

from dashboard.chores.service import ChoreClaim, end_chore
from dashboard.clock import now
from dashboard.db import Model
from dashboard.db.transaction import writing


def record_verification(*, claim: ChoreClaim, failure: Mapping[str, Any] | None) -> None:
    """Offer a model whose bundle predicts as its worker did; refuse it otherwise."""
    with writing() as session:
        if not end_chore(session, claim, failure=failure):
            return
        model = session.get(Model, claim.subject_id)
        if model is not None:
            model.state = "refused" if failure else "ready"
            model.failure = dict(failure) if failure else None
            model.verified_at = now()
