"""Many records, each in a transaction of its own, so that a bad one keeps no other waiting."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from dashboard.db.transaction import is_away

Done = TypeVar("Done")
LOG_AGAIN_S = 600.0
log = logging.getLogger(__name__)
_logged: dict[tuple[str, int], float] = {}


def one_by_one(ids: Iterable[int], act: Callable[[int], Done], *, failed: str) -> list[Done]:
    """Do something with each record, and log the one that it cannot be done with.

    Parameters
    ----------
    ids : iterable of int
        The records.
    act : callable
        Is called with each id.
    failed : str
        What to log with the traceback of an error, ``%s`` standing for the id; at most every ten
        minutes for a record, since it is tried again each second.

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
            _log_now_and_then(failed, record_id)
    return done


def _log_now_and_then(failed: str, record_id: int) -> None:
    moment = time.monotonic()
    for old in [key for key, at in _logged.items() if moment - at > LOG_AGAIN_S]:
        del _logged[old]
    if (failed, record_id) not in _logged:
        _logged[failed, record_id] = moment
        log.exception(failed, record_id)
