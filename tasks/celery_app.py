"""The Celery app of the workers, and the Task base class that brings the Flask app's context."""

import os
import socket
import threading
from typing import Any

from celery import Task
from flask import Flask

from dashboard import create_app
from dashboard.queue import make_celery

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
