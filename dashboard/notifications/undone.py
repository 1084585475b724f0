"""Wishes of ends that are taken back: who was told of one is told of the real end, too."""

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from dashboard.db import Batch, Job, Notification, Wish
from dashboard.db.notification import BATCH, JOB
from dashboard.db.states import ACTIVE
from dashboard.notifications.ended import Wished


def wish_again(session: Session, job: Job) -> None:
    """Have those wish anew who were told of a cancel that is taken back; the job is held.

    A cancelled job is told of only to whoever wished for it. Its batch may have been over with it.
    """
    ended = [and_(_of(JOB, job.id), Notification.ended_at == job.finished_at)]
    if job.batch_id is not None:
        ended.append(and_(_of(BATCH, job.batch_id), Notification.ended_at >= job.finished_at))
    told = select(Notification.user_id, Notification.kind, Notification.subject_id)
    known = exists().where(
        Wish.user_id == Notification.user_id, Wish.kind == Notification.kind,
        Wish.subject_id == Notification.subject_id,
    )  # fmt: skip
    for user_id, kind, subject_id in session.execute(told.where(or_(*ended), ~known).distinct()):
        session.add(Wish(user_id=user_id, kind=kind, subject_id=subject_id))


def _of(kind: str, subject_id: int) -> ColumnElement[bool]:
    return and_(Notification.kind == kind, Notification.subject_id == subject_id)


def forget_wishes(session: Session, wished: Wished) -> None:
    """Delete the wishes that are done with, but those whose end was taken back meanwhile."""
    ids = {kind: [end.subject_id for end in wished.ends if end.kind == kind]
           for kind in (BATCH, JOB)}  # fmt: skip
    # Held in the order in which an undo holds them: it comes before this, or sees what was told.
    records: tuple[tuple[type[Batch | Job], str], ...] = ((Batch, BATCH), (Job, JOB))
    for record, kind in records:
        if ids[kind]:
            held = select(record.id).where(record.id.in_(ids[kind])).order_by(record.id)
            session.execute(held.with_for_update(key_share=True, of=record))
    runs = exists().where(
        Job.state.in_(ACTIVE),
        or_(
            and_(Wish.kind == JOB, Job.id == Wish.subject_id),
            and_(Wish.kind == BATCH, Job.batch_id == Wish.subject_id),
        ),
    )
    session.execute(delete(Wish).where(Wish.id.in_(wished.wish_ids), ~runs))
