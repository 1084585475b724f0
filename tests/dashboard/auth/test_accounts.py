"""Accounts: the first one by its link, others by an admin, passwords, roles, the last admin."""

from importlib.util import find_spec, module_from_spec

import pytest
from flask import Flask

from dashboard.auth import links, passwords, service
from dashboard.auth.queries import find_user
from dashboard.config import Settings
from dashboard.db import User
from dashboard.errors import Conflict, NotFound, ValidationFailed
from tests import factories
from tests.page import PageClient, words_of

GOOD = "a long password"


def test_setup_link_makes_the_first_account_and_signs_it_in(app: Flask) -> None:
    token = service.make_setup_link()
    browser = PageClient(app)
    page = browser.get(f"/setup/{token}")
    browser.submit(page, {"email": "Ana@Example.org", "name": "Ana Lind", "password": GOOD},
                   form="form[data-once]")  # fmt: skip
    user = find_user("ana@example.org")
    assert user is not None
    assert user.role == "admin"
    assert "Ana Lind" in browser.get("/settings/profile").html


def test_setup_link_works_once(app: Flask) -> None:
    token = service.make_setup_link()
    service.create_first_admin(token=token, email="a@b.example", name="", password=GOOD)
    with pytest.raises(NotFound):
        service.create_first_admin(token=token, email="c@b.example", name="", password=GOOD)
    PageClient(app).get(f"/setup/{token}", status=404)
    assert service.make_setup_link() is None


def test_newer_setup_link_ends_the_older_one(app: Flask) -> None:
    older, newer = service.make_setup_link(), service.make_setup_link()
    browser = PageClient(app)
    browser.get(f"/setup/{older}", status=404)
    browser.get(f"/setup/{newer}")
    browser.get("/setup/guess", status=404)


def test_setup_link_survives_a_bad_password(app: Flask) -> None:
    token = service.make_setup_link()
    browser = PageClient(app)
    page = browser.get(f"/setup/{token}")
    page = browser.submit(page, {"email": "ana", "password": "short"}, form="form[data-once]",
                          status=422)  # fmt: skip
    assert set(page.errors) == {"email", "password"}
    browser.get(f"/setup/{token}")


def test_only_the_hash_of_the_setup_token_is_kept_and_for_its_owner_only(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    token = service.make_setup_link()
    path = settings.home / "setup_token"
    assert token is not None
    assert token not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_sign_in_page_of_an_empty_server_names_the_setup_link(app: Flask) -> None:
    page = PageClient(app).get("/login")
    assert "There is no account yet" in page.text
    commands = [words_of(code) for code in page.select(".notice code")]
    assert commands == ["make run", ".venv/bin/flask --app wsgi create-user EMAIL --role admin"]
    assert "create-user" in app.cli.commands


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": "a" * 250 + "@b.example"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"role": "king"}, "role"),
        ({"name": "n" * 101}, "name"),
    ],
)
def test_account_is_refused_by_field(app: Flask, changes: dict[str, str], field: str) -> None:
    values = {"email": "ana@example.org", "name": "Ana", "role": "member", "password": GOOD}
    with pytest.raises(ValidationFailed) as refusal:
        service.create_user(**(values | changes))
    assert set(refusal.value.fields) == {field}


def test_email_stands_for_one_account(any_app: Flask) -> None:
    service.create_user(email="ana@example.org", role="member", password=GOOD)
    with pytest.raises(ValidationFailed):
        service.create_user(email=" ANA@example.org", role="member", password=GOOD)


def test_name_is_trimmed_or_taken_from_the_email(app: Flask) -> None:
    user = service.create_user(
        email="a@b.example", name="  Ana   Lind ", role="viewer", password=GOOD
    )
    assert user.name == "Ana Lind"
    assert service.create_user(email="ben@b.example", role="viewer", password=GOOD).name == "ben"


def test_very_long_password_is_not_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", None)  # would fail if it were asked
    assert not passwords.is_right("$argon2id$...", "x" * 100_000)


def test_a_hash_costs_what_it_should() -> None:
    """A module of its own, as the one that tests use hashes fast."""
    spec = find_spec(passwords.__name__)
    assert spec is not None
    assert spec.loader is not None
    fresh = module_from_spec(spec)
    spec.loader.exec_module(fresh)
    # RFC 9106, section 4, the second choice: 64 MiB, three passes, four lanes.
    assert fresh.hash_password(GOOD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_account_without_a_password_cannot_be_signed_in(app: Flask) -> None:
    service.create_user(email="ana@example.org", role="member", password=None)
    with pytest.raises(ValidationFailed):
        service.authenticate(email="ana@example.org", password="!", address="127.0.0.1")


def test_reset_link_sets_a_password_once(app: Flask) -> None:
    user = service.create_user(email="ana@example.org", role="member", password=None)
    token = links.make_reset_token(user)
    browser = PageClient(app)
    page = browser.get(f"/reset/{token}")
    page = browser.submit(page, {"password": "short"}, form="form[data-once]", status=422)
    browser.submit(page, {"password": GOOD}, form="form[data-once]")
    assert "ana@example.org" in browser.get("/settings/profile").html
    PageClient(app).get(f"/reset/{token}", status=404)
    PageClient(app).get("/reset/forged", status=404)


def test_reset_link_ends_with_a_new_password_and_with_the_account(
    app: Flask, member: User
) -> None:
    token = links.make_reset_token(member)
    service.set_password(user=member, password=GOOD)
    assert links.find_user_of_reset_token(token) is None
    token = links.make_reset_token(member)
    service.disable_user(user=member)
    assert links.find_user_of_reset_token(token) is None


def test_reset_link_gets_too_old(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = links.make_reset_token(member)
    monkeypatch.setattr(links, "RESET_LIFETIME_S", -1)
    assert links.find_user_of_reset_token(token) is None


def test_new_password_ends_other_sessions_and_keeps_this_one(app: Flask, member: User) -> None:
    here, there = PageClient(app, member), PageClient(app, member)
    page = here.get("/settings/profile")
    here.submit(page, {"current_password": factories.PASSWORD, "new_password": GOOD},
                form="form[action='/settings/password']")  # fmt: skip
    here.get("/settings/profile")
    there.get("/settings/profile", status=302)
    there.sign_in(member, GOOD)


def test_wrong_current_password_changes_nothing(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    page = browser.get("/settings/profile")
    page = browser.submit(page, {"current_password": "wrong", "new_password": GOOD},
                          form="form[action='/settings/password']", status=422)  # fmt: skip
    assert set(page.errors) == {"current_password"}
    PageClient(app, member)


def test_last_admin_stays(app: Flask, admin: User) -> None:
    other = factories.make_user(role="admin", active=False)
    with pytest.raises(Conflict):
        service.set_role(user=admin, role="member")
    with pytest.raises(Conflict):
        service.disable_user(user=admin)
    assert admin.active
    service.enable_user(user=other)
    service.set_role(user=admin, role="member")


def test_nobody_disables_their_own_account(app: Flask, admin: User) -> None:
    factories.make_user(role="admin")
    with pytest.raises(Conflict):
        service.disable_user(user=admin, by=admin)
