"""What a worker does that an admin drained: it waits, before it asks the broker for anything.

A worker that takes no job must not consume: it would swallow the hints of the others. So it ends
when its job is over, its supervisor starts it anew, and it waits here until it is resumed.
"""

import logging
import os
import signal
import socket
import threading

from sqlalchemy.exc import SQLAlchemyError

from dashboard.extensions import db
from dashboard.queue import TRAIN
from dashboard.workers import service
from dashboard.workers.queries import is_drained
from tasks.celery_app import flask_app, settings

LOOK_EVERY_S = 2.0
log = logging.getLogger(__name__)


def wait_while_drained(name: str) -> None:
    """Return once a worker may take jobs; at once, unless it was drained.

    Raises
    ------
    SystemExit
        When the process was asked to stop meanwhile.
    """
    stopped = threading.Event()
    asked = (signal.SIGTERM, signal.SIGINT)
    former = {number: signal.signal(number, lambda *_: stopped.set()) for number in asked}
    try:
        with flask_app.app_context():
            _wait(name, stopped)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _wait(name: str, stopped: threading.Event) -> None:
    was_drained = False
    while _look(name, was_drained):
        was_drained = True
        if stopped.wait(min(settings.heartbeat_s, LOOK_EVERY_S)):
            _write(name, "stopped")
            raise SystemExit(0)


def _look(name: str, was_drained: bool) -> bool:
    """Tell whether a worker is drained, and write that it waits; the last answer in an outage."""
    try:
        if not is_drained(name):
            return False
        if not was_drained:
            log.warning("%s is drained; it takes no job until it is resumed", name)
            host, pid = socket.gethostname(), os.getpid()
            service.register_worker(name=name, queue=TRAIN, host=host, pid=pid)
        _write(name, "drained")
    except SQLAlchemyError as problem:
        log.warning("%s cannot read whether it is drained: %s", name, problem)
        return was_drained
    finally:
        db.session.remove()
    return True


def _write(name: str, state: str) -> None:
    service.record_worker(name=name, pid=os.getpid(), state=state)
