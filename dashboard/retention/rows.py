"""Rows that nobody needs any more. Each step deletes a bounded number in short transactions.

Nothing here deletes what a person made: jobs, their events, datasets, models and predictions of
files stay until somebody deletes them.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from dashboard.auth.sign_ins import KEEP as KEEP_SIGN_INS
from dashboard.datasets.purging import purge_deleted
from dashboard.datasets.selections import KEEP_DELETED
from dashboard.datasets.upload.discarding import KEEP_UNSAVED, discard_abandoned_uploads
from dashboard.db import (
    BulkAction,
    Chore,
    Delivery,
    IdempotencyKey,
    Notification,
    Prediction,
    Preflight,
    SignIn,
    SignInAttempt,
    Worker,
)
from dashboard.db.transaction import writing
from dashboard.predictions.service import KEEP_WAITING, discard_abandoned_predictions
from dashboard.workers.queries import GONE_AFTER

AT_ONCE = 1000  # rows in one transaction, so that no writer waits for long
ROUNDS = 20
DAY = timedelta(days=1)
KEEP_KEYS = timedelta(days=7)
# An answer to rows of a form or of the API was given in the request that asked for it.
KEEP_ANSWERS = DAY
KEEP_NOTIFICATIONS = timedelta(days=7)
KEEP_ACTIONS = timedelta(days=7)  # done or not: a worker that is away so long does nothing by then


def forget_rows(moment: datetime) -> int:
    """Delete dead workers, sign-in attempts, chores that are over, keys, row predictions, checks,
    notifications and what was sent of them.

    Parameters
    ----------
    moment : datetime
        Now.

    Returns
    -------
    int
        How many rows; the rest waits for the next time.
    """
    old = (
        # A machine that was drained and off for days is drained when it comes back: its row is
        # kept, though nobody is shown it.
        (Worker, (Worker.seen_at < moment - GONE_AFTER, Worker.drain.is_(False))),
        (SignIn, (SignIn.seen_at < moment - KEEP_SIGN_INS,)),
        (SignInAttempt, (SignInAttempt.at < moment - DAY,)),
        (Chore, (Chore.state.in_(("done", "failed")), Chore.finished_at < moment - DAY)),
        (IdempotencyKey, (IdempotencyKey.created_at < moment - KEEP_KEYS,)),
        (Preflight, (Preflight.created_at < moment - KEEP_ANSWERS,)),
        (Delivery, (Delivery.created_at < moment - KEEP_NOTIFICATIONS,)),
        (Notification, (Notification.created_at < moment - KEEP_NOTIFICATIONS,)),
        (BulkAction, (BulkAction.created_at < moment - KEEP_ACTIONS,)),
        (
            Prediction,
            (
                Prediction.kind == "rows",
                Prediction.state.in_(("ready", "failed")),
                Prediction.created_at < moment - KEEP_ANSWERS,
            ),
        ),
    )
    return sum(delete_in_steps(record, *which) for record, which in old)


def delete_in_steps(record: Any, *which: ColumnElement[bool], rounds: int = ROUNDS) -> int:
    """Delete the rows that match, at most `rounds` times `AT_ONCE`.

    Returns
    -------
    int
        How many were deleted; fewer than match when there are more than that.
    """
    deleted = 0
    for _ in range(rounds):
        some = select(record.id).where(*which).limit(AT_ONCE)
        with writing() as session:
            ids = session.scalars(some).all()
            if ids:
                session.execute(delete(record).where(record.id.in_(ids)))
        deleted += len(ids)
        if len(ids) < AT_ONCE:
            break
    return deleted


def forget_abandoned(moment: datetime) -> int:
    """Forget, with their files, uploads that nobody saved, deleted datasets that can no longer be
    taken back, and predictions whose file never came.

    Raises
    ------
    Unavailable
        When the storage does not answer; the rows are gone, the files are found by the next look.
    """
    gone = purge_deleted(before=moment - KEEP_DELETED)
    gone += discard_abandoned_uploads(before=moment - KEEP_UNSAVED)
    return gone + discard_abandoned_predictions(before=moment - KEEP_WAITING)
