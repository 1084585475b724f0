"""How gunicorn serves the web: threads, because requests wait for the database and for files."""

import gc
import os

bind = f"{os.environ['HOST']}:{os.environ['PORT']}"  # noqa: TID251 - gunicorn's own settings
workers = 2
threads = 8
# Imported once, before the processes part: a quicker start. Nothing is connected by an import.
preload_app = True
worker_class = "gthread"
# A slow upload may take long; a thread that works still lets the arbiter know it lives.
timeout = 120
graceful_timeout = 4
keepalive = 5
loglevel = "warning"
control_socket_disable = True


def pre_fork(_server: object, _worker: object) -> None:
    """Leave what was imported out of the search for garbage, which took up to 0.1 s of a page."""
    gc.freeze()
