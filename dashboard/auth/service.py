"""Accounts: sign in, make the first one and others, passwords, roles, disabling.

Links are in `links.py`, API tokens in `tokens.py`, the count of failed sign-ins in `attempts.py`.
"""

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.auth import attempts, links, passwords
from dashboard.auth.queries import find_user, has_accounts, normalise_email
from dashboard.auth.sign_ins import end_all
from dashboard.auth.tokens import user_for_token as user_for_token
from dashboard.db import User
from dashboard.db.transaction import writing
from dashboard.db.user import ROLES
from dashboard.errors import Conflict, NotFound, ValidationFailed
from dashboard.notifications.deliveries import give_up_waiting

MAX_EMAIL = 254
MAX_NAME = 100
WRONG = "Email or password is not right"


def authenticate(*, email: str, password: str, address: str) -> User:
    """Return the account that an email and password open.

    Parameters
    ----------
    email, password : str
        As they were typed.
    address : str
        The network address of the person, to limit attempts.

    Raises
    ------
    RateLimited
        When the account or the address has failed too often; says when to try again.
    ValidationFailed
        With one message for whatever is not right; a disabled account is not told apart.
    """
    email = normalise_email(email)[:MAX_EMAIL]
    attempts.count_attempt(email, address)
    user = find_user(email)
    is_right = passwords.is_right(user.password_hash if user else None, password)
    if user is None or not is_right or not user.active:
        raise ValidationFailed({"email": WRONG})
    attempts.forget_attempts(email, address)
    return user


def create_user(*, email: str, name: str = "", role: str, password: str | None) -> User:
    """Make an account.

    Parameters
    ----------
    email : str
        Kept trimmed and in lower case; at most 254 characters.
    name : str, optional
        At most 100 characters; taken from the email where it is empty.
    role : {"viewer", "member", "admin"}
        What the account may do.
    password : str or None
        10 to 200 characters. None makes an account that only a reset link opens.

    Raises
    ------
    ValidationFailed
        When a field cannot be used, or the email has an account already.
    """
    user = _new_user(email, name, role, password)
    with writing() as session:
        _add(session, user)
    return user


def make_setup_link() -> str | None:
    """Make the token of a one-time link for the first account.

    Returns
    -------
    str or None
        The token for ``/setup/TOKEN``; it ends the one before it. None when there are accounts.
    """
    return None if has_accounts() else links.write_setup_token()


def can_set_up(token: str) -> bool:
    """Tell whether a set-up link may still be used."""
    return not has_accounts() and links.is_setup_token(token)


def create_first_admin(*, token: str, email: str, name: str, password: str) -> User:
    """Make the first account, an admin, and use the set-up link up.

    Raises
    ------
    NotFound
        When the link is not the newest one, or was used.
    ValidationFailed
        When a field cannot be used; the link stays.
    """
    gone = NotFound("This set-up link was used already, or a newer one was printed")
    if not can_set_up(token):
        raise gone
    user = _new_user(email, name, "admin", password)
    with writing() as session:
        _add(session, user)
        if not links.use_up_setup_token():
            raise gone
    return user


def change_password(*, user: User, current: str, new: str) -> User:
    """Change one's own password; every other session of the account ends.

    Raises
    ------
    ValidationFailed
        When the current password is not right, or the new one cannot be used.
    """
    if not passwords.is_right(user.password_hash, current):
        raise ValidationFailed({"current_password": "The current password is not right"})
    return set_password(user=user, password=new, field="new_password")


def set_password(*, user: User, password: str, field: str = "password") -> User:
    """Set an account's password and end all its sessions and reset links.

    Parameters
    ----------
    field : str, default "password"
        The name of the field in the error.

    Raises
    ------
    ValidationFailed
        When the password cannot be used.
    """
    fault = passwords.find_fault(password)
    if fault:
        raise ValidationFailed({field: fault})
    password_hash = passwords.hash_password(password)
    with writing() as session:
        user.password_hash = password_hash
        end_all(session, user)
    return user


def end_sessions(*, user: User) -> User:
    """End all sessions of an account; its reset links end too."""
    with writing() as session:
        end_all(session, user)
    return user


def reset_password(*, token: str, password: str) -> User:
    """Set the password with a one-time link.

    Raises
    ------
    NotFound
        When the link is too old or was used.
    ValidationFailed
        When the password cannot be used; the link stays.
    """
    user = links.find_user_of_reset_token(token)
    if user is None:
        raise NotFound("This link was used already or is too old. Ask an admin for a new one")
    return set_password(user=user, password=password)


def rename_user(*, user: User, name: str) -> User:
    """Change the name that others see.

    Raises
    ------
    ValidationFailed
        When it is empty or longer than 100 characters.
    """
    name = _checked_name(name)
    with writing():
        user.name = name
    return user


def set_role(*, user: User, role: str) -> User:
    """Give an account another role.

    Raises
    ------
    ValidationFailed
        When there is no such role.
    Conflict
        When no active admin would be left.
    """
    if role not in ROLES:
        raise ValidationFailed({"role": f"The role must be one of: {', '.join(ROLES)}"})
    with writing() as session:
        was_admin = user.is_admin
        user.role = role
        if was_admin:
            _keep_an_admin(session)
    return user


def disable_user(*, user: User, by: User | None = None) -> User:
    """Close an account: its sessions end and its tokens stop working. Nothing is deleted.

    What waits for its webhook is given up.

    Parameters
    ----------
    by : User, optional
        Who asks; None stands for the command line.

    Raises
    ------
    Conflict
        When it is one's own account, or no active admin would be left.
    """
    if by is not None and by.id == user.id:
        raise Conflict("You cannot disable your own account. Another admin can")
    with writing() as session:
        user.active = False
        end_all(session, user)
        if user.is_admin:
            _keep_an_admin(session)
        session.flush()  # held before its deliveries are, as by who writes them
        give_up_waiting(session, user.id, "The account was disabled")
    return user


def enable_user(*, user: User) -> User:
    """Open a disabled account again."""
    with writing():
        user.active = True
    return user


def _new_user(email: str, name: str, role: str, password: str | None) -> User:
    email = normalise_email(email)
    faults: dict[str, str] = {}
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email) or len(email) > MAX_EMAIL:
        faults["email"] = "Enter an email address, such as ana@example.org"
    if role not in ROLES:
        faults["role"] = f"The role must be one of: {', '.join(ROLES)}"
    fault = None if password is None else passwords.find_fault(password)
    if fault:
        faults["password"] = fault
    try:
        name = _checked_name(name.strip() or email.partition("@")[0])
    except ValidationFailed as refusal:
        faults |= refusal.fields
    if faults:
        raise ValidationFailed(faults)
    kept = passwords.NO_PASSWORD if password is None else passwords.hash_password(password)
    return User(email=email, name=name, role=role, password_hash=kept)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationFailed({"name": "Enter a name"})
    if len(name) > MAX_NAME:
        raise ValidationFailed({"name": f"The name is too long; {MAX_NAME} characters at most"})
    return name


def _add(session: Session, user: User) -> None:
    if session.scalar(select(User.id).where(User.email == user.email)):
        raise ValidationFailed({"email": f"{user.email} has an account already"})
    session.add(user)
    session.flush()


def _keep_an_admin(session: Session) -> None:
    session.flush()
    is_left = select(func.count()).where(User.role == "admin", User.active.is_(True))
    if not session.scalar(is_left):
        raise Conflict("This is the only admin. Make another account an admin first")
