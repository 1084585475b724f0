"""Views of the list of jobs that a person saved: filters, sort and columns under a name."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dashboard.db import SavedView, User
from dashboard.db.lookup import get_by_id
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.listing.filtering import FILTER_NAMES

MOST_VIEWS, NAME_LENGTH, QUERY_LENGTH = 100, 100, 4000
PARTS = (*FILTER_NAMES, "sort", "cols", "per", "density")


def clean_query(query: Mapping[str, str]) -> str:
    """Return what a view keeps of an address: no page, and nothing that is empty."""
    return urlencode([(name, query[name]) for name in PARTS if query.get(name)])


def list_views(user: User) -> Sequence[SavedView]:
    """List a person's views by name."""
    found = select(SavedView).where(SavedView.user_id == user.id)
    return db.session.scalars(found.order_by(func.lower(SavedView.name))).all()


def save_view(*, user: User, name: str, query: Mapping[str, str]) -> SavedView:
    """Save a view under a name that the person has none of yet.

    Raises
    ------
    ValidationFailed
        When the name cannot be, or the list's filters are too long.
    Conflict
        When there is one of this name, or there are too many.
    """
    text, address = _clean_name(name), _clean_address(query)
    if len(list_views(user)) >= MOST_VIEWS:
        raise Conflict(f"You have {MOST_VIEWS} views, the most that can be. Delete one first")
    view = SavedView(user_id=user.id, name=text, address=address)
    try:
        with writing() as session:
            session.add(view)
    except IntegrityError:
        raise _taken(text) from None
    return view


def rename_view(*, user: User, view_id: int, name: str) -> SavedView:
    """Give a view another name.

    Raises
    ------
    NotFound, Forbidden
        When it is not there, or somebody else's.
    ValidationFailed, Conflict
        When the name cannot be, or is taken.
    """
    text = _clean_name(name)
    try:
        with writing():
            view = get_view(user=user, view_id=view_id)
            view.name = text
    except IntegrityError:
        raise _taken(text) from None
    return view


def replace_view(*, user: User, view_id: int, query: Mapping[str, str]) -> SavedView:
    """Let a view show another list.

    Raises
    ------
    NotFound, Forbidden
        When it is not there, or somebody else's.
    ValidationFailed
        When the list's filters are too long.
    """
    address = _clean_address(query)
    with writing():
        view = get_view(user=user, view_id=view_id)
        view.address = address
    return view


def delete_view(*, user: User, view_id: int) -> str:
    """Delete a view; return its name."""
    with writing() as session:
        view = get_view(user=user, view_id=view_id)
        name = view.name
        session.delete(view)
    return name


def get_view(*, user: User, view_id: int) -> SavedView:
    """Return a view of a person's own.

    Raises
    ------
    NotFound, Forbidden
        When it is not there, or somebody else's.
    """
    view = get_by_id(SavedView, view_id, "There is no such view. It may have been deleted")
    if view.user_id != user.id:
        raise Forbidden("This view belongs to somebody else")
    return view


def _taken(name: str) -> Conflict:
    return Conflict(f'You have a view "{name}" already. Choose another name, or change that one')


def _clean_name(name: str) -> str:
    text = " ".join(name.split())
    if not 0 < len(text) <= NAME_LENGTH:
        raise ValidationFailed(
            {"name": f"A view's name has 1 to {NAME_LENGTH} characters; this has {len(text)}"}
        )
    return text


def _clean_address(query: Mapping[str, str]) -> str:
    address = clean_query(query)
    if len(address) > QUERY_LENGTH:
        raise ValidationFailed(
            {
                "address": f"A view keeps an address of up to {QUERY_LENGTH:,} characters; this "
                f"list's has {len(address):,}. Search for fewer words, or show fewer columns"
            }
        )
    return address
