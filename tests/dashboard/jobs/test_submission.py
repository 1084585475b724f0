"""What is accepted stays accepted, and is told so, whatever happens to its hint."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from dashboard import queue
from dashboard.auth.tokens import create_token
from dashboard.db import Job
from dashboard.extensions import db
from tests.factories import make_dataset, make_user

pytestmark = pytest.mark.both_databases

NOTING = "UPDATE jobs SET hinted_at"
COUNTING = "jobs.hinted_at IS NOT NULL"
FIRST_OF_BATCH = "SELECT jobs.id \nFROM jobs \nWHERE jobs.batch_id"


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every hint."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


@contextmanager
def refused(words: str) -> Iterator[list[str]]:
    """Let the database be away for the statements with these words; gives those."""
    met: list[str] = []

    def refuse(_c: object, _u: object, statement: str, *_: object) -> None:
        if words in statement:
            met.append(statement)
            raise OperationalError(statement, {}, Exception("database is locked"))

    event.listen(db.engine, "before_cursor_execute", refuse)
    try:
        yield met
    finally:
        event.remove(db.engine, "before_cursor_execute", refuse)


@pytest.mark.parametrize(
    ("path", "words"),
    [("jobs", COUNTING), ("jobs", NOTING), ("batches", FIRST_OF_BATCH), ("batches", NOTING)],
)
def test_a_database_that_goes_away_after_the_commit_refuses_nothing(
    any_app: Flask, path: str, words: str
) -> None:
    owner = make_user()
    body = {"dataset_id": make_dataset(owner).id, "target": "income", "estimator": "Ridge"}
    headers = {"Authorization": f"Bearer {create_token(user=owner, name='t').text}"}
    with refused(words) as met:
        answer = any_app.test_client().post(f"/api/v1/{path}", json=body, headers=headers)
    assert len(met) == 1
    assert answer.status_code == 201
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1
    assert db.session.scalar(select(Job.hinted_at)) is None
