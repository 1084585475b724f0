"""How many jobs there are in each state."""

import time
from collections.abc import Collection

from flask import current_app
from sqlalchemy import func, select

from dashboard.db import Job
from dashboard.extensions import db

# Many jobs take some time to count, and every open page asks. A count of so many is kept for a
# moment; nobody sees the difference.
MANY = 20_000
KEPT_S = 3.0


def count_states(states: Collection[str] | None = None) -> dict[str, int]:
    """Count jobs by state, from an index alone.

    Parameters
    ----------
    states : collection of str, optional
        Which states; all by default.
    """
    kept = current_app.extensions.setdefault("job_counts", {})
    key = None if states is None else frozenset(states)
    known = kept.get(key)
    if known is not None and time.monotonic() < known[0]:
        return dict(known[1])
    found = select(Job.state, func.count()).group_by(Job.state)
    if states is not None:
        found = found.where(Job.state.in_(sorted(states)))
    counts: dict[str, int] = dict(db.session.execute(found).all())
    if sum(counts.values()) >= MANY:
        kept[key] = (time.monotonic() + KEPT_S, counts)
    return dict(counts)
