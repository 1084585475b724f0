"""How the values of a column are spread, as bars: in words, as a table, and as a figure.

All of them hold the same numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.figures import bars_path, table
from dashboard.filters import number, of_column, percent

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LABEL_CHARS = 60


@dataclass(frozen=True)
class Distribution:
    """Bars with their names: a value of its own each, or the span between two edges.

    Parameters
    ----------
    labels : sequence of str
        What each bar stands for, in words.
    counts : sequence of float
        How tall each is.
    edges : sequence of str, optional
        Where spans begin and end, in words; one more than there are bars.
    places : sequence, optional
        Of spans: where each bar stands on the axis, as a number or a date.
    """

    labels: Sequence[str]
    counts: Sequence[float]
    edges: Sequence[str] = ()
    places: Sequence[Any] = ()

    @property
    def path(self) -> str:
        """The bars as a shape."""
        return bars_path(self.counts)

    @property
    def text(self) -> str:
        """The bars in words: ``no: 150, yes: 50``; ``0 to 72: 1,200, 800`` of equal spans."""
        if not self.labels:
            return "no values"
        shown = [f"{count:,.0f}" for count in self.counts]
        if not self.edges:
            return ", ".join(f"{a}: {b}" for a, b in zip(self.labels, shown, strict=True))
        return f"{self.edges[0]} to {self.edges[-1]}: " + ", ".join(shown)


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
        return Distribution([shorten(str(label)) for label in histogram["labels"]], counts)
    edges = histogram["edges"]
    is_date = column["kind"] == "date"
    words = [_edge(edge, (edges[0], edges[-1]), is_date=is_date) for edge in edges]
    pairs = list(zip(edges, edges[1:], strict=False))
    labels = [f"{a} to {b}" for a, b in zip(words, words[1:], strict=False)]
    places = words[:-1] if is_date else [a / 2 + b / 2 for a, b in pairs]
    return Distribution(labels, counts, words, places)


def shorten(text: str) -> str:
    """Return a value that is not too long for a label."""
    return text if len(text) <= LABEL_CHARS else f"{text[:LABEL_CHARS]}…"


def _edge(edge: Any, ends: tuple[Any, Any], *, is_date: bool) -> str:
    if isinstance(edge, int | float):
        if not is_date:
            return of_column(edge, *ends)
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
    if bars.edges:
        spans = zip(bars.edges, bars.edges[1:], bars.counts, strict=False)
        rows = [[a, b, count, percent(count / total)] for a, b, count in spans]
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
         "hovertemplate": "%{hovertext}: %{y:,}<extra></extra>", "marker": {"color": "c1"}}
    ]  # fmt: skip
    return {
        "traces": traces if bars.labels else [],
        "layout": {"bargap": 0.05 if bars.edges else 0.25, "xaxis": axis,
                   "yaxis": {"title": {"text": "Rows"}}},
        "table": grid,
        "alt": alt,
        "final": True,
    }  # fmt: skip
