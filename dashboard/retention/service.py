"""Who looks through the storage, how often, and writing down what was found."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from dashboard.clock import now
from dashboard.db import FileLook, FileProblem
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.retention.asking import ASKED, THE_LOOK
from dashboard.retention.look import Findings

LOOK_EVERY = timedelta(hours=1)
ASKED_EVERY = timedelta(minutes=10)
DEAD_AFTER = timedelta(minutes=10)


def begin_look(moment: datetime) -> bool:
    """Take on the next look, if one is due and nobody else looks.

    Parameters
    ----------
    moment : datetime
        Now.

    Returns
    -------
    bool
        Whether the caller is to look, and to call `go_on` at least every few minutes.
    """
    look = db.session.get(FileLook, THE_LOOK, populate_existing=True)
    if look is not None and not _is_due(look, moment):
        return False
    try:
        with writing() as session:
            look = session.get(FileLook, THE_LOOK, with_for_update=True, populate_existing=True)
            if look is None:
                session.add(FileLook(id=THE_LOOK, started_at=moment, seen_at=moment))
                return True
            if not _is_due(look, moment):
                return False
            look.started_at, look.seen_at, look.finished_at = moment, moment, None
            look.found = {name: what for name, what in look.found.items() if name != ASKED}
            return True
    except IntegrityError:  # two began the first look at the same moment
        return False


def _is_due(look: FileLook, moment: datetime) -> bool:
    return next_look(look) < moment


def next_look(look: FileLook) -> datetime:
    """Return when the next look is due; while one goes on, when it counts as dead."""
    if look.finished_at is None:
        return look.seen_at + DEAD_AFTER
    return look.finished_at + (ASKED_EVERY if look.found.get(ASKED) else LOOK_EVERY)


def go_on(moment: datetime) -> None:
    """Write that the look goes on."""
    with writing() as session:
        session.execute(update(FileLook).where(FileLook.id == THE_LOOK).values(seen_at=moment))


def end_look(findings: Findings) -> None:
    """Write what a look found: problems that are no more go, those that stay keep their time."""
    with writing() as session:
        known = set(session.scalars(select(FileProblem.key)))
        gone = list(known - set(findings.problems))
        for start in range(0, len(gone), 500):
            some = gone[start : start + 500]
            session.execute(delete(FileProblem).where(FileProblem.key.in_(some)))
        for key, (kind, size_bytes) in findings.problems.items():
            values = {"kind": kind, "size_bytes": size_bytes}
            if key in known:
                session.execute(update(FileProblem).where(FileProblem.key == key).values(**values))
            else:
                session.add(FileProblem(key=key, **values))
        look = session.get_one(FileLook, THE_LOOK, with_for_update=True, populate_existing=True)
        # Asked for meanwhile: what was deleted may have been counted before.
        asked = {ASKED: True} if look.found.get(ASKED) else {}
        look.found = findings.as_dict() | asked
        look.finished_at = look.seen_at = now()
