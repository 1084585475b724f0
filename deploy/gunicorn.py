"""How gunicorn serves the web: threads, because requests wait for the database and for files."""

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
