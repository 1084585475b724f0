"""A dataset's columns as its page shows them: distributions in words, what suits as target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.db import Dataset
from dashboard.filters import percent
from dashboard.jobs.requests import suggest_task, unsuitable_target

CHECKS_AT_MOST = 6


@dataclass(frozen=True)
class ColumnView:
    """One row of the columns table."""

    profile: Mapping[str, Any]
    target_of: int
    target_text: str | None
    unsuitable: str | None

    @property
    def counts(self) -> Sequence[int]:
        """The heights of the small chart."""
        found: Sequence[int] = (self.profile.get("histogram") or {}).get("counts") or []
        return found

    @property
    def chart_text(self) -> str:
        """The small chart in words."""
        histogram = self.profile.get("histogram") or {}
        if "labels" in histogram:
            pairs = zip(histogram["labels"], histogram["counts"], strict=False)
            return ", ".join(f"{label}: {count:,}" for label, count in pairs)
        low, high = self.profile.get("min"), self.profile.get("max")
        shown = f"{low:g} to {high:g}" if isinstance(low, int | float) else f"{low} to {high}"
        return f"{shown}: " + ", ".join(f"{count:,}" for count in self.counts)

    @property
    def missing_share(self) -> float:
        """The share of cells that are missing."""
        return float(self.profile["missing"]) / max(
            1, self.profile["missing"] + self.profile["count"]
        )

    @property
    def most_common(self) -> str | None:
        """The most frequent value and its share, for what is no number."""
        top = self.profile.get("top") or []
        if self.profile["kind"] in {"number", "date", "identifier", "constant"} or not top:
            return None
        return f"{top[0]['value'][:40]} {percent(top[0]['count'] / max(1, self.profile['count']))}"


def view_columns(dataset: Dataset, targets: Mapping[str, int], q: str = "") -> list[ColumnView]:
    """Return the columns whose name holds `q`."""
    return [
        ColumnView(
            profile=column,
            target_of=targets.get(column["name"], 0),
            target_text=_target_text(column),
            unsuitable=unsuitable_target(column),
        )
        for column in dataset.columns
        if q.lower() in column["name"].lower()
    ]


def _target_text(column: Mapping[str, Any]) -> str:
    if suggest_task(column) == "regression":
        return "Predict a number"
    return "Predict two classes" if column.get("distinct") == 2 else "Predict classes"


def worth_checking(dataset: Dataset) -> list[Mapping[str, Any]]:
    """Return the warnings that the page shows, the gravest first."""
    order = ("MIXED_TYPES", "CSV_RAGGED", "ENCODING_ASSUMED", "DATE_AMBIGUOUS", "MOSTLY_MISSING")
    warnings = [p for p in dataset.problems if p["severity"] == "warning"]
    grave = {code: n for n, code in enumerate(order)}
    return sorted(warnings, key=lambda p: grave.get(p["code"], 99))[:CHECKS_AT_MOST]
