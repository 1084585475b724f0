"""Deliveries: what waits to be sent to webhooks, and how each attempt ended.

At least once: a worker that dies behind the receiver's answer sends again, under the same id.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.chores.service import DELIVER, ChoreClaim, add_chore, end_chore
from dashboard.clock import isoformat, now
from dashboard.db import Delivery, User, Webhook
from dashboard.db.transaction import writing
from dashboard.extensions import db

# How long to wait behind each attempt that fails; after the last one it is given up.
WAITS = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 3600))
MOST_WAITING = 100
# What another attempt would not change.
FINAL = frozenset({"ADDRESS_BAD", "ADDRESS_NOT_ALLOWED", "GONE"})


def add_delivery(session: Session, user_id: int, body: Mapping[str, Any]) -> None:
    """Have something sent to a person's webhook, within the caller's transaction.

    Nothing happens where they have none, or may not sign in; where much waits for it already, that
    is written down and nothing sent.
    """
    webhook = _find_webhook(session, user_id)
    if webhook is None:
        return
    waits = (Delivery.user_id == user_id) & (Delivery.state == "waiting")
    kept = {name: body[name] for name in body if name not in {"text", "path", "failed"}}
    delivery = Delivery(
        user_id=user_id,
        token=secrets.token_hex(16),
        body=kept | {"url": f"{webhook.base_url}{body['path']}", "at": isoformat(now())},
    )
    if (session.scalar(select(func.count()).where(waits)) or 0) >= MOST_WAITING:
        delivery.state, delivery.next_at = "failed", None
        delivery.outcome = f"Not sent: {MOST_WAITING} others wait for the same address"
    session.add(delivery)


def ask_due(moment: datetime) -> int:
    """Ask for a chore for each delivery whose time has come: of a person one after the other."""
    oldest = (
        select(func.min(Delivery.id)).where(Delivery.state == "waiting").group_by(Delivery.user_id)
    )
    due = select(Delivery.id).where(Delivery.id.in_(oldest), Delivery.next_at <= moment)
    if db.session.scalar(due.limit(1)) is None:
        return 0
    with writing() as session:
        found = session.scalars(
            select(Delivery)
            .where(Delivery.id.in_(due), Delivery.next_at.is_not(None))
            .with_for_update(skip_locked=True)
        ).all()
        for delivery in found:
            delivery.next_at = None
            add_chore(session, DELIVER, delivery.id)
    if found:
        queue.wake(queue.LIGHT)
    return len(found)


def read_delivery(delivery_id: int) -> dict[str, Any] | None:
    """Return what is sent: address, body, headers; None when it is not wanted any more."""
    delivery = db.session.get(Delivery, delivery_id)
    webhook = _find_webhook(db.session(), delivery.user_id) if delivery else None
    if delivery is None or webhook is None or delivery.state != "waiting":
        return None
    body = json.dumps({"delivery": delivery.token, **delivery.body})
    signature = hmac.new(webhook.secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Trainyard-Delivery": delivery.token,
        "X-Trainyard-Event": delivery.body["event"],
        "X-Trainyard-Signature": f"sha256={signature}",
    }
    return {"address": webhook.address, "body": body, "headers": headers}


def _find_webhook(session: Session, user_id: int) -> Webhook | None:
    """Return where a person's notifications are sent; None where nothing may be sent to them."""
    of_person = select(Webhook).join(User, User.id == Webhook.user_id)
    return session.scalar(of_person.where(User.id == user_id, User.active))


def finish_delivery(*, claim: ChoreClaim, values: Mapping[str, Any]) -> None:
    """Write how the receiver answered, and end the chore."""
    with writing() as session:
        if end_chore(session, claim):
            _note(session, claim.subject_id, values["outcome"], taken=values["taken"])


def fail_delivery(*, claim: ChoreClaim, failure: Mapping[str, Any]) -> None:
    """Write why the receiver did not get it, and end the chore."""
    with writing() as session:
        if end_chore(session, claim, failure=failure):
            give_up_attempt(session, claim.subject_id, failure)


def give_up_waiting(session: Session, user_id: int, why: str) -> None:
    """Give up what waits for a person's webhook, within the caller's transaction."""
    waits = (Delivery.user_id == user_id) & (Delivery.state == "waiting")
    session.execute(update(Delivery).where(waits).values(state="failed", outcome=why))


def give_up_attempt(session: Session, delivery_id: int, failure: Mapping[str, Any]) -> None:
    """Write why an attempt failed, within the caller's transaction."""
    is_final = failure["code"] in FINAL
    _note(session, delivery_id, failure["message"], taken=False, is_final=is_final)


def _note(
    session: Session, delivery_id: int, outcome: str, *, taken: bool, is_final: bool = False
) -> None:
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state != "waiting":
        return
    delivery.attempts += 1
    delivery.outcome, delivery.tried_at = outcome[:500], now()
    if taken or is_final or delivery.attempts > len(WAITS):
        delivery.state = "sent" if taken else "failed"
    else:
        delivery.next_at = now() + WAITS[delivery.attempts - 1]
