"""Where an account is signed in: each browser has a row, and can be signed out alone.

The row's token stands in the session cookie, which is signed. Cookies of before there were rows
get one with their next request. When a browser was seen is worth no waiting and no failure: where
the database cannot be written now, it is noted later.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    Insert,
    Update,
    and_,
    case,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.db import SignIn, User
from dashboard.db.transaction import is_away, is_full, writing
from dashboard.errors import NotFound
from dashboard.extensions import db

KEEP = timedelta(days=14)  # as long as a cookie lasts that is not used
SEEN_EXACT_TO = timedelta(minutes=5)
MOST_SHOWN = 20
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
        # Of several requests of a browser at once the first one writes.
        is_old = (SignIn.id == found.id, SignIn.seen_at < moment - SEEN_EXACT_TO)
        _write_if_free(update(SignIn).where(*is_old).values(seen_at=moment))
    return user


def note_former(*, user: User, browser: str, known: str) -> str | None:
    """Give a row to a browser that was signed in before there were any.

    Parameters
    ----------
    user : User
        Who is signed in.
    browser : str
        What the browser says of itself.
    known : str
        What the cookie alone holds: several requests at once make one row.

    Returns
    -------
    str or None
        The token; None where the database cannot be written now.
    """
    token = hashlib.sha256(f"{user.id} {known}".encode()).hexdigest()[:32]
    values = {"user_id": user.id, "token": token, "browser": name_browser(browser)}
    try:
        is_written = _write_if_free(insert(SignIn).values(**values))
    except IntegrityError:  # another request was first
        db.session.rollback()
        return token
    return token if is_written else None


def _write_if_free(statement: Update | Insert) -> bool:
    """Write without waiting for others; False where that cannot be done now."""
    try:
        with writing(waits=False) as session:
            session.execute(statement)
    except SQLAlchemyError as problem:
        if not (is_away(problem) or is_full(problem)):
            raise
        db.session.rollback()
        return False
    return True


def list_sign_ins(user: User, this: str | None = None) -> Sequence[SignIn]:
    """List where an account is signed in: that of a token first, then what was seen last.

    Of more than `MOST_SHOWN` those are left out that were not seen for longest.
    """
    is_this = case((SignIn.token == this, 0), else_=1)
    order = (is_this, SignIn.seen_at.desc(), SignIn.id.desc())
    found = select(SignIn).where(*_going(user)).order_by(*order)
    return db.session.scalars(found.limit(MOST_SHOWN)).all()


def count_sign_ins(user: User) -> int:
    """Count where an account is signed in."""
    return db.session.scalar(select(func.count(SignIn.id)).where(*_going(user))) or 0


def _going(user: User) -> tuple[ColumnElement[bool], ...]:
    return SignIn.user_id == user.id, SignIn.seen_at > now() - KEEP


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
