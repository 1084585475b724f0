"""The Celery app of the workers, and the Task base class that brings the Flask app's context."""

import os
import socket
import threading
from typing import Any

from celery import Task, signals
from flask import Flask

from dashboard import create_app
from dashboard.queue import LIGHT, TRAIN, make_celery
from tasks import child, clocks

flask_app: Flask = create_app()
settings = flask_app.config["SETTINGS"]
celery = make_celery(settings, producer=False)
celery.conf.imports = ("tasks.train", "tasks.chores")
# Set when the process was asked to stop: finish within the grace time, or hand the work back.
draining = threading.Event()


class ContextTask(Task):
    """A task that runs within the Flask app's context."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task."""
        with flask_app.app_context():
            return self.run(*args, **kwargs)


celery.Task = ContextTask


def worker_name() -> str:
    """Return the name that this process goes by on the pages."""
    name = settings.worker_name or f"worker-{os.getpid()}"
    # Machines that share a database may each have a worker-1.
    return name if settings.is_sqlite else f"{socket.gethostname()}/{name}"


def consumed_queue(sender: Any) -> str:
    """Return which of the two queues a Celery worker consumes."""
    return LIGHT if set(sender.app.amqp.queues.consume_from) == {LIGHT} else TRAIN


@signals.worker_init.connect
def start_up(sender: Any, **_: Any) -> None:
    """Compare clocks, wait while drained, warm the forkserver; only then ask for a message."""
    from tasks.drained import wait_while_drained

    with flask_app.app_context():
        clocks.insist_on_agreement(settings)
    if consumed_queue(sender) == TRAIN:
        wait_while_drained(worker_name())
    child.warm_up()


@signals.worker_ready.connect
def begin_to_live(sender: Any, **_: Any) -> None:
    """Write that this worker is there, and go on writing it."""
    from tasks.presence import Presence

    Presence.start(worker_name(), consumed_queue(sender))


@signals.worker_shutting_down.connect
def begin_to_drain(**_: Any) -> None:
    """Let the work in hand know that the process was asked to stop."""
    draining.set()


@signals.worker_shutdown.connect
def stop_to_live(**_: Any) -> None:
    """Write that this worker is gone, once it does nothing beside its other chores."""
    from tasks.presence import Presence
    from tasks.slots import SLOTS

    draining.set()  # nobody asked a worker that ends because its broker is gone
    for slot in SLOTS:
        slot.end(settings.grace_s)
    Presence.stop()
