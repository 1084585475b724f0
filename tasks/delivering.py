"""The chore that sends a notification to a webhook: its side in the worker, and in the child.

The address is checked anew each time, by the code that fetches files: below an allowed one, the
connection to the number that was checked, no redirect followed.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from dashboard.chores.service import DELIVER, beat
from dashboard.extensions import db
from dashboard.filters import duration
from dashboard.notifications.deliveries import fail_delivery, finish_delivery, read_delivery
from tasks.celery_app import settings
from tasks.chore_kind import ChoreKind

# In all; the receiver may be silent for half of it.
TIME_LIMIT_S = 20.0


class Deliver(ChoreKind):
    """Send one delivery."""

    work = DELIVER
    host = ""

    def payload(self) -> dict[str, Any] | None:
        """Return what is sent, and what the settings allow now."""
        found = read_delivery(self.claim.subject_id)
        db.session.rollback()
        if found is None:
            return None
        self.host = urlsplit(found["address"]).netloc
        allowed = {"prefixes": settings.webhook_prefixes, "inside": settings.webhooks_inside}
        return found | allowed

    def progress(self, fraction: float, message: str) -> bool:
        """Write a heartbeat; how far it is shows nowhere."""
        return beat(claim=self.claim)

    def finish(self, values: dict[str, Any]) -> None:
        """Write how the receiver answered."""
        finish_delivery(claim=self.claim, values=values)

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Write why it did not get there."""
        fail_delivery(claim=self.claim, failure=failure)

    def exceeded(
        self, memory_bytes: Callable[[], int], seconds: float
    ) -> Mapping[str, Any] | None:
        """Say that the receiver takes too long."""
        if seconds <= TIME_LIMIT_S:
            return None
        message = f"{self.host} did not answer within {duration(TIME_LIMIT_S)}"
        return {"code": "ADDRESS_SILENT", "message": message, "hint": ""}
