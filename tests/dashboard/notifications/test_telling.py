"""Each end is told once to who wants to know it, and much of it as one."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.clock import now
from dashboard.db import Batch, Job, Notification, NotifyChoice, User, Wish
from dashboard.db.notification import BATCH, JOB
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.notifications.choices import change_choice, has_wish, wish
from dashboard.notifications.queries import list_news
from dashboard.notifications.telling import Teller
from dashboard.retention.rows import forget_rows
from tests.factories import make_attempt, make_job, make_user

MINUTE = timedelta(minutes=1)


def change(job: Job, **values: Any) -> None:
    with writing() as session:
        row = session.get_one(Job, job.id)
        for name, value in values.items():
            setattr(row, name, value)


def chose(user: User, what: str, min_minutes: str = "") -> None:
    """Choose, long enough ago that ends of a test are later."""
    change_choice(user=user, what=what, min_minutes=min_minutes)
    with writing() as session:
        session.get_one(NotifyChoice, user.id).changed_at = now() - timedelta(hours=1)


def ended(user: User, **values: Any) -> Job:
    moment = now()
    return make_job(user, **{"state": "succeeded", "score": 0.8461, "started_at": moment,
                             "finished_at": moment} | values)  # fmt: skip


def titles(user: User) -> list[str]:
    return [found["title"] for found in list_news(db.session.get_one(User, user.id), 1)]


def texts(user: User) -> list[str]:
    return [found["text"] for found in list_news(db.session.get_one(User, user.id), 1)]


def make_batch(user: User, **values: Any) -> Batch:
    batch = Batch(**{"owner_id": user.id, "name": "sweep", "n_jobs": 3} | values)
    with writing() as session:
        session.add(batch)
    return batch


def change_batch(batch: Batch, **values: Any) -> None:
    with writing() as session:
        row = session.get_one(Batch, batch.id)
        for name, value in values.items():
            setattr(row, name, value)


def test_who_chose_nothing_is_told_nothing(any_app: Flask, member: User) -> None:
    ended(member)
    assert Teller().tell(now()) == 0
    chose(member, "all")
    chose(member, "nothing")
    assert Teller().tell(now()) == 0
    assert titles(member) == []


def test_an_end_is_told_once_however_often_it_is_looked_for(any_app: Flask, member: User) -> None:
    chose(member, "all")
    ended(member, name="<b>churn")
    ended(make_user())
    teller = Teller()
    assert [teller.tell(now()), teller.tell(now()), Teller().tell(now())] == [1, 0, 0]
    assert (titles(member), texts(member)) == (["Done 0.846"], ["<b>churn"])
    (news,) = list_news(db.session.get_one(User, member.id), 1)
    assert news["number"] == 1
    assert list_news(db.session.get_one(User, member.id), 2) == []


@pytest.mark.parametrize(
    ("what", "state", "told"),
    [
        ("all", "failed", True), ("all", "lost", True), ("all", "cancelled", False),
        ("failures", "failed", True), ("failures", "lost", True),
        ("failures", "succeeded", False),
    ],
)  # fmt: skip
def test_what_was_chosen_is_told(
    app: Flask, member: User, what: str, state: str, told: bool
) -> None:
    chose(member, what)
    failure = {"code": "X", "message": "The target has text", "hint": ""}
    ended(member, state=state, failure=failure if state != "succeeded" else None)
    assert Teller().tell(now()) == told
    assert titles(member) == (["Failed: The target has text"] if told else [])


def test_what_ended_before_the_choice_is_not_told(app: Flask, member: User) -> None:
    ended(member, finished_at=now() - MINUTE)
    change_choice(user=member, what="all", min_minutes="")
    assert Teller().tell(now()) == 0


def test_only_what_took_long_is_told(app: Flask, member: User) -> None:
    chose(member, "all", "10")
    for name, minutes in (("short", 9), ("long", 11)):  # that of its attempts, not since then
        job = ended(member, name=name, started_at=now() - 60 * MINUTE)
        make_attempt(job, seconds=60 * minutes)
    Teller().tell(now())
    assert texts(member) == ["long"]


def test_a_worker_that_writes_late_is_not_overlooked(app: Flask, member: User) -> None:
    chose(member, "all")
    teller = Teller()
    teller.tell(now())
    ended(member, finished_at=now() - timedelta(seconds=20))
    assert teller.tell(now()) == 1


def test_a_dispatcher_that_was_away_tells_what_ended_meanwhile(app: Flask, member: User) -> None:
    chose(member, "all")
    ended(member, finished_at=now() - 50 * MINUTE)
    assert Teller().tell(now()) == 1


def test_a_job_that_ends_again_is_told_again(app: Flask, member: User) -> None:
    chose(member, "all")
    job = ended(member)
    teller = Teller()
    teller.tell(now())
    change(job, finished_at=now())
    assert teller.tell(now()) == 1


def test_a_batch_is_told_once_when_all_of_it_is_over(any_app: Flask, member: User) -> None:
    chose(member, "all")
    batch = make_batch(member)
    jobs = [ended(member, batch_id=batch.id, score=n / 10) for n in (1, 5)]
    last = make_job(member, batch_id=batch.id, state="running")
    teller = Teller()
    assert teller.tell(now()) == 0
    change(last, state="failed", finished_at=now())
    assert [teller.tell(now()), teller.tell(now())] == [1, 0]
    assert titles(member) == ["Batch is over, best 0.500, 1 of 3 jobs failed"]
    assert texts(member) == ["sweep"]
    change(jobs[0], finished_at=now() + timedelta(seconds=1))  # run again
    assert teller.tell(now()) == 1


def test_a_search_is_told_when_its_last_job_is_over(app: Flask, member: User) -> None:
    """Not while its plan goes on, though no job runs; and candidates that fail are no failure."""
    chose(member, "all")
    other = make_user()
    chose(other, "failures")
    for person in (member, other):
        plan = {"kind": "search", "made": 2}
        batch = make_batch(person, name="search", plan=plan, plan_state="going")
        ended(person, batch_id=batch.id, score_only=True, state="failed")
        ended(person, batch_id=batch.id, score_only=True)
        assert Teller().tell(now()) == 0
    for person in (member, other):
        batch = db.session.scalars(select(Batch).where(Batch.owner_id == person.id)).one()
        final = ended(person, batch_id=batch.id)
        change_batch(batch, plan_state="over", final_job_id=final.id)
    assert Teller().tell(now()) == 1
    assert (texts(member), texts(other)) == (["search"], [])


def test_searches_of_outer_folds_are_not_told(app: Flask, member: User) -> None:
    chose(member, "all")
    around = make_batch(member, plan={"kind": "nested"}, plan_state="going")
    part = make_batch(member, plan={"kind": "search"}, plan_state="over", parent_id=around.id)
    ended(member, batch_id=part.id)
    assert Teller().tell(now()) == 0


def test_much_within_a_minute_comes_as_one(any_app: Flask, member: User) -> None:
    chose(member, "all")
    teller, moment = Teller(), now()
    for n in range(4):
        ended(member, name=f"a{n}")
    teller.tell(moment)
    for n in range(196):
        ended(member, name=f"b{n}", state="failed" if n < 2 else "succeeded")
    assert teller.tell(moment) == 196
    assert titles(member)[4:] == ["196 jobs are over, 2 failed"]
    assert texts(member)[4:] == ["b0, b1, b2 and 193 others"]
    ended(member, name="c")
    teller.tell(moment)
    assert len(titles(member)) == 5
    teller.tell(moment + MINUTE)
    assert texts(member)[5:] == ["c"]


def test_a_wish_is_for_one_end_of_one_job(any_app: Flask, member: User, viewer: User) -> None:
    job = make_job(member, state="running")
    other = make_job(member, state="running")
    for _ in range(2):  # pressed twice
        wish(user=viewer, kind=JOB, subject_id=job.id, wanted=True)
    wish(user=viewer, kind=JOB, subject_id=other.id, wanted=True)
    wish(user=viewer, kind=JOB, subject_id=other.id, wanted=False)
    teller = Teller()
    assert teller.tell(now()) == 0
    for one in (job, other):
        change(one, state="succeeded", score=0.5, finished_at=now())
    assert teller.tell(now()) == 1
    assert (titles(viewer), titles(member)) == (["Done 0.500"], [])
    assert not has_wish(viewer, JOB, job.id)
    wish(user=viewer, kind=JOB, subject_id=job.id, wanted=True)  # it is over
    assert not has_wish(viewer, JOB, job.id)


def test_who_wished_and_chose_is_told_once(app: Flask, member: User) -> None:
    chose(member, "all")
    job = make_job(member, state="running")
    wish(user=member, kind=JOB, subject_id=job.id, wanted=True)
    change(job, state="succeeded", finished_at=now())
    assert Teller().tell(now()) == 1
    assert len(titles(member)) == 1


def test_a_wish_for_a_batch_waits_for_all_of_it(app: Flask, member: User) -> None:
    batch = make_batch(member)
    job = make_job(member, batch_id=batch.id, state="running")
    ended(member, batch_id=batch.id)
    wish(user=member, kind=BATCH, subject_id=batch.id, wanted=True)
    assert Teller().tell(now()) == 0
    change(job, state="cancelled", finished_at=now())
    assert Teller().tell(now()) == 1
    assert not has_wish(member, BATCH, batch.id)


def test_the_wish_for_a_job_that_is_deleted_goes(app: Flask, member: User) -> None:
    job = make_job(member, state="running")
    wish(user=member, kind=JOB, subject_id=job.id, wanted=True)
    with writing() as session:
        session.delete(session.get_one(Job, job.id))
    assert Teller().tell(now()) == 0
    assert db.session.scalar(select(func.count()).select_from(Wish)) == 0


def test_old_notifications_are_forgotten(app: Flask, member: User) -> None:
    chose(member, "all")
    ended(member)
    Teller().tell(now())
    forget_rows(now() + timedelta(days=6))
    assert len(titles(member)) == 1
    forget_rows(now() + timedelta(days=8))
    assert db.session.scalars(select(Notification)).all() == []
