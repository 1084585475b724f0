"""Telling: the dispatcher's step that finds what ended and writes down who is told of it.

Each end is written once for each person, whoever finds it and however often: the table allows no
second one. Then it is given out; where much ends at once, several are given out as one.
"""

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.db import Notification, User
from dashboard.db.notification import BATCH, JOB, SEVERAL
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.notifications.deliveries import add_delivery
from dashboard.notifications.ended import OVERLAP, End, Wished, find_chosen, find_wished
from dashboard.notifications.undone import forget_wishes
from dashboard.notifications.words import describe_all, describe_several

# A dispatcher that was away tells what ended meanwhile, as long as somebody may care.
LOOK_BACK = timedelta(hours=1)
# Of one look, so that the dispatcher's other steps need not wait for long.
AT_MOST = 500
AT_ONCE, WITHIN = 5, timedelta(minutes=1)
KEY = (
    Notification.user_id, Notification.kind, Notification.subject_id, Notification.ended_at,
)  # fmt: skip
log = logging.getLogger(__name__)


class Teller:
    """Tells people what ended; the dispatcher has one, and calls it about once a second."""

    def __init__(self) -> None:
        self.looked_at: datetime | None = None

    def tell(self, moment: datetime) -> int:
        """Write down what ended since the last look and give it out; return how many ends."""
        since = self.looked_at - OVERLAP if self.looked_at else moment - LOOK_BACK
        wished = find_wished()
        new = _unknown([*wished.ends, *find_chosen(since)])
        now_told = new[: max(AT_MOST, len(wished.ends))]
        told = describe_all(now_told)
        waiting = db.session.scalar(select(exists().where(Notification.told_at.is_(None))))
        db.session.rollback()
        if told or waiting or wished.wish_ids:
            self._write(moment, wished, told)
        if len(now_told) == len(new):  # else the rest is found by the next look
            self.looked_at = moment
        return len(told)

    def _write(
        self, moment: datetime, wished: Wished, told: list[tuple[End, dict[str, Any]]]
    ) -> None:
        try:
            with writing() as session:
                forget_wishes(session, wished)
                if told:
                    session.execute(insert(Notification), [_row(*one, moment) for one in told])
                _give_out(session, moment)
        except IntegrityError:
            log.info("another dispatcher told it at the same moment")


def _row(end: End, body: dict[str, Any], moment: datetime) -> dict[str, Any]:
    return {
        "user_id": end.user_id, "kind": end.kind, "subject_id": end.subject_id,
        "ended_at": end.ended_at, "body": body, "created_at": moment,
    }  # fmt: skip


def _unknown(ends: list[End]) -> list[End]:
    """Return the ends that nobody was told of yet, each once.

    They are looked up by what makes each the only one, not by when they were told: the clocks of
    workers may be off. A batch that seems to have ended earlier than was told lost its last job.
    """
    known: dict[tuple[int, str, int], set[datetime]] = defaultdict(set)
    for first in range(0, len(ends), AT_MOST):
        some = ends[first : first + AT_MOST]
        ids = {end.subject_id for end in some}
        of_these = Notification.user_id.in_({end.user_id for end in some})
        written = select(*KEY).where(
            of_these, Notification.kind.in_((JOB, BATCH)), Notification.subject_id.in_(ids)
        )
        for user_id, kind, subject_id, at in db.session.execute(written):
            known[user_id, kind, subject_id].add(at)
    return list({end.key: end for end in ends if not _is_known(end, known[end.key[:3]])}.values())


def _is_known(end: End, told: set[datetime]) -> bool:
    return end.ended_at in told or (end.kind == BATCH and any(at > end.ended_at for at in told))


def _give_out(session: Session, moment: datetime) -> None:
    """Give out what waits. Where a person is told much, the rest of a minute comes as one."""
    waits = Notification.told_at.is_(None)
    for user_id in sorted(session.scalars(select(Notification.user_id).where(waits).distinct())):
        person = session.get_one(User, user_id, with_for_update=True)
        mine = Notification.user_id == user_id
        recent = session.scalar(
            select(func.count()).where(
                mine, Notification.number.is_not(None), Notification.told_at > moment - WITHIN
            )
        )
        room = AT_ONCE - (recent or 0)
        if room <= 0:
            continue
        some = session.scalars(select(Notification).where(mine, waits).order_by(Notification.id))
        waiting = list(some)
        if len(waiting) > room:
            together = _put_together(waiting, moment)
            session.add(together)
            waiting = [together]
        for one in waiting:
            person.last_notification += 1
            one.number, one.told_at = person.last_notification, moment
            add_delivery(session, user_id, one.body)


def _put_together(waiting: list[Notification], moment: datetime) -> Notification:
    """Return one notification in the place of several, which keep no number of their own."""
    for one in waiting:
        one.told_at = moment
    first = waiting[0]
    return Notification(
        user_id=first.user_id, kind=SEVERAL, subject_id=first.id,
        ended_at=max(one.ended_at for one in waiting), created_at=moment,
        body=describe_several([one.body for one in waiting]),
    )  # fmt: skip
