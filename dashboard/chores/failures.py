"""Why a chore was given up, as it is shown at what the chore was about."""

from collections.abc import Mapping

CHILD_DIED: Mapping[str, str] = {
    "code": "UNKNOWN",
    "message": "The process that did it died by itself. It may need more memory than there is",
    "hint": "",
}
WORKER_DIED: Mapping[str, str] = {
    "code": "UNKNOWN",
    "message": "The worker that did it died again and again",
    "hint": "It may need more memory than there is",
}
