"""The dispatcher: a small loop that sends hints, and takes back the work of dead workers.

It also lets batches go on whose worker died before it could.

What is forgotten after a while is in `tidying.py`.

It decides from the database alone and each of its steps is a conditional update, so it is safe to
run twice, and to kill at any moment.
"""

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.chores.failures import WORKER_DIED
from dashboard.chores.service import ACT, CHECK, CONVERT, DELIVER, recover_stale_chores
from dashboard.clock import now
from dashboard.config import Settings
from dashboard.datasets.look.relations import fail_relation
from dashboard.datasets.reading import OF_A_FILE, refuse_unread
from dashboard.datasets.version.comparing import fail_difference
from dashboard.db import Chore, Job
from dashboard.db.planning import in_index_order
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.hints import WINDOW, count_hinted
from dashboard.jobs.bulk.many import fail_bulk
from dashboard.jobs.explain.explaining import NAMES as EXPLAINS
from dashboard.jobs.explain.explaining import keep_failure
from dashboard.jobs.preflight.checks import fail_preflight
from dashboard.jobs.running.pausing import find_pause
from dashboard.jobs.running.recovery import recover_stale_jobs
from dashboard.models.conversion import refuse_conversion
from dashboard.models.verification import refuse_unverified
from dashboard.notifications.deliveries import ask_due, give_up_attempt
from dashboard.notifications.telling import Teller
from dashboard.plans.advance import advance_all
from dashboard.predictions.execution import fail_prediction
from dashboard.workers.queries import count_idle
from tasks import tidying
from tasks.clocks import ClockWatch, insist_on_agreement

PAUSE_S = 1.0
LONGEST_PAUSE_S = 5.0
# A hint may have gone to a worker that died before it could read it.
HINT_AGAIN_AFTER = timedelta(seconds=5)
log = logging.getLogger(__name__)
GIVE_UP: dict[str, Callable[[Session, int, Mapping[str, Any]], None]] = {
    **dict.fromkeys(
        OF_A_FILE, lambda session, dataset_id, _why: refuse_unread(session, dataset_id)
    ),
    "verify_model": refuse_unverified,
    CONVERT: refuse_conversion,
    "match_file": fail_prediction,
    "predict": fail_prediction,
    "compare_versions": fail_difference,
    "relate_target": fail_relation,
    CHECK: fail_preflight,
    ACT: fail_bulk,
    DELIVER: give_up_attempt,
}


def send_hints(moment: datetime) -> int:
    """Send hints for jobs and chores that have none on their way.

    Returns
    -------
    int
        How many were sent.
    """
    sent = 0
    for record, name in ((Job, queue.TRAIN), (Chore, queue.LIGHT)):
        if record is Job and find_pause():
            continue
        ids = mark_unhinted(record, name, moment)
        if ids and queue.wake(name, len(ids)):
            sent += len(ids)
        elif ids:
            _unmark(record, ids)
    return sent


def mark_unhinted(record: type[Job] | type[Chore], name: str, moment: datetime) -> list[int]:
    """Mark what is to be hinted at: all that never was, as far as the window has room.

    A hint that was sent long ago is on its way still while every worker is busy. Only while one
    idles was it lost, and only as many are sent again as there are idle workers.
    """
    queued = record.state == "queued"
    never = record.hinted_at.is_(None)
    stale = record.hinted_at < moment - HINT_AGAIN_AFTER
    waiting = select(record.id).where(queued)
    if db.session.scalar(waiting.limit(1)) is None:
        return []
    room = WINDOW - count_hinted(record)
    with writing() as session:
        ids: list[int] = []
        for which, limit in ((never, room), (stale, count_idle(name))):
            if limit > 0:
                in_order = waiting.where(which).order_by(record.hinted_at, record.id)
                chosen = in_order.limit(limit).with_for_update(skip_locked=True)
                with in_index_order(session):
                    ids += session.scalars(chosen).all()
        if ids:
            marking = update(record).where(record.id.in_(ids)).values(hinted_at=moment)
            session.execute(marking)
    return ids


def _unmark(record: type[Job] | type[Chore], ids: list[int]) -> None:
    with writing() as session:
        session.execute(update(record).where(record.id.in_(ids)).values(hinted_at=None))


def recover(settings: Settings, moment: datetime) -> None:
    """Take back the jobs and chores of workers that have not been heard of."""
    before = moment - timedelta(seconds=settings.lost_after_s)
    jobs = recover_stale_jobs(before=before, max_child_deaths=settings.max_attempts)
    if jobs:
        log.warning("jobs taken back because their worker stopped answering: %s", jobs)
    for kind, subject_id in recover_stale_chores(before=before, give_up=give_up):
        log.warning("gave up a chore: %s of %s", kind, subject_id)
        if kind in EXPLAINS:  # in a file, so not in the chore's transaction
            keep_failure(subject_id, kind, WORKER_DIED)


def give_up(session: Session, kind: str, subject_id: int, failure: Mapping[str, Any]) -> None:
    """Write to what a chore was about that nothing comes of it, in the chore's transaction."""
    if kind in GIVE_UP:
        GIVE_UP[kind](session, subject_id, failure)


def run(settings: Settings, stop: threading.Event) -> None:
    """Dispatch until asked to stop; outages are waited out with a bounded back-off.

    A step that fails keeps no other from its work: whatever recovery meets, hints are sent.
    """
    pause, clocks = PAUSE_S, ClockWatch()
    steps = (
        partial(recover, settings),
        lambda _moment: advance_all(),
        send_hints,
        Teller().tell,
        ask_due,
        lambda _moment: clocks.look(),
    )
    while not stop.is_set():
        moment = now()
        answered = [_try(step, moment) for step in steps]
        pause = PAUSE_S if all(answered) else min(pause * 2, LONGEST_PAUSE_S)
        stop.wait(pause)


def _try(step: Callable[[datetime], object], moment: datetime) -> bool:
    """Do a step; False when the database did not answer."""
    try:
        step(moment)
    except SQLAlchemyError as problem:
        log.warning("the database does not answer: %s", (str(problem).splitlines() or [""])[0])
        return False
    except Exception:
        log.exception("a step met an error that nobody foresaw")
    finally:
        with contextlib.suppress(SQLAlchemyError):
            db.session.remove()
    return True


@click.command()
@with_appcontext
def dispatcher() -> None:
    """Send hints, take back the work of dead workers and tidy, until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s dispatcher: %(message)s")
    settings, stop = current_app.config["SETTINGS"], stop_on_signals()
    insist_on_agreement(settings)
    tidying.start(current_app._get_current_object(), settings, stop)  # type: ignore[attr-defined]
    run(settings, stop)


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
