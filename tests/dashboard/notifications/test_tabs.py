"""Two tabs at once: what a person changes in both is changed one after the other."""

import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.db import User
from dashboard.extensions import db
from dashboard.notifications.choices import change_choice
from dashboard.notifications.webhooks import set_webhook

PREFIX = "https://hooks.example.org/in/"
ACTS: dict[str, Callable[[User], object]] = {
    "notify_choices": lambda user: change_choice(user=user, what="all", min_minutes=""),
    "webhooks": lambda user: set_webhook(
        user=user, address=f"{PREFIX}a", base_url="http://a", prefixes=[PREFIX]
    ),
}


@pytest.mark.locks
@pytest.mark.parametrize("table", ACTS)
def test_two_first_saves_both_go_well(any_app: Flask, member: User, table: str) -> None:
    user_id, faults = member.id, []
    db.session.rollback()

    def linger(*given: object) -> None:
        if f"FROM {table}" in str(given[2]):  # so that the other one is here, too
            time.sleep(0.5)

    def save() -> None:
        with any_app.app_context():
            try:
                ACTS[table](db.session.get_one(User, user_id))
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    event.listen(db.engine, "after_cursor_execute", linger)
    threads = [threading.Thread(target=save) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    event.remove(db.engine, "after_cursor_execute", linger)
    assert faults == []
