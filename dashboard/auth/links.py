"""One-time links: the one that makes the first account, and those that set a password."""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from dashboard.config import Settings
from dashboard.db import User
from dashboard.extensions import db

RESET_LIFETIME_S = 3 * 24 * 3600


def write_setup_token() -> str:
    """Make the token of a new set-up link; only its hash is kept, readable by its owner only."""
    token = secrets.token_urlsafe(24)
    path = _setup_file()
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_digest(token))
    return token


def is_setup_token(token: str) -> bool:
    """Tell whether a token is the one of the newest set-up link that was not used yet."""
    try:
        kept = _setup_file().read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return hmac.compare_digest(kept, _digest(token))


def use_up_setup_token() -> bool:
    """Take the set-up link away; False when somebody else was first."""
    try:
        _setup_file().unlink()
    except FileNotFoundError:
        return False
    return True


def make_reset_token(user: User) -> str:
    """Return the token of a link with which an account's password is set, once."""
    return _serializer().dumps([user.id, _state_of(user)])


def find_user_of_reset_token(token: str) -> User | None:
    """Return the account of a reset link; None when it is too old, was used or is not ours."""
    try:
        user_id, state = _serializer().loads(token, max_age=RESET_LIFETIME_S)
    except (BadData, ValueError, TypeError):
        return None
    user = db.session.get(User, user_id) if isinstance(user_id, int) else None
    if user is None or not user.active or not hmac.compare_digest(str(state), _state_of(user)):
        return None
    return user


def _state_of(user: User) -> str:
    """Return what changes with every new password, so that a link works once."""
    return _digest(f"{user.session_version}:{user.password_hash}")[:32]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="set a password")


def _setup_file() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.home / "setup_token"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
