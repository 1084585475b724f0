"""The chore that checks a request: it is stopped when it takes too long, or too much memory."""

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.chores.service import CHECK
from dashboard.db import Dataset, Preflight
from dashboard.extensions import db
from dashboard.filters import duration, size
from dashboard.jobs.preflight.checks import finish_preflight, record_part
from tasks.celery_app import settings
from tasks.chore_kind import ChoreKind
from tasks.failures import TRY_LESS
from tasks.payload import spec_payload, storage_address

# Somebody waits in front of the form, and others behind with theirs.
TIME_LIMIT_S = 20.0


class CheckRequest(ChoreKind):
    """Hold a request against its data."""

    work = CHECK
    memory_limit = settings.job_memory_bytes
    known: Mapping[str, Any] | None = None

    def payload(self) -> dict[str, Any] | None:
        """Return where the table is, and the request."""
        found = db.session.get(Preflight, self.claim.subject_id)
        if found is None:
            return None
        dataset: Dataset = found.dataset
        self.memory_limit = found.asked["memory_limit_bytes"] or settings.job_memory_bytes
        payload = {
            "storage": storage_address(),
            "table_key": dataset.table_key,
            "dataset": dataset.name,
            "memory_limit_bytes": self.memory_limit,
            "spec": spec_payload(dataset, found.asked),
            "jobs": found.asked.get("jobs", []),
        }
        db.session.rollback()
        return payload

    def take(self, event: Mapping[str, Any]) -> bool:
        """Write what is known by now."""
        self.known = event["answer"]
        return record_part(claim=self.claim, answer=event["answer"])

    def progress(self, fraction: float, message: str) -> bool:
        """Go on: how far it is shows in what is known."""
        return True

    def finish(self, values: dict[str, Any]) -> None:
        """Write the answer."""
        finish_preflight(claim=self.claim, values=values)

    def fail(self, failure: Mapping[str, Any]) -> None:
        """Write why there is no answer."""
        finish_preflight(claim=self.claim, failure=failure)

    def exceeded(
        self, memory_bytes: Callable[[], int], seconds: float
    ) -> Mapping[str, Any] | None:
        """Say that it takes too long, or more memory than the job may have."""
        if seconds > TIME_LIMIT_S:
            at = f"The check was stopped after {duration(TIME_LIMIT_S)}, {self._doing()}"
            return {"code": "TIME_LIMIT", "message": at, "hint": ""}
        if memory_bytes() > self.memory_limit:
            at = f"The check needed more than {size(self.memory_limit)} of memory, {self._doing()}"
            return {"code": "MEM_LIMIT", "message": f"{at}. So would the job", "hint": TRY_LESS}
        return None

    def _doing(self) -> str:
        sample = (self.known or {}).get("sample")
        if not sample:
            return "reading and encoding the table"
        if sample["is_fitted"]:
            return "looking for what makes scores too good, once the fit was over"
        return f"fitting {sample['rows']:,} rows"
