"""API tokens: made, revoked, and recognised. Only their hashes are kept."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select, update

from dashboard.clock import now
from dashboard.db import ApiToken, User
from dashboard.db.transaction import writing
from dashboard.db.user import SCOPES
from dashboard.errors import NotFound, ValidationFailed
from dashboard.extensions import db

MARK = "ty_"
PREFIX_LENGTH = 8
MAX_NAME = 100
MAX_DAYS = 3650
# How exact "last used" is; writing it at every request would make every read a write.
LAST_USED_EXACT_TO = timedelta(minutes=1)


@dataclass(frozen=True)
class NewToken:
    """A token that was just made: the only time that its text is known."""

    text: str
    record: ApiToken


def create_token(
    *, user: User, name: str, scope: str = "admin", expires_in_days: int | None = None
) -> NewToken:
    """Make an API token for an account.

    Parameters
    ----------
    user : User
        Whose rights the token has.
    name : str
        What it is for; 1 to 100 characters.
    scope : {"admin", "submit", "read"}, default "admin"
        What it opens at most of what its owner may do: all, what a member may, or looking alone.
    expires_in_days : int, optional
        From 1 to 3650; without one it works until it is revoked.

    Returns
    -------
    NewToken
        The text is shown once and cannot be found again.

    Raises
    ------
    ValidationFailed
        When name, scope or expiry cannot be used.
    """
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME:
        fault = "Enter a name, such as laptop" if not name else f"{MAX_NAME} characters at most"
        raise ValidationFailed({"name": fault})
    if scope not in SCOPES:
        raise ValidationFailed({"scope": f'Choose what it may do; "{scope[:20]}" is not known'})
    if expires_in_days is not None and not 1 <= expires_in_days <= MAX_DAYS:
        raise ValidationFailed({"expires": f"Choose from 1 to {MAX_DAYS} days"})
    text = MARK + secrets.token_urlsafe(32)
    record = ApiToken(
        user_id=user.id,
        name=name,
        prefix=text[:PREFIX_LENGTH],
        scope=scope,
        token_hash=_digest(text),
        expires_at=None if expires_in_days is None else now() + timedelta(days=expires_in_days),
    )
    with writing() as session:
        session.add(record)
    return NewToken(text, record)


def get_token(*, user: User, token_id: int) -> ApiToken:
    """Return one of an account's own tokens that holds.

    Raises
    ------
    NotFound
        When the account has no such token.
    """
    record = db.session.get(ApiToken, token_id)
    if record is None or record.user_id != user.id or record.revoked_at is not None:
        raise NotFound("There is no such token. It may have been revoked")
    return record


def revoke_token(*, user: User, token_id: int) -> ApiToken:
    """End one of an account's own tokens at once.

    Raises
    ------
    NotFound
        When the account has no such token.
    """
    with writing() as session:
        record = session.get(ApiToken, token_id)
        if record is None or record.user_id != user.id:
            raise NotFound("There is no such token. It may have been revoked")
        record.revoked_at = record.revoked_at or now()
    return record


def user_for_token(token: str) -> User | None:
    """Return the account that a token stands for; it may do no more than the token's scope.

    Parameters
    ----------
    token : str
        As the program sent it, ``ty_...``.

    Returns
    -------
    User or None
        None when the token is unknown, revoked or expired, or its account disabled.
    """
    if not token.startswith(MARK) or len(token) > 200:
        return None
    moment = now()
    record = db.session.scalar(select(ApiToken).where(ApiToken.token_hash == _digest(token)))
    if record is None or not record.is_usable(moment):
        return None
    user = db.session.get(User, record.user_id)
    if user is None or not user.active:
        return None
    user.at_most = SCOPES[record.scope]
    if record.last_used_at is None or moment - record.last_used_at > LAST_USED_EXACT_TO:
        with writing() as session:
            session.execute(
                update(ApiToken).where(ApiToken.id == record.id).values(last_used_at=moment)
            )
    return user


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
