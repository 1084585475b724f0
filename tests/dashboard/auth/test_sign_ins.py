"""Where one is signed in: what is listed, and how one of them is signed out."""

import sqlite3
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text, update

from dashboard.auth.sign_ins import KEEP, MOST_SHOWN, end_sign_in, list_sign_ins, name_browser
from dashboard.clock import now
from dashboard.db import SignIn, User
from dashboard.db.transaction import BUSY_TIMEOUT_S, writing
from dashboard.errors import NotFound
from dashboard.extensions import db
from dashboard.retention.rows import forget_rows
from tests.page import PageClient, words_of

pytestmark = pytest.mark.both_databases

LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def browser(app: Flask, user: User, told: str = LINUX) -> PageClient:
    client = PageClient(app)
    client.http.environ_base["HTTP_USER_AGENT"] = told
    client.sign_in(user)
    return client


def rows(client: PageClient) -> list[str]:
    return [
        words_of(row.td) for row in client.get("/settings/profile").select("#sessions tbody tr")
    ]


def is_out(client: PageClient) -> bool:
    return client.http.get("/settings/profile").status_code == 302


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (LINUX, "Firefox on Linux"), (PHONE, "Safari on iPhone"), ("", "another program"),
        (LINUX.replace("Firefox", "Chrome/140 Safari/537 Edg"), "Edge on Linux"),
        ("Mozilla/5.0 (Macintosh; Mac OS X 15_5) Chrome/140.0 Safari/537", "Chrome on macOS"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_plain_words(told: str, name: str) -> None:
    assert name_browser(told) == name


def test_each_browser_is_listed_and_one_can_be_signed_out(any_app: Flask, member: User) -> None:
    here, phone, other = (browser(any_app, member, t) for t in (LINUX, PHONE, LINUX))
    assert sorted(rows(here)) == ["Firefox on Linux", "Firefox on Linux this one",
                                  "Safari on iPhone"]  # fmt: skip
    page = here.get("/settings/profile")
    (row,) = [r for r in page.select("#sessions tbody tr") if "iPhone" in r.text]
    here.post(str(row.form["action"]), status=302)
    told = here.http.get("/settings/profile")  # at once: the first page that is read says it
    assert "Safari on iPhone is signed out" in told.text
    assert is_out(phone)
    assert not is_out(here)
    assert not is_out(other)
    assert len(rows(here)) == 2


def test_all_others_can_be_signed_out(app: Flask, member: User) -> None:
    here, other = browser(app, member), browser(app, member)
    page = here.get("/settings/profile")
    here.submit(page, {}, form="form[action='/settings/sessions/end']")
    assert is_out(other)
    assert rows(here) == ["Firefox on Linux this one"]


def test_signing_out_takes_the_row_away(app: Flask, member: User) -> None:
    here, other = browser(app, member), browser(app, member)
    other.post("/logout")
    assert rows(here) == ["Firefox on Linux this one"]
    browser(app, member)
    assert len(rows(here)) == 2


def test_a_copied_cookie_ends_with_its_sign_in(app: Flask, member: User) -> None:
    here = browser(app, member)
    (record,) = list_sign_ins(member)
    end_sign_in(user=member, sign_in_id=record.id)
    assert is_out(here)


def test_nobody_signs_another_one_out(app: Flask, member: User, admin: User) -> None:
    browser(app, member)
    (record,) = list_sign_ins(member)
    with pytest.raises(NotFound):
        end_sign_in(user=admin, sign_in_id=record.id)
    browser(app, admin).post(f"/settings/sessions/{record.id}/end", status=404)


def test_a_cookie_of_before_goes_on_until_all_end(app: Flask, member: User) -> None:
    here = browser(app, member)
    with here.http.session_transaction() as cookie:
        del cookie["sign_in"]
    assert not is_out(here)
    other = browser(app, member)
    page = other.get("/settings/profile")
    other.submit(page, {}, form="form[action='/settings/sessions/end']")
    assert is_out(here)


def test_when_it_was_seen_is_written_now_and_then(app: Flask, member: User) -> None:
    here = browser(app, member)
    (record,) = list_sign_ins(member)
    for ago, is_written in ((timedelta(minutes=1), False), (timedelta(minutes=9), True)):
        moment = now() - ago
        with writing() as session:
            session.get_one(SignIn, record.id).seen_at = moment
        here.get("/settings/profile")
        seen = db.session.get_one(SignIn, record.id, populate_existing=True).seen_at
        assert (seen > moment) == is_written


def test_what_was_not_seen_for_long_is_forgotten(app: Flask, member: User) -> None:
    browser(app, member)
    with writing() as session:
        session.query(SignIn).update({"seen_at": now() - KEEP - timedelta(days=1)})
    assert list_sign_ins(member) == []
    forget_rows(now())
    assert db.session.query(SignIn).count() == 0


def make_former(client: PageClient) -> None:
    """Let a browser have the cookie of before there were rows, and no row."""
    with client.http.session_transaction() as cookie:
        cookie.pop("sign_in", None)


def test_a_browser_of_before_gets_one_row(any_app: Flask, member: User) -> None:
    here = browser(any_app, member)
    here.get("/settings/profile")
    with writing() as session:
        session.query(SignIn).delete()
    for _ in range(2):  # as two requests at once: both have the former cookie
        make_former(here)
        assert rows(here) == ["Firefox on Linux this one"]
    (record,) = list_sign_ins(member)
    end_sign_in(user=member, sign_in_id=record.id)
    assert is_out(here)


def test_of_many_some_are_shown_this_one_first(app: Flask, member: User) -> None:
    here = browser(app, member)
    with writing() as session:
        session.query(SignIn).update({"seen_at": now() - timedelta(minutes=4)})
        session.add_all(
            SignIn(user_id=member.id, token=f"{n}", browser=f"Browser {n}")
            for n in range(MOST_SHOWN)
        )
    assert rows(here)[0] == "Firefox on Linux this one"
    assert len(rows(here)) == MOST_SHOWN
    assert "Not listed: 1 other browser," in here.get("/settings/profile").text


@pytest.fixture
def seen_long_ago(app: Flask, member: User) -> PageClient:
    here = browser(app, member)
    with writing() as session:
        session.query(SignIn).update({"seen_at": now() - timedelta(minutes=9)})
    return here


def is_noted() -> bool:
    db.session.rollback()
    seen_at = db.session.scalars(select(SignIn.seen_at)).one()
    return seen_at > now() - timedelta(minutes=5)


def test_who_writes_keeps_no_page_away(seen_long_ago: PageClient) -> None:
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    seen_long_ago.get("/settings/profile", status=200)
    assert not is_noted()
    make_former(seen_long_ago)
    seen_long_ago.get("/settings/profile", status=200)
    other.execute("ROLLBACK")
    other.close()
    timeout = db.session.scalar(text("PRAGMA busy_timeout"))
    assert timeout == BUSY_TIMEOUT_S * 1000  # whoever writes next waits again
    assert len(rows(seen_long_ago)) == 2


def test_a_disk_that_takes_nothing_keeps_no_page_away(seen_long_ago: PageClient) -> None:
    db.session.execute(text("PRAGMA query_only=ON"))
    db.session.rollback()
    seen_long_ago.get("/settings/profile", status=200)
    assert not is_noted()
    db.session.execute(text("PRAGMA query_only=OFF"))
    db.session.rollback()
    seen_long_ago.get("/settings/profile", status=200)
    assert is_noted()


def test_of_two_requests_at_once_the_first_one_writes(seen_long_ago: PageClient) -> None:
    first = sqlite3.connect(str(db.engine.url.database), isolation_level=None)

    def write_first(*given: Any) -> None:
        if "JOIN sign_ins" in given[2]:
            first.execute("UPDATE sign_ins SET seen_at = created_at")

    event.listen(db.engine, "after_cursor_execute", write_first)
    seen_long_ago.get("/settings/profile", status=200)
    event.remove(db.engine, "after_cursor_execute", write_first)
    first.close()
    record = db.session.scalars(select(SignIn)).one()
    assert record.seen_at == record.created_at


def test_a_row_that_another_one_changes_keeps_no_page_away(any_app: Flask, member: User) -> None:
    here = browser(any_app, member)
    with writing() as session:
        session.query(SignIn).update({"seen_at": now() - timedelta(minutes=9)})
    with db.engine.connect() as other:
        other = other.execution_options(trainyard_writing=True)
        other.execute(update(SignIn).values(browser="Another"))
        here.get("/settings/profile", status=200)
        other.rollback()
    assert not is_noted()
