"""API tokens: only their hash is kept, and they stop working at once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.auth import service, tokens
from dashboard.clock import now
from dashboard.db import ApiToken, User
from dashboard.db.transaction import writing
from dashboard.errors import NotFound, ValidationFailed
from dashboard.extensions import db
from tests import factories


def test_token_stands_for_its_account(any_app: Flask) -> None:
    user = factories.make_user()
    new = tokens.create_token(user=user, name="laptop")
    assert new.text.startswith("ty_")
    assert service.user_for_token(new.text) is user
    assert service.user_for_token(new.text + "x") is None
    assert service.user_for_token("") is None


def test_text_of_a_token_is_not_kept(app: Flask, member: User) -> None:
    new = tokens.create_token(user=member, name="laptop")
    row = db.session.scalars(select(ApiToken)).one()
    kept = [str(getattr(row, column.key)) for column in ApiToken.__table__.columns]
    assert new.text not in kept
    assert row.prefix == new.text[:8]


def test_revoked_expired_and_disabled_tokens_open_nothing(app: Flask, member: User) -> None:
    revoked = tokens.create_token(user=member, name="a")
    tokens.revoke_token(user=member, token_id=revoked.record.id)
    assert service.user_for_token(revoked.text) is None
    expired = tokens.create_token(user=member, name="b", expires_in_days=1)
    with writing():
        expired.record.expires_at = now() - timedelta(seconds=1)
    assert service.user_for_token(expired.text) is None
    good = tokens.create_token(user=member, name="c", expires_in_days=1)
    service.disable_user(user=member)
    assert service.user_for_token(good.text) is None


def test_token_of_somebody_else_cannot_be_revoked(app: Flask, member: User, admin: User) -> None:
    new = tokens.create_token(user=member, name="laptop")
    with pytest.raises(NotFound):
        tokens.revoke_token(user=admin, token_id=new.record.id)
    assert service.user_for_token(new.text) is member


def test_last_use_is_written_at_most_once_a_minute(app: Flask, member: User) -> None:
    new = tokens.create_token(user=member, name="laptop")
    service.user_for_token(new.text)
    db.session.refresh(new.record)
    first = new.record.last_used_at
    assert first is not None
    service.user_for_token(new.text)
    db.session.refresh(new.record)
    assert new.record.last_used_at == first
    with writing():
        new.record.last_used_at = first - timedelta(minutes=2)
    service.user_for_token(new.text)
    db.session.refresh(new.record)
    assert new.record.last_used_at > first - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "days", "field"), [("", None, "name"), ("n" * 101, None, "name"), ("a", 0, "expires")]
)
def test_token_is_refused_by_field(
    app: Flask, member: User, name: str, days: int | None, field: str
) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        tokens.create_token(user=member, name=name, expires_in_days=days)
    assert set(refusal.value.fields) == {field}


def test_a_token_opens_no_more_than_its_scope_and_its_owner(any_app: Flask) -> None:
    roles = {"viewer": 0, "member": 1, "admin": 2}
    for role in roles:
        for scope, most in (("read", 0), ("submit", 1), ("admin", 2)):
            user = factories.make_user(email=f"{role}-{scope}@example.org", role=role)
            text = tokens.create_token(user=user, name="x", scope=scope).text
            db.session.expunge_all()  # as in another request
            found = service.user_for_token(text)
            assert found is not None
            opened = [name for name in roles if found.has_role(name)]
            assert len(opened) == min(roles[role], most) + 1
            assert found.is_admin == (role == scope == "admin")
            assert found.role == role, "what the account is stays"


def test_an_unknown_scope_is_refused(app: Flask, member: User) -> None:
    with pytest.raises(ValidationFailed) as problem:
        tokens.create_token(user=member, name="x", scope="root")
    assert problem.value.fields == {"scope": 'Choose what it may do; "root" is not known'}
