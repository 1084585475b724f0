"""A person's webhook: where it leads, the secret that deliveries are signed with, a test."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select

from dashboard.address_rules import BadAddressError, is_allowed, parse_address
from dashboard.clock import now
from dashboard.db import Delivery, User, Webhook
from dashboard.db.transaction import writing
from dashboard.errors import NotFound, ValidationFailed
from dashboard.extensions import db
from dashboard.notifications.choices import hold_person
from dashboard.notifications.deliveries import add_delivery, give_up_waiting

MARK = "tyhook_"
SHOWN = 10
TESTS, WITHIN = 5, timedelta(minutes=1)
REMOVED = "The webhook was removed"


def find_webhook(user: User) -> Webhook | None:
    """Return a person's webhook, if they have one."""
    return db.session.get(Webhook, user.id)


def find_host(user: User) -> str | None:
    """Return the host of a person's webhook: the rest of its address may hold secrets."""
    found = find_webhook(user)
    return urlsplit(found.address).hostname if found else None


def list_deliveries(user: User) -> Sequence[Delivery]:
    """Return what was sent to a person's webhook lately, the newest first."""
    mine = select(Delivery).where(Delivery.user_id == user.id)
    return db.session.scalars(mine.order_by(Delivery.id.desc()).limit(SHOWN)).all()


def set_webhook(*, user: User, address: str, base_url: str, prefixes: Sequence[str]) -> str | None:
    """Keep where a person's notifications are sent.

    Parameters
    ----------
    user : User
        Whose.
    address : str
        Of https, below one of `prefixes`.
    base_url : str
        What links in a delivery begin with.
    prefixes : sequence of str
        What the server's settings allow.

    Returns
    -------
    str or None
        The secret, when one was made: the only time that it is shown.

    Raises
    ------
    ValidationFailed
        When it is no address, or not allowed.
    """
    try:
        found = parse_address(address)
    except BadAddressError as problem:
        raise ValidationFailed({"address": str(problem)}) from None
    if not is_allowed(found, prefixes):
        message = f"{found.place} is not below an address that an admin allowed"
        raise ValidationFailed({"address": message})
    with writing() as session:
        hold_person(session, user)
        former = session.get(Webhook, user.id)
        if former is not None:
            former.address, former.base_url = found.text, base_url[:300]
            return None
        secret = _make_secret()
        session.add(
            Webhook(user_id=user.id, address=found.text, secret=secret, base_url=base_url[:300])
        )
    return secret


def renew_secret(user: User) -> str:
    """Make another secret, which holds from the next attempt on, and return it."""
    with writing() as session:
        webhook = _get(session.get(Webhook, user.id))
        webhook.secret = _make_secret()
        return webhook.secret


def remove_webhook(user: User) -> None:
    """Send nothing more; what waits is given up, and so is what is being told just now."""
    with writing() as session:
        hold_person(session, user)
        webhook = session.get(Webhook, user.id)
        if webhook is not None:
            session.delete(webhook)
        give_up_waiting(session, user.id, REMOVED)


def send_test(user: User) -> None:
    """Send something that says that it is a test.

    Raises
    ------
    NotFound
        When there is no webhook.
    ValidationFailed
        When several were sent within a minute.
    """
    with writing() as session:
        _get(session.get(Webhook, user.id, with_for_update=True))
        recent = (Delivery.user_id == user.id) & (Delivery.created_at > now() - WITHIN)
        if (session.scalar(select(func.count()).where(recent)) or 0) >= TESTS:
            words = f"{TESTS} were sent within a minute. Wait a little, then try again"
            raise ValidationFailed({"address": words})
        body = {"event": "test", "title": "Trainyard reaches you", "name": "", "path": "/"}
        add_delivery(session, user.id, body)


def _get(webhook: Webhook | None) -> Webhook:
    if webhook is None:
        raise NotFound("There is no webhook any more. Enter its address first")
    return webhook


def _make_secret() -> str:
    return MARK + secrets.token_urlsafe(32)
