"""Failed sign-ins are counted in the database, so that the limit holds over all web processes."""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.db import SignInAttempt
from dashboard.db.transaction import writing
from dashboard.errors import RateLimited

WINDOW = timedelta(minutes=15)
# For one account, and for one address (an office may sit behind one address).
MAX_BY_ACCOUNT = 10
MAX_BY_ADDRESS = 50


def count_attempt(email: str, address: str) -> None:
    """Count a sign-in attempt before it is looked at, or refuse it.

    Counting first keeps many requests at once from all being let through.

    Raises
    ------
    RateLimited
        When the account or the address has failed too often within `WINDOW`.
    """
    keys = {_account(email): MAX_BY_ACCOUNT, f"address:{address}": MAX_BY_ADDRESS}
    with writing() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < now() - WINDOW))
        waits = [_seconds_to_wait(session, key, limit) for key, limit in keys.items()]
        if not any(waits):
            session.add_all(SignInAttempt(key=key) for key in keys)
    wait_s = max(waits)
    if wait_s:
        minutes = -(-wait_s // 60)
        raise RateLimited(
            f"Too many sign-ins have failed. Try again in {minutes} min", retry_after_s=wait_s
        )


def forget_attempts(email: str, address: str) -> None:
    """Forget what was counted against an account that has signed in, and this one try."""
    with writing() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.key == _account(email)))
        latest = select(func.max(SignInAttempt.id)).where(
            SignInAttempt.key == f"address:{address}"
        )
        newest = session.scalar(latest)
        session.execute(delete(SignInAttempt).where(SignInAttempt.id == newest))


def _account(email: str) -> str:
    return f"account:{email[:254]}"


def _seconds_to_wait(session: Session, key: str, limit: int) -> int:
    """Return the seconds until the oldest of `limit` attempts leaves the window."""
    times = session.scalars(
        select(SignInAttempt.at)
        .where(SignInAttempt.key == key)
        .order_by(SignInAttempt.at.desc())
        .limit(limit)
    ).all()
    if len(times) < limit:
        return 0
    return max(1, round((times[-1] + WINDOW - now()).total_seconds()))
