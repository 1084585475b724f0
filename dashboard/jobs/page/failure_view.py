"""What the page shows of a failure beside its words: sample rows, and its place in the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from dashboard.datasets.look.row_views import PREFIX
from dashboard.db import Job, LogLine

VALUE_CHARS = 100  # the engine cuts a longer one
# Columns whose cells are compared as text, so that any cell can be looked for.
AS_TEXT = frozenset({"text", "category", "identifier", "constant"})


@dataclass(frozen=True)
class Sample:
    """A cell that is at fault: its first line, how many are like it, and where these are shown."""

    line: int
    value: str
    count: int
    line_url: str
    same_url: str | None


@dataclass(frozen=True)
class FailureView:
    """What the page shows beside a failure's words.

    `n_rows` are at fault, `all_url` shows them where an address can ask for them; `column_url`
    shows the column. `error_line` is that of the log's last error.
    """

    samples: Sequence[Sample] = ()
    column: str = ""
    n_rows: int = 0
    all_url: str | None = None
    column_url: str | None = None
    error_line: int | None = None
    traceback_lines: int = 0


def view_failure(job: Job, lines: Sequence[LogLine]) -> FailureView:
    """Return what is shown of a job's failure; `lines` are those of its log that are shown."""
    failure = job.failure or {}
    trace = str(failure.get("traceback") or "").strip()
    errors = [line.n for line in lines if line.level == "error"] if failure else []
    return FailureView(
        **_at_fault(job, failure.get("details") or {}),
        error_line=errors[-1] if errors else None,
        traceback_lines=len(trace.splitlines()),
    )


def _at_fault(job: Job, details: Mapping[str, Any]) -> dict[str, Any]:
    column, samples = details.get("column"), details.get("samples")
    if not column or not samples:
        return {}
    kinds = {one["name"]: one["kind"] for one in job.dataset.columns}
    is_text = kinds.get(column) in AS_TEXT

    def rows(**asked: Any) -> str:
        return url_for("look.rows", dataset_id=job.dataset_id, **asked)

    def same(value: str) -> str | None:
        is_whole = len(value) < VALUE_CHARS
        return rows(**{f"{PREFIX}{column}.eq": value}) if is_text and is_whole else None

    operator, text = details.get("condition") or (None, None)
    all_url = rows(**{f"{PREFIX}{column}.{operator}": text}) if operator else None
    if all_url is None and len(samples) == 1:
        all_url = same(samples[0]["value"])
    opened = {"open": column, "_anchor": "column-details"}
    return {
        "samples": [
            Sample(one["line"], str(one["value"]), one["count"], rows(line=one["line"]),
                   same(str(one["value"])) if one["count"] > 1 else None)
            for one in samples
        ],
        "column": column,
        "n_rows": details["count"],
        "all_url": all_url,
        "column_url": url_for("look.detail", dataset_id=job.dataset_id, **opened),
    }  # fmt: skip
