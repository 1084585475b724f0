"""Where one is signed in: what is listed, and how one of them is signed out."""

from datetime import timedelta

import pytest
from flask import Flask

from dashboard.auth.sign_ins import KEEP, end_sign_in, list_sign_ins, name_browser
from dashboard.clock import now
from dashboard.db import SignIn, User
from dashboard.db.transaction import writing
from dashboard.errors import NotFound
from dashboard.extensions import db
from dashboard.retention.rows import forget_rows
from tests.page import PageClient, words_of

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
