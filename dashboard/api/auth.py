"""Who calls: a token in the header, and nothing else."""

from flask import g, request
from werkzeug.exceptions import Unauthorized

from dashboard.auth.tokens import user_for_token
from dashboard.db import User


def require_token() -> None:
    """Find whose token was sent.

    Raises
    ------
    Unauthorized
        When there is none, or it does not work.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    user = user_for_token(token.strip()) if scheme.lower() == "bearer" else None
    if user is None:
        raise Unauthorized
    g.api_user = user


def current_user() -> User:
    """Return whose token was sent."""
    user: User = g.api_user
    return user
