"""Records by the number that stands in an address."""

from typing import TypeVar

from dashboard.errors import NotFound
from dashboard.extensions import Record, db

Found = TypeVar("Found", bound=Record)
LARGEST_ID = 2**63 - 1  # the databases know no larger number, and would fail on one


def find_by_id(record: type[Found], number: int) -> Found | None:
    """Return the record of a number, or None; any whole number may be asked for."""
    return db.session.get(record, number) if 0 < number <= LARGEST_ID else None


def get_by_id(record: type[Found], number: int, missing: str) -> Found:
    """Return the record of a number.

    Parameters
    ----------
    record, number
        As for `find_by_id`.
    missing : str
        What to say when there is none.

    Raises
    ------
    NotFound
        When there is none.
    """
    found = find_by_id(record, number)
    if found is None:
        raise NotFound(missing)
    return found
