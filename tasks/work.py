"""What every work of a child begins with: the storage, and a way to tell how far it is."""

import time
from collections.abc import Callable
from typing import Any

from dashboard.storage import Storage, open_storage
from tasks.child import Send

EVERY_S = 0.3
UPLOAD_AGAIN = "Upload the file again"
Report = Callable[[float, str], None]


def storage_of(payload: dict[str, Any]) -> Storage:
    """Open the storage that a payload names."""
    return open_storage(**payload["storage"])


def report_to(send: Send) -> Report:
    """Return a function that sends progress, but not more often than every 0.3 s.

    What it is about, which stands before a comma, is told at once where it changes.
    """
    last, former = 0.0, ""

    def report(fraction: float, message: str) -> None:
        nonlocal last, former
        subject = message.partition(",")[0]
        if subject != former or time.monotonic() - last >= EVERY_S:
            last, former = time.monotonic(), subject
            send({"type": "progress", "fraction": fraction, "message": message})

    return report
