"""Many records, each in a transaction of its own, so that a bad one keeps no other waiting."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from dashboard.db.transaction import is_away

Done = TypeVar("Done")
log = logging.getLogger(__name__)


def one_by_one(ids: Iterable[int], act: Callable[[int], Done], *, failed: str) -> list[Done]:
    """Do something with each record, and log the one that it cannot be done with.

    Parameters
    ----------
    ids : iterable of int
        The records.
    act : callable
        Is called with each id.
    failed : str
        What to log with the traceback of an error, ``%s`` standing for the id.

    Returns
    -------
    list
        What `act` returned, without those that failed.

    Raises
    ------
    SQLAlchemyError
        When the database is away: then none of the others would go better.
    """
    done = []
    for record_id in ids:
        try:
            done.append(act(record_id))
        except Exception as problem:
            if is_away(problem):
                raise
            log.exception(failed, record_id)
    return done
