"""What the figures of all pages share: colours, shapes, and the table of the same numbers.

A figure is ``{"traces", "layout", "table", "alt"}``; `static/js/charts.js` draws it with Plotly.
Colours are names of the theme's tokens.
"""

from collections.abc import Sequence
from typing import Any

from dashboard.filters import number

COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "star")
LEGEND = {"showlegend": True, "margin": {"l": 48, "r": 16, "t": 40, "b": 40, "pad": 4}}


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return a figure's table; numbers have four significant digits, whole numbers all."""
    return {"columns": list(columns), "rows": [[_cell(cell) for cell in row] for row in rows]}


def bars_path(counts: Sequence[float], width: int = 120, height: int = 28) -> str:
    """Return the outline of bars as the path of an SVG: the tallest fills the height."""
    step, top = width / max(1, len(counts)), max([*counts, 0]) or 1
    wide = max(1.0, step - 1)
    return "".join(
        f"M{n * step:.1f} {height}v-{max(1.0, amount / top * height):.1f}h{wide:.1f}V{height}z"
        for n, amount in enumerate(counts)
        if amount > 0
    )


def _cell(content: Any) -> Any:
    return number(content) if isinstance(content, float) else content
