"""What a child does to send a notification to a webhook."""

from typing import Any

from tasks.child import Send
from tasks.fetching import PHRASES, REDIRECTS, Limits, check_address, request

LIMITS = Limits(max_bytes=0, connect_s=5.0, silent_s=10.0)


def deliver(payload: dict[str, Any], send: Send) -> None:
    """Send a body to an address, and tell how it was answered; what is answered is not read."""
    address = check_address(payload["address"], payload["prefixes"])
    body = payload["body"].encode()
    sending = {"method": "POST", "body": body, "headers": payload["headers"]}
    with request(address, LIMITS, inside=payload["inside"], **sending) as answer:
        status = answer.status
    words = f"{status} {PHRASES.get(status, '')}".rstrip()
    if status in REDIRECTS:
        words += ": a redirect, which is not followed"
    values = {"outcome": f"Answered {words}", "taken": 200 <= status < 300}
    send({"type": "done", "values": values})
