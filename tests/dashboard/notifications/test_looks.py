"""What a look finds and says: of batches, with odd clocks, of very much, of what is odd."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select

from dashboard.clock import now
from dashboard.db import Job, Notification, User, Wish
from dashboard.db.notification import BATCH
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.notifications import ended as ends
from dashboard.notifications import telling
from dashboard.notifications.choices import has_wish, wish
from dashboard.notifications.telling import Teller
from tests.dashboard.notifications.test_telling import (
    MINUTE,
    change,
    change_batch,
    chose,
    ended,
    make_batch,
    texts,
    titles,
)
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user


@pytest.mark.parametrize(
    ("values", "state", "failed"),
    [
        ({"plan": {"kind": "anew"}}, "succeeded", False),
        ({"plan": {"kind": "anew"}}, "failed", True),
        ({"plan": {"kind": "nested"}}, "succeeded", False),
        ({"plan": {"kind": "search"}}, "succeeded", True),  # and no model came of it
        ({"plan": {"kind": "several"}}, "succeeded", True),
        ({"plan": {"kind": "search", "stopped": {"keep": False}}}, "succeeded", False),
        ({"plan": {"kind": "search"}, "final_job_id": 999}, "succeeded", False),  # deleted
    ],
    ids=range(7),
)  # fmt: skip
def test_who_wants_failures_is_told_of_batches_that_failed(
    app: Flask, member: User, values: dict[str, Any], state: str, failed: bool
) -> None:
    chose(member, "failures")
    batch = make_batch(member, plan_state="over", **values)
    failure = {"code": "X", "message": "No", "hint": ""} if state == "failed" else None
    ended(member, batch_id=batch.id, score_only=True, state=state, failure=failure)
    assert Teller().tell(now()) == failed
    chose(member, "all")
    assert Teller().tell(now()) == (not failed)
    told = db.session.scalars(select(Notification)).one()
    assert told.body["failed"] is failed


def test_nothing_is_kept_for_a_batch_that_is_over(app: Flask, member: User) -> None:
    batch = make_batch(member)
    ended(member, batch_id=batch.id)
    wish(user=member, kind=BATCH, subject_id=batch.id, wanted=True)
    assert not has_wish(member, BATCH, batch.id)
    empty = make_batch(member)
    with writing() as session:  # its last job was deleted after it was wished for
        session.add(Wish(user_id=member.id, kind=BATCH, subject_id=empty.id))
    assert Teller().tell(now()) == 0
    assert not has_wish(member, BATCH, empty.id)


def test_a_batch_is_told_whatever_its_last_job_came_to(app: Flask, member: User) -> None:
    chose(member, "all")
    batch, unwanted = make_batch(member), make_batch(member, name="unwanted")
    ended(member, batch_id=batch.id, finished_at=now() - 5 * MINUTE)
    ended(member, batch_id=unwanted.id, state="cancelled")
    last = make_job(member, batch_id=batch.id, state="running")
    teller = Teller()
    teller.tell(now() - MINUTE)
    assert texts(member) == []
    change(last, state="cancelled", finished_at=now())
    teller.tell(now())
    assert texts(member) == ["sweep"]


def test_a_batch_is_told_however_much_of_others_was_cancelled_after_it(
    any_app: Flask, member: User
) -> None:
    chose(member, "all")
    batch, other = make_batch(member), make_batch(member, name="goes on")
    ended(member, batch_id=batch.id, finished_at=now() - 5 * MINUTE)
    last = make_job(member, batch_id=batch.id, state="running")
    make_job(member, batch_id=other.id)
    teller = Teller()
    teller.tell(now() - MINUTE)
    change(last, state="cancelled", finished_at=now() - timedelta(seconds=2))
    cancel_many(member, other.id, 1100)
    teller.tell(now())
    assert texts(member) == ["sweep"]


def cancel_many(owner: User, batch_id: int, n_jobs: int) -> None:
    """Add so many jobs of a batch that were cancelled just now."""
    row = {"name": "x", "dataset_id": make_dataset(owner).id, "state": "cancelled",
           "owner_id": owner.id, "finished_at": now(), "batch_id": batch_id, "target": "y",
           "task": "regression", "estimator": "Ridge", "metric": "r2", "metrics": {}}  # fmt: skip
    with writing() as session:
        session.execute(insert(Job), [row] * n_jobs)


def test_a_told_batch_that_loses_its_last_job_is_not_told_again(
    any_app: Flask, member: User
) -> None:
    chose(member, "all")
    batch = make_batch(member)
    ended(member, batch_id=batch.id, finished_at=now() - timedelta(seconds=5))
    last = ended(member, batch_id=batch.id)
    teller = Teller()
    assert teller.tell(now()) == 1
    with writing() as session:
        session.delete(session.get_one(Job, last.id))
    assert teller.tell(now()) == 0


def test_a_clock_that_is_ahead_takes_nothing_from_others(any_app: Flask, member: User) -> None:
    other = make_user()
    for person in (member, other):
        chose(person, "all")
    moment, teller = now(), Teller()
    ended(member, name="ahead", finished_at=moment + 5 * MINUTE)
    assert teller.tell(moment) == 1
    for minutes in (2, 4):
        later = moment + minutes * MINUTE
        ended(other, name=f"at {minutes}", finished_at=later)
        assert teller.tell(later) == 1
    assert (texts(member), texts(other)) == (["ahead"], ["at 2", "at 4"])


def test_an_end_that_cannot_be_described_is_told_in_plain_words(
    any_app: Flask, member: User
) -> None:
    chose(member, "all")
    odd = ended(member, state="failed", failure={"code": "X"})
    ended(member, name="next")
    teller = Teller()
    assert [teller.tell(now()), teller.tell(now())] == [2, 0]
    assert titles(member) == ["Job is over", "Done 0.846"]
    assert texts(member) == [f"#{odd.id}", "next"]


def test_what_a_search_tells_is_the_score_of_its_model(app: Flask, member: User) -> None:
    chose(member, "all")
    for kind, name in (("several", "with a model"), ("search", "without"), ("anew", "other")):
        batch = make_batch(member, name=name, plan={"kind": kind}, plan_state="over")
        ended(member, batch_id=batch.id, score_only=True, score=0.95)
        if kind != "anew":
            ended(member, batch_id=batch.id, score_only=True, score=0.9)
        if kind == "several":
            final = ended(member, batch_id=batch.id, score=0.88)
            change_batch(batch, final_job_id=final.id)
    Teller().tell(now())
    assert dict(zip(texts(member), titles(member), strict=True)) == {
        "with a model": "Batch is over, model 0.880, chosen from 2 candidates",
        "without": "Batch is over, best of 2 candidates 0.950",
        "other": "Batch is over, 0.950 on other folds",
    }
    bodies = {one.body["name"]: one.body for one in db.session.scalars(select(Notification))}
    assert (bodies["with a model"]["best"]["score"], bodies["with a model"]["candidates"]) == (
        0.88, 2,
    )  # fmt: skip
    assert bodies["other"]["candidates"] is None


@pytest.fixture
def counted() -> Callable[[], int]:
    """Count the statements that reach the database from now on."""
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    return lambda: len(sent)


def test_a_look_that_finds_nothing_asks_little(
    app: Flask, member: User, request: pytest.FixtureRequest
) -> None:
    make_succeeded_job(member)
    teller = Teller()
    teller.tell(now())
    count = request.getfixturevalue("counted")
    teller.tell(now())
    assert count() <= 5


def test_many_ends_are_told_by_few_statements_and_not_all_at_once(
    app: Flask, member: User, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    chose(member, "all")
    dataset = make_dataset(member)
    for _ in range(30):
        ended(member, dataset=dataset)
        ended(member, dataset=dataset, batch_id=make_batch(member).id)
    monkeypatch.setattr(telling, "AT_MOST", 50)
    teller = Teller()
    count = request.getfixturevalue("counted")
    assert teller.tell(now()) == 50
    assert count() <= 40
    assert [teller.tell(now()), teller.tell(now())] == [10, 0]


def test_what_was_cancelled_is_not_read_to_find_what_ended(any_app: Flask, member: User) -> None:
    chose(member, "all")
    for owner in (member, make_user()):
        cancel_many(owner, make_batch(owner).id, 100)
    sent: list[tuple[str, Any]] = []
    event.listen(
        db.engine, "before_cursor_execute", lambda *given: sent.append((given[2], given[3]))
    )
    assert ends.find_chosen(now() - MINUTE) == []
    connection = db.session.connection()
    read = sum(
        len(connection.exec_driver_sql(*one).fetchall())
        for one in list(sent)
        if "SELECT" in one[0]
    )
    assert read <= 12
