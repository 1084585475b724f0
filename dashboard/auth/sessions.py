"""From the session cookie to the account, and back; where to go after signing in."""

import secrets
from urllib.parse import SplitResult, urlsplit

from flask import request, session
from flask_login import current_user, login_user, logout_user

from dashboard.auth.sign_ins import find_signed_in, forget_sign_in, note_former, note_sign_in
from dashboard.db import User

SIGN_IN = "sign_in"  # where the token of the sign-in stands in the cookie


def load_user(session_id: str) -> User | None:
    """Return the account of a session, None when the session was ended.

    The id in the cookie is ``ACCOUNT.VERSION``; a new password or a disabled account raises the
    version, and with it every session of that account ends. One of them ends with its sign-in.
    """
    account_id, _, version = session_id.partition(".")
    if not (account_id.isdecimal() and version.isdecimal()):
        return None
    token = session.get(SIGN_IN)
    user = find_signed_in(int(account_id), token)
    if user is None or not user.active or user.session_version != int(version):
        return None
    if token is None:
        _note_former(user)
    return user


def _note_former(user: User) -> None:
    told = request.headers.get("User-Agent", "")
    known = session.get("csrf_token") or secrets.token_hex(16)
    token = note_former(user=user, browser=told, known=known)
    if token is not None:
        session[SIGN_IN] = token


def begin_session(user: User) -> None:
    """Sign an account in; nothing of the session before it is kept."""
    former = session.get(SIGN_IN)
    session.clear()
    session.permanent = True
    login_user(user)
    told = request.headers.get("User-Agent", "")
    session[SIGN_IN] = note_sign_in(user=user, browser=told, former=former)


def end_session() -> None:
    """Sign this browser out."""
    logout_user()
    forget_sign_in(session.pop(SIGN_IN, None))


def signed_in_user() -> User:
    """Return the account of this request as the record itself, for services."""
    user: User = current_user._get_current_object()
    return user


def split_address(text: str) -> SplitResult:
    """Return the parts of an address that a browser sent; those of none where it is no address."""
    try:
        return urlsplit(text)
    except ValueError:  # such as //[
        return urlsplit("")


def safe_path(target: str | None) -> str:
    """Return where to go after signing in: a path of this server, or ``/``."""
    target = target or "/"
    parts = split_address(target)
    is_path = target.startswith("/") and not target.startswith(("//", "/\\"))
    has_controls = any(ord(letter) < 32 for letter in target)
    if not is_path or "\\" in target or has_controls or parts.scheme or parts.netloc:
        return "/"
    return "/" if parts.path.startswith(("/login", "/logout", "/_live/")) else target
