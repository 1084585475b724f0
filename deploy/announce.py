"""Say that Trainyard is ready, once it is, and how the first account is made."""

import json
import os
import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 120


def is_ready(address: str) -> bool:
    """Ask the web server whether database and storage answer."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310
            return bool(json.load(answer)["ready"])
    except (OSError, ValueError, urllib.error.URLError):
        return False


def find_address() -> str:
    """Return where a browser on this machine finds the web server."""
    host, port = os.environ["HOST"], os.environ["PORT"]  # noqa: TID251 - as deploy.run set them
    host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared only
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def make_token() -> str | None:
    """Return the token of the set-up link; None once there is an account.

    The app is imported as late as here, so that it takes nothing from the start of the rest.
    """
    from dashboard import create_app
    from dashboard.auth.service import make_setup_link

    with create_app().app_context():
        return make_setup_link()


def say_ready(address: str, token: str | None) -> str:
    """Return all that is said at once: the address, and the set-up link where there is one."""
    words = f"\nTrainyard is ready at {address}\n"
    if token:
        words += f"Make the first account here, once: {address}/setup/{token}\n"
    return f"{words}Ctrl-C stops it.\n\n"


def main() -> None:
    """Wait, then print."""
    address = find_address()
    give_up = time.monotonic() + PATIENCE_S
    while not is_ready(address):
        if time.monotonic() > give_up:
            sys.stdout.write(f"Trainyard does not answer at {address} yet\n")
            return
        time.sleep(0.1)
    token = None
    try:
        token = make_token()  # before a word: on a busy machine it comes long after
    except Exception as problem:
        sys.stdout.write(f"The set-up link cannot be made: {problem}. Start anew to have it\n")
    sys.stdout.write(say_ready(address, token))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
