"""What a check found, as the form of a new job shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flask import current_app

from dashboard.db import Preflight
from dashboard.filters import plural
from dashboard.jobs.changing.changed import FAILURE, say_change
from dashboard.jobs.form.change import may_apply
from dashboard.workers.queries import is_light_alive

NAMED = 5


class Told(NamedTuple):
    """What was found: its number, in words, what would help, and whether the form can do it."""

    of: str
    message: str
    change: str
    may_apply: bool


@dataclass(frozen=True)
class PreflightView:
    """A check; without one, why there is none: `errors` has a message for each field."""

    preflight: Preflight | None = None
    has_worker: bool = True
    limit_bytes: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    tries_several: bool = False

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
            return "Waiting for the worker that checks jobs"
        sample = self.answer.get("sample")
        if sample and sample["is_fitted"]:
            return "Looking for leakage: what would make scores too good"
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
    def warnings(self) -> list[Told]:
        """What is worth knowing, each with what would change it."""
        found = self.answer.get("warnings") or ()
        return [self._tell(str(n), warning) for n, warning in enumerate(found)]

    @property
    def remedy(self) -> Told | None:
        """The error, with what would mend it; None where there is none."""
        return self._tell(FAILURE, self.error) if self.error else None

    def _tell(self, of: str, found: Mapping[str, Any]) -> Told:
        change = found.get("change") or {}
        may = not self.is_going_on and may_apply(change, tries_several=self.tries_several)
        return Told(of, found["message"], say_change(change) if change else "", may)

    @property
    def checked(self) -> str:
        """Which of several jobs were fitted; empty for a single one."""
        asked, n_jobs = self.preflight, self.preflight.n_jobs if self.preflight else 1
        if asked is None or n_jobs < 2:
            return ""
        known, jobs = self.answer.get("candidates"), asked.asked.get("jobs") or ()
        if not jobs:
            return f"of the first of {plural(n_jobs, 'job')}"
        return f"of {known['fitted'] if known else len(jobs)} of {plural(n_jobs, 'job')}"

    @property
    def rare_classes(self) -> list[Mapping[str, Any]]:
        """The classes with few rows in a fold, the rarest first."""
        classes = self.answer.get("classes") or {}
        rare = (c for c in classes.get("rarest", ()) if c["rows"] < classes["rare_below"])
        return list(rare)[:NAMED]


def view_preflight(preflight: Preflight) -> PreflightView:
    """Return a check as the page shows it."""
    limit = preflight.asked.get("memory_limit_bytes")
    return PreflightView(
        preflight,
        has_worker=preflight.state in {"ready", "failed"} or is_light_alive(),
        limit_bytes=limit or current_app.config["SETTINGS"].job_memory_bytes,
        tries_several=len({job["estimator"] for job in preflight.asked.get("jobs", ())}) > 1,
    )
