"""How the values of a column are spread, as bars: in words, as a table, and as a figure.

All of them hold the same numbers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboard.breaking import cut_middle
from dashboard.figures import bars_path, table
from dashboard.filters import MINUS, number, of_column, percent

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LABEL_CHARS = 61


@dataclass(frozen=True)
class Distribution:
    """Bars with their names: a value of its own each, or the span between two edges.

    Parameters
    ----------
    labels : sequence of str
        What each bar stands for, in words.
    counts : sequence of float
        How tall each is.
    spans : sequence of (str, str), optional
        Where each bar begins and ends, in words.
    places : sequence, optional
        Of spans: where each bar stands on the axis, as a number or a date.
    has_rest : bool
        Whether the last bar stands for all values that have no bar of their own.
    """

    labels: Sequence[str]
    counts: Sequence[float]
    spans: Sequence[tuple[str, str]] = ()
    places: Sequence[Any] = ()
    has_rest: bool = False

    @property
    def path(self) -> str:
        """The bars as a shape, without that of the rest."""
        return bars_path(self.counts, shown=range(len(self.counts) - self.has_rest))

    @property
    def rest_path(self) -> str:
        """The bar of the rest as a shape."""
        n = len(self.counts)
        return bars_path(self.counts, shown=range(n - 1, n)) if self.has_rest else ""

    @property
    def text(self) -> str:
        """The bars in words: ``no: 150, yes: 50``; ``0 to 72: 1,200, 800`` of equal spans."""
        if not self.labels:
            return "no values"
        shown = [f"{count:,.0f}" for count in self.counts]
        if not self.spans:
            return ", ".join(f"{a}: {b}" for a, b in zip(self.labels, shown, strict=True))
        first, last = self.spans[0][0], self.spans[-1][1]
        span = self.labels[0] if len(self.labels) == 1 else f"{first} to {last}"
        return f"{span}: {', '.join(shown)}"


def distribution_of(
    column: Mapping[str, Any], histogram: Mapping[str, Any] | None
) -> Distribution:
    """Return a column's bars, from a histogram of its profile.

    Parameters
    ----------
    column : Mapping
        The compact profile; its kind says what the edges are.
    histogram : Mapping or None
        ``counts`` with ``edges`` or ``labels``.
    """
    if not histogram or not histogram.get("counts"):
        return Distribution([], [])
    counts = list(histogram["counts"])
    if "labels" in histogram:
        labels = [shorten(str(label)) for label in histogram["labels"]]
        has_rest = column.get("distinct", 0) > len(labels) > 1
        labels[-1:] = [f"all {labels[-1]} together" if has_rest else labels[-1]]
        return Distribution(labels, counts, has_rest=has_rest)
    edges, is_date = histogram["edges"], column["kind"] == "date"
    pairs = list(zip(edges, edges[1:], strict=False))
    middles = [a if is_date else a / 2 + b / 2 for a, b in pairs]
    if histogram.get("whole"):
        last = (pairs[-1][0], column.get("max"))
        pairs = [_whole_span(a, b, column.get("max")) for a, b in pairs]
        if is_date and isinstance(last[1], str) and edges[-1] <= last[1]:
            pairs[-1] = last  # no date is after the last day of all, where the bin would end
    ends = pairs[0][0], pairs[-1][1]
    spans = [(_edge(a, ends, is_date=is_date), _edge(b, ends, is_date=is_date)) for a, b in pairs]
    alone = [a == b and bool(histogram.get("whole")) for a, b in pairs]
    labels = [a if one else f"{a} to {b}" for (a, b), one in zip(spans, alone, strict=True)]
    places = [a for a, _ in spans] if is_date else middles
    return Distribution(labels, counts, spans, places)


def _whole_span(first: Any, after: Any, most: Any) -> tuple[Any, Any]:
    """Return the first and the last whole number, or day, of a bin; none is above the greatest."""
    if isinstance(first, str):
        last = max(first, str(date.fromisoformat(after) - timedelta(days=1)))
        return first, min(last, most) if isinstance(most, str) and most >= first else last
    begin, end = math.ceil(first), math.floor(after)
    return begin, min(end, int(most)) if isinstance(most, int | float) and most >= begin else end


def shorten(text: str) -> str:
    """Return a value without its middle where it is too long for a label."""
    return cut_middle(text, LABEL_CHARS)


def _edge(edge: Any, ends: tuple[Any, Any], *, is_date: bool) -> str:
    if isinstance(edge, int | float):
        if not is_date:
            words = of_column(edge, *ends)
            is_short = isinstance(edge, int) and "e" in words  # as other whole numbers may be
            return f"{edge:,}".replace("-", MINUS) if is_short else words
        try:
            return f"{EPOCH + timedelta(days=edge):%Y-%m-%d}"
        except OverflowError:
            return number(edge, 6)
    return str(edge)[:19]


def column_figure(column: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    """Draw a column's values: a figure for `static/js/charts.js`.

    Parameters
    ----------
    column : Mapping
        The compact profile.
    details : Mapping
        From the profile file; without them the small histogram is drawn.
    """
    histogram = details.get("histogram") or details.get("small") or column.get("histogram")
    bars = distribution_of(column, histogram)
    about = ", from a part of the rows" if details.get("about") else ""
    alt = f"Values of {column['name']}{about}. {bars.text}"
    total = sum(bars.counts) or 1
    if bars.spans:
        both = zip(bars.spans, bars.counts, strict=True)
        rows = [[a, b, count, percent(count / total)] for (a, b), count in both]
        grid = table(["From", "To", "Rows", "Share"], rows)
        x = list(bars.places)
        axis: dict[str, Any] = {"title": {"text": column["name"]}}
        axis |= {"type": "date"} if column["kind"] == "date" else {}
    else:
        pairs = list(zip(bars.labels, bars.counts, strict=True))
        grid = table(["Value", "Rows", "Share"], [[a, n, percent(n / total)] for a, n in pairs])
        x, axis = list(bars.labels), {"type": "category"}
    traces = [
        {"type": "bar", "name": "Rows", "x": x, "y": list(bars.counts),
         "hovertext": list(bars.labels),
         "hovertemplate": "%{hovertext}: %{y:,}<extra></extra>", "marker": _marker(bars)}
    ]  # fmt: skip
    return {
        "traces": traces if bars.labels else [],
        "layout": {"bargap": 0.05 if bars.spans else 0.25, "xaxis": axis,
                   "yaxis": {"title": {"text": "Rows"}}},
        "table": grid,
        "alt": alt,
        "final": True,
    }  # fmt: skip


def _marker(bars: Distribution) -> dict[str, Any]:
    """Return how bars are filled: that of the rest is grey and hatched."""
    if not bars.has_rest:
        return {"color": "c1"}
    own = len(bars.counts) - 1
    return {"color": [*["c1"] * own, "faint"], "pattern": {"shape": [*[""] * own, "/"]}}
