"""Signing in and out: what opens a session, what ends it, and how often one may try."""

from datetime import timedelta

import pytest
from flask import Flask

from dashboard.auth import attempts, service
from dashboard.clock import now
from dashboard.db import SignInAttempt, User
from dashboard.db.transaction import writing
from dashboard.errors import RateLimited
from tests import factories
from tests.page import PageClient

LOGIN = "form[data-once]"


def _try(browser: PageClient, email: str, password: str, *, status: int, way_back: str = ""):
    page = browser.get(f"/login?next={way_back}")
    return browser.submit(page, {"email": email, "password": password}, form=LOGIN, status=status)


def test_right_password_opens_the_first_page(app: Flask, member: User) -> None:
    page = _try(PageClient(app), member.email, factories.PASSWORD, status=302)
    assert page.response.location == "/"


def test_email_is_read_without_its_case_and_spaces(app: Flask, member: User) -> None:
    _try(PageClient(app), f"  {member.email.upper()} ", factories.PASSWORD, status=302)


@pytest.mark.parametrize("email", ["known", "unknown@example.org", "", "x" * 5000])
def test_one_message_for_whatever_is_wrong(app: Flask, member: User, email: str) -> None:
    email = member.email if email == "known" else email
    page = _try(PageClient(app), email, "wrong password", status=422)
    assert page.errors == {"email": "Email or password is not right"}
    assert page.title.startswith("Error: ")


def test_typed_email_is_kept_and_password_is_not(app: Flask) -> None:
    page = _try(PageClient(app), "ana@example.org", "not the password", status=422)
    assert page.find("#field-email")["value"] == "ana@example.org"
    assert "not the password" not in page.html


def test_lo2_password_managers_find_their_fields(app: Flask) -> None:
    page = PageClient(app).get("/login")
    assert page.find("#field-email")["autocomplete"] == "username"
    assert page.find("#field-password")["autocomplete"] == "current-password"


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/settings/tokens%3Fa=1", "/settings/tokens?a=1"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/%5Cevil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/%09/evil.example", "/"),
        ("/logout", "/"),
        ("/_live/pill", "/"),
        ("//[", "/"),
    ],
)
def test_lo1_the_way_back_stays_on_this_server(
    app: Flask, member: User, target: str, lands: str
) -> None:
    page = _try(PageClient(app), member.email, factories.PASSWORD, status=302, way_back=target)
    assert page.response.location == lands


def test_sign_in_starts_a_fresh_session(app: Flask, member: User) -> None:
    browser = PageClient(app)
    with browser.http.session_transaction() as session:
        session["planted"] = "by somebody else"
    browser.sign_in(member)
    with browser.http.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] == f"{member.id}.1"


def test_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask, member: User) -> None:
    page = _try(PageClient(app), member.email, factories.PASSWORD, status=302)
    cookie = page.response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_session_cookie_is_secure_on_https(app: Flask, member: User) -> None:
    client = app.test_client()
    https = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/login"}}
    page = client.get("/login", **https)
    token = page.get_data(as_text=True).partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = client.post(
        "/login",
        data={"csrf_token": token, "email": member.email, "password": factories.PASSWORD},
        **https,
    )
    assert answer.status_code == 302
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"]


def test_sign_out_ends_the_session(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    browser.post("/logout")
    assert browser.http.get("/settings/profile").status_code == 302


def test_sign_out_by_link_is_not_possible(app: Flask, member: User) -> None:
    PageClient(app, member).get("/logout", status=405)


def test_disabled_account_is_shut_out_at_once(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    service.disable_user(user=member)
    browser.get("/settings/profile", status=302)
    _try(browser, member.email, factories.PASSWORD, status=422)
    service.enable_user(user=member)
    browser.get("/settings/profile", status=302)  # the old session stays ended
    browser.sign_in(member)


def test_old_form_of_the_sign_in_leads_to_a_new_one(app: Flask, member: User) -> None:
    client = PageClient(app)
    answer = client.http.post("/login", data={"email": member.email, "password": "x"})
    assert answer.location == "/login"
    assert "open for too long" in client.get("/login").text


def _fail(email: str, address: str, times: int) -> None:
    for _ in range(times):
        attempts.count_attempt(email, address)


def test_too_many_failures_of_an_account_say_when_to_try_again(app: Flask, member: User) -> None:
    _fail(member.email, "192.0.2.1", attempts.MAX_BY_ACCOUNT)
    page = _try(PageClient(app), member.email, factories.PASSWORD, status=429)
    assert "Try again in 15 min" in page.errors["email"]
    assert 0 < int(page.response.headers["Retry-After"]) <= 15 * 60
    assert page.find("#field-email")["value"] == member.email


def test_limit_of_an_account_holds_from_every_address(any_app: Flask) -> None:
    for n in range(attempts.MAX_BY_ACCOUNT):
        attempts.count_attempt("ana@example.org", f"192.0.2.{n}")
    with pytest.raises(RateLimited):
        attempts.count_attempt("ana@example.org", "198.51.100.1")
    attempts.count_attempt("ben@example.org", "198.51.100.1")


def test_limit_of_an_address_holds_for_every_account(app: Flask) -> None:
    for n in range(attempts.MAX_BY_ADDRESS):
        attempts.count_attempt(f"user{n}@example.org", "192.0.2.1")
    with pytest.raises(RateLimited):
        attempts.count_attempt("another@example.org", "192.0.2.1")


def test_refused_attempt_does_not_lengthen_the_wait(app: Flask) -> None:
    _fail("ana@example.org", "192.0.2.1", attempts.MAX_BY_ACCOUNT)
    waits = []
    for _ in range(2):
        with pytest.raises(RateLimited) as refusal:
            attempts.count_attempt("ana@example.org", "192.0.2.1")
        waits.append(refusal.value.retry_after_s)
    assert waits[1] <= waits[0]


def test_old_failures_are_forgotten(app: Flask) -> None:
    with writing() as session:
        long_ago = now() - attempts.WINDOW - timedelta(seconds=1)
        session.add_all(
            SignInAttempt(key="account:ana@example.org", at=long_ago)
            for _ in range(attempts.MAX_BY_ACCOUNT)
        )
    attempts.count_attempt("ana@example.org", "192.0.2.1")


def test_signing_in_clears_what_was_counted(app: Flask, member: User) -> None:
    _fail(member.email, "127.0.0.1", attempts.MAX_BY_ACCOUNT - 1)
    browser = PageClient(app, member)
    browser.post("/logout")
    _fail(member.email, "127.0.0.1", attempts.MAX_BY_ACCOUNT - 1)
