"""In what the columns of two versions of a table differ: by their distributions.

They are compared by what the profiles of the columns say; no table is read for them. What became
of the rows is in `row_differences`.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tasks.engine.profile.difference_limits import CRITICAL, MOVED

SHOWN = 200
BY_VALUE = frozenset({"category", "boolean", "text", "constant"})
# What the values of a number are compared by when they are few.
COVERED = 0.99
SLACK = 0.02


def compare_profiles(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Compare the distributions of the columns that two tables have in common.

    Parameters
    ----------
    before, after : sequence of Mapping
        The profiles of the columns: what stands in `Dataset.columns`, with the column's details.

    Returns
    -------
    dict
        ``compared`` and ``moved``: numbers of columns; ``columns``: those that moved most, at
        most 200, each with ``name``, ``kind``, ``distance`` (0 to 1, the part of the rows that
        lies elsewhere), ``moved``, ``before`` and ``after``.
    """
    former = {profile["name"]: profile for profile in before}
    found = [
        compared
        for profile in after
        if (old := former.get(profile["name"])) is not None
        and (compared := compare_column(old, profile)) is not None
    ]
    found.sort(key=lambda compared: -compared["distance"])
    return {
        "compared": len(found),
        "moved": sum(compared["moved"] for compared in found),
        "columns": found[:SHOWN],
    }


def compare_column(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Compare the distributions of one column; None where they say nothing of each other."""
    if before["kind"] != after["kind"] or before["kind"] == "identifier":
        return None
    if not _rows(before) or not _rows(after):
        return None
    told = _by_value(before, after) or _by_size(before, after)
    if told is None:
        return None
    gone = [profile["missing"] / _rows(profile) for profile in (before, after)]
    distance = max(told["distance"], abs(gone[1] - gone[0]))
    n, m = _rows(before), _rows(after)
    by_chance = CRITICAL * math.sqrt((n + m) / (n * m))
    sides = {
        side: {**told[side], "missing": share}
        for side, share in zip(("before", "after"), gone, strict=True)
    }
    return {
        "name": after["name"],
        "kind": after["kind"],
        "distance": round(distance, 4),
        "moved": distance >= max(MOVED, by_chance),
        **sides,
    }


def _rows(profile: Mapping[str, Any]) -> int:
    return int(profile.get("count") or 0) + int(profile.get("missing") or 0)


def _by_value(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Compare the shares of the most frequent values: the total variation distance."""
    old, new = _shares(before), _shares(after)
    if old is None or new is None:
        return None
    values = old.keys() | new.keys()
    moves = {value: new.get(value, 0.0) - old.get(value, 0.0) for value in values}
    rest = sum(old.values()) - sum(new.values())
    distance = (sum(map(abs, moves.values())) + abs(rest)) / 2
    most = max(sorted(moves), key=lambda value: abs(moves[value]), default=None)
    return {
        "distance": distance,
        "before": {"value": most, "share": old.get(most or "", 0.0)},
        "after": {"value": most, "share": new.get(most or "", 0.0)},
    }


def _shares(profile: Mapping[str, Any]) -> dict[str, float] | None:
    count, top = int(profile.get("count") or 0), profile.get("top") or []
    found = {str(entry["value"]): entry["count"] / max(1, count) for entry in top}
    if profile["kind"] in BY_VALUE:
        return found if found or not count else None
    return found if found and sum(found.values()) >= COVERED else None


def _by_size(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Compare how values are distributed by size: the Kolmogorov-Smirnov distance.

    It is taken from a few points of each distribution, so a step to the side that is smaller than
    they tell does not count.
    """
    old, new = _points(before), _points(after)
    if old is None or new is None:
        return None
    (x, p, slack), (new_x, new_p, new_slack) = old, new
    at, aside = np.union1d(x, new_x), max(slack, new_slack)

    def part_below(places: np.ndarray, xs: np.ndarray, ps: np.ndarray) -> np.ndarray:
        parts: np.ndarray = np.interp(places, xs, ps, left=0.0, right=1.0)
        return parts

    ahead = part_below(at, x, p) - part_below(at + aside, new_x, new_p)
    behind = part_below(at, new_x, new_p) - part_below(at + aside, x, p)
    return {
        "distance": float(max(ahead.max(), behind.max(), 0.0)),
        "before": {"median": before.get("median")},
        "after": {"median": after.get("median")},
    }


def _points(profile: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, float] | None:
    """Return values, the parts of the rows up to each, and how exact the values are."""
    quantiles = profile.get("quantiles") or {}
    if len(quantiles) > 2 and profile.get("min") is not None and profile.get("max") is not None:
        pairs = sorted((float(part), _number(value)) for part, value in quantiles.items())
        p = [0.0, *(part for part, _ in pairs), 1.0]
        x = [_number(profile["min"]), *(value for _, value in pairs), _number(profile["max"])]
        whole = all(float(value).is_integer() for value in x)
        return np.array(x), np.array(p), max(SLACK * (x[-2] - x[1]), 1.0 if whole else 0.0)
    histogram = profile.get("histogram") or {}
    if "edges" not in histogram or not sum(histogram["counts"]):
        return None
    x = [_number(edge) for edge in histogram["edges"]]
    sums = np.concatenate([[0.0], np.cumsum(histogram["counts"], dtype=float)])
    return np.array(x), sums / sums[-1], float(np.diff(x).max(initial=0.0))


def _number(value: Any) -> float:
    """Return a number, or a date as seconds."""
    if isinstance(value, int | float):
        return float(value)
    at = datetime.fromisoformat(str(value))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
