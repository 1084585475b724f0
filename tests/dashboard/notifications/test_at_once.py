"""Two at the same moment: nothing is given out twice, sent twice, or left to a removed webhook."""

import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.clock import now
from dashboard.db import Chore, Delivery, Notification, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.notifications import deliveries, telling
from dashboard.notifications.telling import Teller
from dashboard.notifications.webhooks import remove_webhook, set_webhook
from tests.dashboard.notifications.test_webhooks import ADDRESS, PREFIX, add

pytestmark = pytest.mark.locks

# So long the first one stays where it stands; a second one that may not pass waits longer.
STAYS_S = 0.7
PATIENCE_S = 20
Act = Callable[[], Any]


@pytest.fixture
def meet(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Let two act, the second one while the first one stands where it has called a function."""

    def begin(act: Act, module: ModuleType, name: str, other: Act | None = None) -> list[Any]:
        stands, is_over = threading.Event(), threading.Event()
        passes = getattr(module, name)

        def stand(*given: object) -> None:
            passes(*given)
            if not stands.is_set():
                stands.set()
                is_over.wait(STAYS_S)

        monkeypatch.setattr(module, name, stand)
        answers: list[Any] = []

        def run(mine: Act, *, is_second: bool) -> None:
            with any_app.app_context():
                assert not is_second or stands.wait(PATIENCE_S)
                answers.append(mine())
            if is_second:
                is_over.set()

        both = [
            threading.Thread(target=run, args=(mine,), kwargs={"is_second": is_second})
            for mine, is_second in ((act, False), (other or act, True))
        ]
        for one in both:
            one.start()
        for one in both:
            one.join(PATIENCE_S)
            assert not one.is_alive()
        db.session.rollback()
        db.session.expire_all()
        return answers

    return begin


@pytest.fixture(autouse=True)
def webhook(any_app: Flask, member: User) -> None:
    """A webhook of the member."""
    base = "https://trainyard.example"
    set_webhook(user=member, address=ADDRESS, base_url=base, prefixes=[PREFIX])


def count(record: type[Chore | Delivery]) -> int:
    return db.session.scalar(select(func.count()).select_from(record)) or 0


@pytest.fixture
def waiting(member: User) -> None:
    """A notification of the member's that was not given out yet."""
    body = {"event": "job.ended", "title": "Done", "text": "churn", "name": "churn",
            "path": "/jobs/1", "failed": False}  # fmt: skip
    told = {"user_id": member.id, "kind": "job", "subject_id": 1, "ended_at": now()}
    with writing() as session:
        session.add(Notification(**told, body=body))


def test_what_is_due_is_asked_for_once(meet: Callable[..., list[Any]], member: User) -> None:
    add(member)
    answers = meet(lambda: deliveries.ask_due(now()), deliveries, "add_chore")
    assert sorted(answers) == [0, 1]
    assert count(Chore) == 1


def test_what_waits_is_given_out_once(
    meet: Callable[..., list[Any]], member: User, waiting: None
) -> None:
    meet(lambda: Teller().tell(now()), telling, "add_delivery")
    assert count(Delivery) == 1
    assert db.session.get_one(User, member.id).last_notification == 1


def test_what_is_being_told_is_given_up_with_the_webhook(
    meet: Callable[..., list[Any]], member: User, waiting: None
) -> None:
    user_id = member.id
    meet(
        lambda: Teller().tell(now()), telling, "add_delivery",
        lambda: remove_webhook(db.session.get_one(User, user_id)),
    )  # fmt: skip
    assert db.session.scalars(select(Delivery)).one().state == "failed"
