"""What a check found, as the form of a new job shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from dashboard.db import Preflight
from dashboard.jobs.changed import say_change
from dashboard.workers.queries import is_light_alive

NAMED = 5


@dataclass(frozen=True)
class PreflightView:
    """A check; without one, why there is none: `errors` has a message for each field."""

    preflight: Preflight | None = None
    has_worker: bool = True
    limit_bytes: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def answer(self) -> Mapping[str, Any]:
        """What is known by now."""
        return (self.preflight.answer if self.preflight else None) or {}

    @property
    def is_going_on(self) -> bool:
        """Whether there is more to come."""
        return self.preflight is not None and self.preflight.state in {"queued", "running"}

    @property
    def doing(self) -> str:
        """What is being done."""
        if self.preflight is None or self.preflight.state == "queued":
            return "Waiting for the worker that does short work"
        sample = self.answer.get("sample")
        if sample and sample["is_fitted"]:
            return "Looking for what makes scores too good"
        return f"Fitting {sample['rows']:,} rows" if sample else "Reading the table"

    @property
    def error(self) -> Mapping[str, Any] | None:
        """Why the job would fail; None where nothing was found."""
        return self.answer.get("error")

    @property
    def is_fine(self) -> bool:
        """Whether a few rows were fitted and nothing was found that would stop the job."""
        is_fitted = bool((self.answer.get("sample") or {}).get("is_fitted"))
        return is_fitted and self.error is None and not self.is_going_on

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """What is worth knowing, each with what would change it, in words."""
        found = self.answer.get("warnings") or ()
        return [(w["message"], _say(w.get("change"))) for w in found]

    @property
    def remedy(self) -> str:
        """What would mend the error, in words."""
        return _say((self.error or {}).get("change"))

    @property
    def rare_classes(self) -> list[Mapping[str, Any]]:
        """The classes with few rows in a fold, the rarest first."""
        classes = self.answer.get("classes") or {}
        rare = (c for c in classes.get("rarest", ()) if c["rows"] < classes["rare_below"])
        return list(rare)[:NAMED]


def _say(change: Mapping[str, Any] | None) -> str:
    return say_change(change) if change else ""


def view_preflight(preflight: Preflight) -> PreflightView:
    """Return a check as the page shows it."""
    limit = preflight.asked.get("memory_limit_bytes")
    return PreflightView(
        preflight,
        has_worker=preflight.state in {"ready", "failed"} or is_light_alive(),
        limit_bytes=limit or current_app.config["SETTINGS"].job_memory_bytes,
    )
