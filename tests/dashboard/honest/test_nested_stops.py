"""A nested validation that is stopped, in part or as a whole, or goes on after its end."""

import threading

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from dashboard.batches import service as batches
from dashboard.db import Batch
from dashboard.extensions import db
from dashboard.honest.service import score_nested
from dashboard.plans import changing
from dashboard.plans.advance import advance
from tests.dashboard.batches.test_races import start
from tests.dashboard.honest.test_nested import OUTER, below, search, settle
from tests.dashboard.searches.acts import jobs_of
from tests.factories import make_user
from tests.tasks.test_races import PATIENCE_S

pytestmark = pytest.mark.usefixtures("no_broker")


def test_searches_that_are_opened_during_a_cancel_are_cancelled(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user(name="Ana")
    batch = search(user)
    nested_id = score_nested(user=user, batch_id=batch.id).id
    others: list[threading.Thread] = []
    waits = db.engine.dialect.name == "postgresql"  # SQLite lets one write at a time
    hold_batch = changing.hold_batch

    def meddle(session: Session, batch_id: int) -> Batch:
        if batch_id == nested_id and not others:
            others.append(start(any_app, lambda: advance(nested_id), []))
            if waits:
                others[0].join(PATIENCE_S)
        return hold_batch(session, batch_id)

    monkeypatch.setattr(changing, "hold_batch", meddle)
    found = batches.cancel_batch(user=user, batch_id=batch.id)
    others[0].join(PATIENCE_S)
    settle()
    assert found == ((2 * OUTER, 0) if waits else (0, 0))
    inner = below(read_one(nested_id))
    assert len(inner) == (OUTER if waits else 0)
    assert {job.state for one in inner for job in jobs_of(one)} <= {"cancelled"}
    assert read_one(nested_id).plan_message == "Stopped by Ana, 0 of 5 outer folds scored"


def read_one(batch_id: int) -> Batch:
    db.session.rollback()
    return db.session.get_one(Batch, batch_id, populate_existing=True)
