"""A dataset's columns as its page shows them: distributions in words, what suits as target."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.datasets.look.distributions import Distribution, distribution_of
from dashboard.datasets.look.relation_views import RelationView
from dashboard.filters import percent
from dashboard.jobs.asking.requests import say_too_many, unsuitable_target
from dashboard.jobs.asking.task_guess import suggest_task
from dashboard.jobs.asking.validation import say_too_few_by_default

KINDS = ("number", "category", "text", "date", "boolean", "identifier", "constant")
# What has its own columns for that in the table, or nothing that is common.
WITHOUT_COMMON = {"number", "date", "identifier", "constant"}


@dataclass(frozen=True)
class ColumnView:
    """One row of the columns table.

    Parameters
    ----------
    profile : Mapping
        The compact profile.
    target_of : int
        How many jobs predict it.
    target_text, unsuitable : str or None
        What may be done with it as a target; why not.
    position : int
        Its place in the file, from 0.
    details : Mapping
        From the profile file; empty where there is none.
    relation : RelationView or None
        How it relates to the chosen target.
    """

    profile: Mapping[str, Any]
    target_of: int
    target_text: str | None
    unsuitable: str | None
    position: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
    relation: RelationView | None = None

    @property
    def name(self) -> str:
        """The column's name."""
        return str(self.profile["name"])

    @property
    def small(self) -> Distribution:
        """The small chart."""
        return distribution_of(
            self.profile, self.details.get("small") or self.profile.get("histogram")
        )

    @property
    def is_about(self) -> bool:
        """Whether its details were made from a part of the rows."""
        return bool(self.details.get("about"))

    @property
    def missing_share(self) -> float:
        """The share of cells that are missing."""
        return float(self.profile["missing"]) / max(
            1, self.profile["missing"] + self.profile["count"]
        )

    @property
    def most_common(self) -> tuple[str, str] | None:
        """The most frequent value and its share in words, for what is no number."""
        top = self.profile.get("top") or []
        if self.profile["kind"] in WITHOUT_COMMON or not top:
            return None
        return top[0]["value"][:40], percent(top[0]["count"] / max(1, self.profile["count"]))

    @property
    def top(self) -> list[tuple[str, int, float]]:
        """The most frequent values: value, count, share of the cells that have one."""
        values = self.details.get("top") or self.profile.get("top") or []
        total = max(1, self.profile["count"])
        return [(str(v["value"]), v["count"], v["count"] / total) for v in values[:20]]

    @property
    def quantiles(self) -> list[tuple[str, Any]]:
        """Numbers and dates: each quantile that is known, with its name."""
        known = self.details.get("quantiles") or {}
        named = [(f"{float(share):.0%}", value) for share, value in known.items()]
        facts = [("Least", self.profile.get("min")), *named, ("Greatest", self.profile.get("max"))]
        if not named:
            facts.insert(1, ("Median", self.profile.get("median")))
        return [(name, value) for name, value in facts if value is not None]

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """What else is known: mean and spread, format, lengths."""
        lengths = self.details.get("lengths")
        facts = [
            ("Mean", self.profile.get("mean")),
            ("Standard deviation", self.profile.get("std")),
            ("Format", self.profile.get("format")),
        ]
        if lengths:
            words = f"{lengths['min']:,} to {lengths['max']:,}, median {lengths['median']:,}"
            facts.append(("Characters", words))
        return [(name, value) for name, value in facts if value is not None]


def find_column(columns: Sequence[Mapping[str, Any]], name: str | None) -> int | None:
    """Return the position of the column with a name, or None."""
    return next((n for n, column in enumerate(columns) if column["name"] == name), None)


def match_columns(
    columns: Sequence[Mapping[str, Any]], q: str = "", kind: str | None = None
) -> list[int]:
    """Return the positions of the columns of a kind whose name holds `q`."""
    wanted = q.casefold()
    return [
        n
        for n, column in enumerate(columns)
        if (not wanted or wanted in column["name"].casefold())
        and (kind is None or column["kind"] == kind)
    ]


def count_kinds(columns: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Return the kinds that there are, each with the number of its columns."""
    counted = Counter(column["kind"] for column in columns)
    return [(kind, counted[kind]) for kind in dict.fromkeys([*KINDS, *counted]) if counted[kind]]


def view_columns(
    columns: Sequence[Mapping[str, Any]],
    positions: Sequence[int],
    *,
    rows: int,
    targets: Mapping[str, int],
    details: Mapping[int, Mapping[str, Any]],
    relations: Mapping[str, RelationView],
) -> list[ColumnView]:
    """Return some columns as rows of the table.

    Parameters
    ----------
    columns : sequence of Mapping
        The dataset's compact profile, in file order.
    positions : sequence of int
        Which of them.
    rows : int
        How many rows the dataset has.
    targets : Mapping
        By name, how many jobs predict it.
    details : Mapping
        By position, from the profile file.
    relations : Mapping
        By name, the relation to the chosen target.
    """
    return [
        ColumnView(
            profile=columns[n],
            target_of=targets.get(columns[n]["name"], 0),
            target_text=_target_text(columns[n]),
            unsuitable=unsuitable_target(columns[n]) or _too_many(columns[n], rows),
            position=n,
            details=details.get(n, {}),
            relation=relations.get(columns[n]["name"]),
        )
        for n in positions
    ]


def _target_text(column: Mapping[str, Any]) -> str:
    if suggest_task(column) == "regression":
        return "Predict a number"
    return "Predict two classes" if column.get("distinct") == 2 else "Predict classes"


def _too_many(column: Mapping[str, Any], rows: int) -> str | None:
    """Say that a new job with a column as its target would be refused, as its form does."""
    if suggest_task(column) == "regression":
        return None
    # Numbers may still be predicted as such.
    too_many = None if column["kind"] == "number" else say_too_many(column)
    return too_many or say_too_few_by_default(column, rows)
