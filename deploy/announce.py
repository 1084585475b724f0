"""Say that Trainyard is ready, once it is, and how the first account is made."""

import json
import sys
import time
import urllib.error
import urllib.request

from dashboard import create_app
from dashboard.auth.service import make_setup_link

PATIENCE_S = 120


def is_ready(address: str) -> bool:
    """Ask the web server whether database and storage answer."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310
            return bool(json.load(answer)["ready"])
    except (OSError, ValueError, urllib.error.URLError):
        return False


def main() -> None:
    """Wait, then print."""
    app = create_app()
    settings = app.config["SETTINGS"]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    host = "127.0.0.1" if host in {"0.0.0.0", "[::]"} else host  # noqa: S104 - compared only
    address = f"http://{host}:{settings.port}"
    give_up = time.monotonic() + PATIENCE_S
    while not is_ready(address):
        if time.monotonic() > give_up:
            sys.stdout.write(f"Trainyard does not answer at {address} yet\n")
            return
        time.sleep(0.1)
    sys.stdout.write(f"\nTrainyard is ready at {address}\n")
    with app.app_context():
        token = make_setup_link()
    if token:
        sys.stdout.write(f"Make the first account here, once: {address}/setup/{token}\n")
    sys.stdout.write("Ctrl-C stops it.\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
