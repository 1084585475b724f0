"""A job's failure as it is stored: one that is not recognised has a reference."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Job

UNKNOWN = "UNKNOWN"


def with_reference(failure: Mapping[str, Any], job: Job) -> dict[str, Any]:
    """Return a failure; one that is not recognised names its job and attempt, as the log does."""
    if failure["code"] != UNKNOWN:
        return dict(failure)
    reference = f"{job.id}-{job.attempt}"
    words = [text for text in (failure.get("hint"), f"Reference {reference}") if text]
    return {**failure, "reference": reference, "hint": ". ".join(words)}


def say_for_log(failure: Mapping[str, Any]) -> str:
    """Return the log's last line about a failure."""
    trace = str(failure.get("traceback") or "").strip()
    reason: str = trace.splitlines()[-1] if trace else failure["message"]
    reference = failure.get("reference")
    return f"{reason} (reference {reference})" if reference else reason
