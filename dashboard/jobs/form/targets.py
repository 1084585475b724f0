"""The columns of the form of a new job: what its target may be, and which are left out and why."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dashboard.filters import number, percent, plural
from dashboard.jobs.asking.requests import LEFT_OUT_KINDS, unsuitable_target

LONGEST = 40  # characters that a target's classes or range take
NAMED = 3
Column = Mapping[str, Any]


def list_target_choices(columns: Sequence[Column]) -> list[tuple[str, str, bool]]:
    """Return the columns with their classes or range, those that cannot be predicted last."""
    fine = [(c["name"], _describe(c), False) for c in columns if not unsuitable_target(c)]
    rest = [
        (c["name"], f"{c['name']} (not suitable)", True) for c in columns if unsuitable_target(c)
    ]
    return [("", "Choose a column", False), *fine, *rest]


def _describe(column: Column) -> str:
    """Return a column's name and what it holds, as far as its profile says."""
    words = _balance(column) if column.get("top") else _range(column)
    return f"{column['name']} ({words})" if words else str(column["name"])


def _balance(column: Column) -> str:
    """Return how often each class is, ``true`` first; of many how many there are."""
    rows = column.get("count") or 0  # the cells that are there
    top, distinct = column["top"], column.get("distinct") or 0
    if rows <= 0 or len(top) < distinct:
        return plural(distinct, "value") if distinct else ""
    classes = sorted(top, key=lambda one: str(one["value"]) != str(column.get("true")))
    words = ", ".join(f"{one['value']} {percent(one['count'] / rows)}" for one in classes)
    return words if len(words) <= LONGEST else plural(distinct, "class", "classes")


def _range(column: Column) -> str:
    """Return the ends of a column of numbers."""
    low, high = column.get("min"), column.get("max")
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return ""
    words = f"{number(low)} to {number(high)}"
    return words if len(words) <= LONGEST else ""


def say_unused(
    columns: Sequence[Column], used: Collection[str], target: Column | None
) -> str | None:
    """Say which columns are not learned from, and why; None where all are, or without a target."""
    if target is None:
        return None
    known = set(used)
    found = [c for c in columns if c is not target and c["name"] not in known]
    if not found:
        return None
    told = [f"{c['name']} left out: {_reason(c)}" for c in found[:NAMED]]
    more = [f"{len(found) - NAMED:,} more left out"] if len(found) > NAMED else []
    return "; ".join([*told, *more])


def _reason(column: Column) -> str:
    if column["kind"] in LEFT_OUT_KINDS:
        return str(column["kind"])
    return "by the dataset" if column.get("role") == "left_out" else "not chosen"
