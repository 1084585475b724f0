"""Records by the number that stands in an address."""

from typing import TypeVar

from dashboard.extensions import Record, db

Found = TypeVar("Found", bound=Record)
LARGEST_ID = 2**63 - 1  # the databases know no larger number, and would fail on one


def find_by_id(record: type[Found], number: int) -> Found | None:
    """Return the record of a number, or None; any whole number may be asked for."""
    return db.session.get(record, number) if 0 < number <= LARGEST_ID else None
