"""Whether this machine's clock agrees with the database's, and so with the other machines'.

A worker writes its signs of life by its own clock and the dispatcher reads them by its own: a
machine that is `LOST_AFTER_S` behind would lose each of its jobs as soon as it has begun it.
"""

import logging
import time

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from dashboard.clock import now
from dashboard.config import Settings
from dashboard.extensions import db

LOOK_EVERY_S = 300.0
TOLERATED_S = 2.0
# Of LOST_AFTER_S. The database's clock is only the go-between: two machines that each differ by
# less from it differ by less than two thirds from each other.
REFUSED_SHARE = 1 / 3
log = logging.getLogger(__name__)


def measure_difference() -> float:
    """Return for certain how many seconds this clock is ahead of the database's.

    Negative when it is behind; 0 where the answer may have taken as long as they differ, and for
    SQLite, whose clock is this one.
    """
    if db.engine.dialect.name != "postgresql":
        return 0.0
    try:
        db.session.connection()  # so that connecting does not count
        before = now()
        theirs = db.session.execute(select(func.clock_timestamp())).scalar_one()
        after = now()
    finally:
        db.session.rollback()
    return max(0.0, (before - theirs).total_seconds()) - max(0.0, (theirs - after).total_seconds())


def insist_on_agreement(settings: Settings) -> None:
    """End this process when its clock is so wrong that jobs would be taken from those who work.

    Its supervisor starts it again, so it goes on by itself once the clock is right. A database
    that does not answer is no reason to end.

    Raises
    ------
    SystemExit
        When the difference is more than a third of `LOST_AFTER_S`.
    """
    try:
        ahead_s = measure_difference()
    except SQLAlchemyError as problem:
        log.warning("the clocks could not be compared: %s", str(problem).splitlines()[0])
        return
    if abs(ahead_s) > settings.lost_after_s * REFUSED_SHARE:
        log.error("%s. Set it (NTP) and start again", describe(ahead_s))
        raise SystemExit(1)


def describe(ahead_s: float) -> str:
    """Say how this machine's clock differs from the database's."""
    way = "ahead of" if ahead_s > 0 else "behind"
    return f"The clock of this machine is {abs(ahead_s):.1f} s {way} the database's"


class ClockWatch:
    """Compares the clocks every few minutes; to be asked as often as one likes."""

    def __init__(self) -> None:
        self.looked: float | None = None

    def look(self) -> None:
        """Compare if it is time to, and say so in the log when they differ."""
        if self.looked is not None and time.monotonic() - self.looked < LOOK_EVERY_S:
            return
        ahead_s = measure_difference()
        self.looked = time.monotonic()
        if abs(ahead_s) > TOLERATED_S:
            log.error("%s. Jobs are taken for lost by these clocks", describe(ahead_s))
