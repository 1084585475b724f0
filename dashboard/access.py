"""Who may do what: viewers read, members also make and change their own, admins everything."""

from typing import Protocol

from dashboard.db import User
from dashboard.errors import Forbidden


class Owned(Protocol):
    """Something that belongs to somebody."""

    owner_id: int


def require_member(user: User) -> None:
    """Raise `Forbidden` unless a person may upload and submit."""
    if user.has_role("member"):
        return
    if user.at_most == "viewer" and user.role != "viewer":
        raise Forbidden(
            "This token may do what a viewer may: its scope is read. Make one of scope submit"
        )
    raise Forbidden("Your account may look but not change anything. An admin can change that")


def require_admin(user: User) -> None:
    """Raise `Forbidden` unless a person is an admin."""
    if user.is_admin:
        return
    if user.role == "admin":
        raise Forbidden("Only an admin can do that, and this token's scope is less than admin")
    raise Forbidden("Only an admin can do that")


def may_change(user: User, thing: Owned) -> bool:
    """Tell whether a thing is a person's own to change, or the person is an admin."""
    return user.is_admin or (user.has_role("member") and thing.owner_id == user.id)


def require_owner(user: User, thing: Owned, what: str) -> None:
    """Raise `Forbidden` unless a thing is a person's own, or the person is an admin."""
    require_member(user)
    if may_change(user, thing):
        return
    if user.role == "admin":
        raise Forbidden(f"This {what} belongs to somebody else, and this token's scope is submit")
    raise Forbidden(f"This {what} belongs to somebody else. Its owner or an admin can do that")
