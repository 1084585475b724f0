"""What a browser keeps of how pages look to the person, in cookies of its own."""

from flask import request
from werkzeug.wrappers import Response

LIFETIME_S = 365 * 24 * 3600


def kept_choice(name: str, allowed: tuple[str, ...]) -> str:
    """Return what was chosen in this browser; the first of what is allowed by default."""
    chosen = request.cookies.get(name, "")
    return chosen if chosen in allowed else allowed[0]


def keep_choice(
    response: Response, name: str, chosen: str | None, allowed: tuple[str, ...]
) -> None:
    """Let the browser keep a choice; nothing where it is none of what is allowed."""
    if chosen in allowed and chosen != request.cookies.get(name):
        response.set_cookie(
            name, chosen or "", max_age=LIFETIME_S,
            httponly=True, samesite="Lax", secure=request.is_secure,
        )  # fmt: skip
