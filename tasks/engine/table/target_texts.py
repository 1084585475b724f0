"""Texts of a target whose rows are left out. Imports nothing heavy: pages need them, too."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

NAMED, SHOWN = 5, 40


def say_texts(texts: Sequence[tuple[str, int]], rows: int | None = None) -> str:
    """Say which texts there are, and in how many rows each.

    Parameters
    ----------
    texts : sequence of (str, int)
        The most frequent ones, each with the number of its rows.
    rows : int, optional
        How many rows have any; by default those of `texts`.

    Examples
    --------
    >>> say_texts([("k.A.", 3), ("n/a?", 1)])
    '"k.A." in 3, "n/a?" in 1'
    >>> say_texts([("k.A.", 3)], 10)
    '"k.A." in 3, others in 7'
    """
    named = [f'"{text[:SHOWN]}" in {n:,}' for text, n in texts[:NAMED]]
    rest = (sum(n for _, n in texts) if rows is None else rows) - sum(n for _, n in texts[:NAMED])
    return ", ".join([*named, *([f"others in {rest:,}"] if rest else [])])


def without_texts(column: Mapping[str, Any], texts: Collection[str] | None) -> Mapping[str, Any]:
    """Return what is known of a target once the rows with some texts are left out.

    Examples
    --------
    >>> top = [{"value": v, "count": n} for v, n in (("yes", 5), ("no", 4), ("?", 1))]
    >>> left = without_texts({"distinct": 3, "count": 10, "top": top}, ["?"])
    >>> left["distinct"], left["count"], [one["value"] for one in left["top"]]
    (2, 9, ['yes', 'no'])
    """
    wanted = {text.strip() for text in texts or ()}
    known = [*(column.get("top") or ()), *filter(None, [column.get("rarest")])]
    gone = {str(one["value"]): one["count"] for one in known if str(one["value"]) in wanted}
    if not gone:
        return column
    rows = column["count"] - sum(gone.values())
    left = {"distinct": column["distinct"] - len(gone), "count": rows}
    rarest = column.get("rarest")
    is_gone = rarest is not None and str(rarest["value"]) in gone
    kept = [one for one in column.get("top") or () if str(one["value"]) not in gone]
    return {**column, **left, "top": kept, "rarest": None if is_gone else rarest}
