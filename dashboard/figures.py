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


def bars_path(
    counts: Sequence[float], width: int = 120, height: int = 28, shown: range | None = None
) -> str:
    """Return the outline of bars as the path of an SVG: the tallest fills the height.

    Parameters
    ----------
    counts : sequence of float
        How tall each is; one that is not above 0 is left out.
    width, height : int
        Of the picture.
    shown : range, optional
        Which of the bars the path has; all by default.
    """
    step, top = width / max(1, len(counts)), max([*counts, 0]) or 1
    wide = max(1.0, step - 1)
    return "".join(
        f"M{n * step:.1f} {height}v-{max(1.0, counts[n] / top * height):.1f}h{wide:.1f}V{height}z"
        for n in shown or range(len(counts))
        if counts[n] > 0
    )


def stacked_paths(
    layers: Sequence[Sequence[float]], width: int = 120, height: int = 28
) -> list[str]:
    """Return the paths of layers that stand on each other; a bar of 1 fills the height.

    Parameters
    ----------
    layers : sequence of sequence of float
        From below: how tall the layer is in each bar, 0 to 1.
    width, height : int
        Of the picture.
    """
    bars = max(map(len, layers), default=0)
    step, floor, paths = width / max(1, bars), [0.0] * bars, []
    for layer in layers:
        paths.append(
            "".join(
                f"M{n * step:.1f} {height - floor[n] * height:.1f}v-{share * height:.1f}"
                f"h{max(1.0, step - 1):.1f}v{share * height:.1f}z"
                for n, share in enumerate(layer)
                if share > 0
            )
        )
        floor = [below + share for below, share in zip(floor, layer, strict=True)]
    return paths


def _cell(content: Any) -> Any:
    return number(content) if isinstance(content, float) else content
