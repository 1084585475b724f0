"""Where an account is signed in: each browser has a row, and can be signed out alone.

The row's token stands in the session cookie, which is signed. Cookies of before there were rows
have none; they go on until the account's sessions are ended together.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.db import SignIn, User
from dashboard.db.transaction import writing
from dashboard.errors import NotFound
from dashboard.extensions import db

KEEP = timedelta(days=14)  # as long as a cookie lasts that is not used
SEEN_EXACT_TO = timedelta(minutes=5)
# What is looked for in what a browser says of itself: many say what others are, too.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def name_browser(told: str) -> str:
    """Return a browser in plain words, from what it says of itself.

    Examples
    --------
    >>> name_browser("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    >>> name_browser("curl/8.5.0")
    'another program'
    """
    browser = next((name for sign, name in BROWSERS if sign in told), "another program")
    system = next((name for sign, name in SYSTEMS if sign in told), None)
    return f"{browser} on {system}" if system else browser


def note_sign_in(*, user: User, browser: str, former: str | None) -> str:
    """Note that an account is signed in now, and return the token of it.

    Parameters
    ----------
    user : User
        Who is signed in.
    browser : str
        What the browser says of itself.
    former : str or None
        The token that the same browser had until now.
    """
    token = secrets.token_hex(16)
    with writing() as session:
        session.execute(delete(SignIn).where(SignIn.token == former))
        session.add(SignIn(user_id=user.id, token=token, browser=name_browser(browser)))
    return token


def find_signed_in(account_id: int, token: str | None) -> User | None:
    """Return an account, if it is signed in by a token; without a token, if there is one."""
    if token is None:
        return db.session.get(User, account_id)
    mine = and_(SignIn.user_id == User.id, SignIn.token == token)
    found = db.session.execute(
        select(User, SignIn.id, SignIn.seen_at).join(SignIn, mine).where(User.id == account_id)
    ).first()
    if found is None:
        return None
    user: User = found[0]
    moment = now()
    if moment - found.seen_at > SEEN_EXACT_TO:
        with writing() as session:
            session.execute(update(SignIn).where(SignIn.id == found.id).values(seen_at=moment))
    return user


def list_sign_ins(user: User) -> Sequence[SignIn]:
    """List where an account is signed in, the one that was seen last first."""
    found = select(SignIn).where(SignIn.user_id == user.id, SignIn.seen_at > now() - KEEP)
    return db.session.scalars(found.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def end_sign_in(*, user: User, sign_in_id: int) -> SignIn:
    """Sign one of an account's own browsers out, at once.

    Raises
    ------
    NotFound
        When the account has no such sign-in.
    """
    with writing() as session:
        record = session.get(SignIn, sign_in_id)
        if record is None or record.user_id != user.id:
            raise NotFound("There is no such sign-in. It may have ended")
        session.delete(record)
    return record


def forget_sign_in(token: str | None) -> None:
    """Forget the sign-in of a browser that signs out."""
    with writing() as session:
        session.execute(delete(SignIn).where(SignIn.token == token))


def end_all(session: Session, user: User) -> None:
    """End every session of an account, within the caller's writing transaction."""
    user.session_version += 1
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))
