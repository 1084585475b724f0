"""Telling: the dispatcher's step that finds what ended and writes down who is told of it.

Each end is written once for each person, whoever finds it and however often: the table allows no
second one. Then it is given out; where much ends at once, several are given out as one.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.db import Notification, User, Wish
from dashboard.db.notification import SEVERAL
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.notifications.deliveries import add_delivery
from dashboard.notifications.ended import OVERLAP, End, Wished, find_chosen, find_wished
from dashboard.notifications.words import describe, describe_several

# A dispatcher that was away tells what ended meanwhile, as long as somebody may care.
LOOK_BACK = timedelta(hours=1)
AT_ONCE, WITHIN = 5, timedelta(minutes=1)
log = logging.getLogger(__name__)


class Teller:
    """Tells people what ended; the dispatcher has one, and calls it about once a second."""

    def __init__(self) -> None:
        self.looked_at: datetime | None = None

    def tell(self, moment: datetime) -> int:
        """Write down what ended since the last look and give it out; return how many ends."""
        since = self.looked_at - OVERLAP if self.looked_at else moment - LOOK_BACK
        wished = find_wished()
        new = _unknown([*wished.ends, *find_chosen(since)], since)
        told = [(end, body) for end in new if (body := describe(end)) is not None]
        waiting = db.session.scalar(select(exists().where(Notification.told_at.is_(None))))
        db.session.rollback()
        if told or waiting or wished.wish_ids:
            self._write(moment, wished, told)
        self.looked_at = moment
        return len(told)

    def _write(
        self, moment: datetime, wished: Wished, told: list[tuple[End, dict[str, object]]]
    ) -> None:
        try:
            with writing() as session:
                session.execute(delete(Wish).where(Wish.id.in_(wished.wish_ids)))
                for end, body in told:
                    session.add(
                        Notification(
                            user_id=end.user_id, kind=end.kind, subject_id=end.subject_id,
                            ended_at=end.ended_at, body=body, created_at=moment,
                        )
                    )  # fmt: skip
                session.flush()
                _give_out(session, moment)
        except IntegrityError:
            log.info("another dispatcher told it at the same moment")


def _unknown(ends: list[End], since: datetime) -> list[End]:
    """Return the ends that nobody was told of yet, each once."""
    if not ends:
        return []
    # What ended after some moment was not written before it, but for a clock that is a bit off.
    before = min(since, *(end.ended_at for end in ends)) - OVERLAP
    of_these = Notification.user_id.in_({end.user_id for end in ends})
    key = (Notification.user_id, Notification.kind, Notification.subject_id, Notification.ended_at)
    written = select(*key).where(of_these, Notification.created_at > before)
    known = {tuple(row) for row in db.session.execute(written)}
    return list({end.key: end for end in ends if end.key not in known}.values())


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
