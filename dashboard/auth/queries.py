"""Accounts and tokens, read."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from dashboard.db import ApiToken, User
from dashboard.db.lookup import get_by_id
from dashboard.extensions import db


def has_accounts() -> bool:
    """Tell whether anybody can sign in yet."""
    return bool(db.session.scalar(select(exists().select_from(User))))


def list_users() -> Sequence[User]:
    """List all accounts: active ones first, by name."""
    return db.session.scalars(select(User).order_by(User.active.desc(), User.name, User.id)).all()


def find_user(email: str) -> User | None:
    """Return the account with an email address, in any spelling of its case."""
    return db.session.scalar(select(User).where(User.email == normalise_email(email)))


def get_user(user_id: int) -> User:
    """Return an account, or raise NotFound."""
    return get_by_id(User, user_id, f"There is no account {user_id}")


def list_tokens(user: User) -> Sequence[ApiToken]:
    """List an account's tokens that were not revoked, newest first."""
    return db.session.scalars(
        select(ApiToken)
        .where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.id.desc())
    ).all()


def normalise_email(email: str) -> str:
    """Return an email address as it is kept: trimmed and in lower case."""
    return email.strip().lower()
