"""An app on a real port of loopback, for what cannot be asked by Flask's own client."""

import contextlib
import threading
from collections.abc import Iterator

from flask import Flask
from werkzeug.serving import make_server

LOOKS_S = 0.02  # how often a server of a test looks whether it is to stop; each test waits for it


@contextlib.contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve an app by threads until the block ends, and give its address."""
    serving = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=serving.serve_forever, args=(LOOKS_S,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}"
    finally:
        serving.shutdown()
        thread.join()
        serving.server_close()
