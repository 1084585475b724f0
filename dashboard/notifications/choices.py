"""What a person wants to be told of: all their jobs or the failures, or single ones as a wish."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.db import Batch, Job, NotifyChoice, User, Webhook, Wish
from dashboard.db.lookup import get_by_id
from dashboard.db.notification import ALL, BATCH, FAILURES, NOTHING
from dashboard.db.states import TERMINAL
from dashboard.db.transaction import writing
from dashboard.errors import ValidationFailed
from dashboard.extensions import db
from dashboard.notifications.ended import find_over

WHAT = (NOTHING, FAILURES, ALL)
MAX_MINUTES = 10_000


@dataclass(frozen=True)
class Wishing:
    """Whether a person wishes to be told, and whether a webhook would do it without a browser."""

    is_wished: bool
    has_webhook: bool


def read_choice(user: User) -> NotifyChoice:
    """Return what a person chose; nothing, if they never did."""
    found = db.session.get(NotifyChoice, user.id)
    return found or NotifyChoice(user_id=user.id, what=NOTHING, min_minutes=0)


def change_choice(*, user: User, what: str, min_minutes: str) -> None:
    """Keep what a person chose. Of what ended before they are not told.

    Parameters
    ----------
    user : User
        Who.
    what : {"nothing", "failures", "all"}
        Which of their jobs and batches.
    min_minutes : str
        Only those that took longer, as typed; empty for all.

    Raises
    ------
    ValidationFailed
        When there is no such choice, or no such number of minutes.
    """
    faults = {}
    if what not in WHAT:
        faults["what"] = "Choose what you are told of"
    text = min_minutes.strip() or "0"
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    if not is_number or int(text) > MAX_MINUTES:
        faults["min_minutes"] = (
            f'"{text[:40]}" is no whole number of minutes from 0 to {MAX_MINUTES:,}'
        )
    if faults:
        raise ValidationFailed(faults)
    with writing() as session:
        hold_person(session, user)
        choice = NotifyChoice(user_id=user.id, what=what, min_minutes=int(text), changed_at=now())
        session.merge(choice)


def wish(*, user: User, kind: str, subject_id: int, wanted: bool) -> None:
    """Have a person told when one job or batch is over, or not any more.

    Of one that is over already nothing is told, and nothing is kept.

    Parameters
    ----------
    user : User
        Who.
    kind : {"job", "batch"}
        Of what `subject_id` is the number.
    wanted : bool
        Whether they want to be told.

    Raises
    ------
    NotFound
        When there is none.
    """
    mine = _wish_of(user, kind, subject_id)
    with writing() as session:
        missing = f"There is no {kind} #{subject_id}"
        if kind == BATCH:
            is_over = get_by_id(Batch, subject_id, missing).id in find_over([subject_id])
        else:
            is_over = get_by_id(Job, subject_id, missing).state in TERMINAL
        hold_person(session, user)
        if not wanted:
            session.execute(delete(Wish).where(*mine))
        elif session.scalar(select(Wish.id).where(*mine)) is None and not is_over:
            session.add(Wish(user_id=user.id, kind=kind, subject_id=subject_id))


def hold_person(session: Session, user: User) -> None:
    """Lock a person, so that what they change in two tabs, and what they are told, waits."""
    session.scalar(select(User.id).where(User.id == user.id).with_for_update())


def has_wish(user: User, kind: str, subject_id: int) -> bool:
    """Tell whether a person wants to be told when a job or batch is over."""
    return bool(db.session.scalar(select(exists().where(*_wish_of(user, kind, subject_id)))))


def read_wishing(user: User, kind: str, subject_id: int) -> Wishing:
    """Return what the button "Notify me" of a job or batch shows a person."""
    has_webhook = exists().where(Webhook.user_id == user.id)
    found = select(exists().where(*_wish_of(user, kind, subject_id)), has_webhook)
    return Wishing(*db.session.execute(found).one())


def _wish_of(user: User, kind: str, subject_id: int) -> tuple[ColumnElement[bool], ...]:
    return Wish.kind == kind, Wish.subject_id == subject_id, Wish.user_id == user.id
