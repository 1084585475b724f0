"""What a worker process does as it starts, while it lives and as it ends: Celery's signals."""

from typing import Any

from celery import signals

from dashboard.queue import LIGHT, TRAIN
from tasks import child, clocks
from tasks.celery_app import draining, flask_app, settings, worker_name
from tasks.drained import wait_while_drained
from tasks.presence import Presence
from tasks.slots import SLOTS


def consumed_queue(sender: Any) -> str:
    """Return which of the two queues a Celery worker consumes."""
    return LIGHT if set(sender.app.amqp.queues.consume_from) == {LIGHT} else TRAIN


@signals.worker_init.connect
def start_up(sender: Any, **_: Any) -> None:
    """Compare clocks, wait while drained, warm the forkserver; only then ask for a message."""
    with flask_app.app_context():
        clocks.insist_on_agreement(settings)
    if consumed_queue(sender) == TRAIN:
        wait_while_drained(worker_name())
    child.warm_up()


@signals.worker_ready.connect
def begin_to_live(sender: Any, **_: Any) -> None:
    """Write that this worker is there, and go on writing it."""
    Presence.start(worker_name(), consumed_queue(sender))


@signals.worker_shutting_down.connect
def begin_to_drain(**_: Any) -> None:
    """Let the work in hand know that the process was asked to stop."""
    draining.set()


@signals.worker_shutdown.connect
def stop_to_live(**_: Any) -> None:
    """Write that this worker is gone, once it does nothing beside its other chores."""
    draining.set()  # nobody asked a worker that ends because its broker is gone
    for slot in SLOTS:
        slot.end(settings.grace_s)
    Presence.stop()
