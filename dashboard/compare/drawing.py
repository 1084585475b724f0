"""A figure as lines, marks and words for an SVG, for reports that open without scripts.

It knows what the figures of this page use of Plotly's form: scatter traces of lines, markers and
text with error bars, on linear, logarithmic and category axes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.breaking import cut_middle
from dashboard.compare.scales import Scale, make_scale

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 560, 150, 24, 14, 44
LEAST_HEIGHT = 260
LETTERS = 18  # of a word beside the vertical axis
DASHES = {"dash": "8 5", "dot": "2 4", "dashdot": "8 4 2 4", "longdash": "14 5",
          "longdashdot": "14 4 2 4"}  # fmt: skip
# Where a word stands from its point, in the words of Plotly: down, and right with its anchor.
BELOW = {"top": -12, "middle": 4, "bottom": 22}
BESIDE = {"left": (-10, "end"), "center": (0, "middle"), "right": (8, "start")}
Figure = Mapping[str, Any]


@dataclass(frozen=True)
class Stroke:
    """A line: its path, the name of its colour, how wide it is, and its dashes."""

    path: str
    ink: str
    width: float = 1.5
    dash: str = ""


@dataclass(frozen=True)
class Mark:
    """The marker of a point; `name` is what it is of."""

    x: str
    y: str
    symbol: str
    ink: str
    name: str


@dataclass(frozen=True)
class Word:
    """A text; `anchor` is start, middle or end."""

    x: str
    y: str
    text: str
    anchor: str = "middle"


@dataclass
class Drawing:
    """All of one figure, in the order in which it is drawn."""

    height: float
    width: float = WIDTH
    strokes: list[Stroke] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    legend: list[tuple[str, Stroke]] = field(default_factory=list)


def draw(figure: Figure) -> Drawing:
    """Draw a figure."""
    layout = figure["layout"]
    height = max(LEAST_HEIGHT, layout.get("height", 0))
    drawing = Drawing(height)
    traces = figure["traces"]
    x = make_scale(traces, "x", layout.get("xaxis", {}), (LEFT, WIDTH - RIGHT))
    y = make_scale(traces, "y", layout.get("yaxis", {}), (height - BOTTOM, TOP))
    _draw_axes(drawing, x, y, layout)
    for trace in traces:
        points = [
            (x.at(a), y.at(b), text)
            for a, b, text in zip(trace["x"], trace["y"], _texts(trace), strict=True)
            if a is not None and b is not None
        ]
        _draw_trace(drawing, trace, points)
        drawing.strokes += _whiskers(trace, x, y)
    if layout.get("showlegend"):
        drawing.legend = [(t["name"], _stroke(t, "")) for t in traces if t["mode"] == "lines"]
    return drawing


def _texts(trace: Mapping[str, Any]) -> Sequence[str]:
    return trace["text"] if "text" in trace["mode"] else [""] * len(trace["x"])


def _draw_axes(drawing: Drawing, x: Scale, y: Scale, layout: Mapping[str, Any]) -> None:
    bottom, right = drawing.height - BOTTOM, WIDTH - RIGHT
    for place, text in x.ticks:
        drawing.strokes.append(Stroke(f"M{place:.1f} {TOP}V{bottom}", "grid", 1))
        drawing.words.append(Word(f"{place:.1f}", f"{bottom + 16:.1f}", text))
    if layout.get("yaxis", {}).get("visible", True):
        for place, text in y.ticks:
            drawing.strokes.append(Stroke(f"M{LEFT} {place:.1f}H{right}", "grid", 1))
            short = cut_middle(text, LETTERS)
            drawing.words.append(Word(str(LEFT - 8), f"{place + 4:.1f}", short, "end"))
    for name, at in (("xaxis", (f"{(LEFT + right) / 2}", f"{drawing.height - 8:.1f}")),
                     ("yaxis", ("8", str(TOP)))):  # fmt: skip
        title = layout.get(name, {}).get("title", {}).get("text")
        if title:
            drawing.words.append(Word(*at, title, "middle" if name == "xaxis" else "start"))


def _draw_trace(
    drawing: Drawing, trace: Mapping[str, Any], points: Sequence[tuple[float, float, str]]
) -> None:
    mode = trace["mode"]
    if "lines" in mode and points:
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b, _ in points)
        drawing.strokes.append(_stroke(trace, path))
    if "markers" in mode and trace["marker"].get("opacity") != 0:
        mark = trace["marker"]
        drawing.marks += [
            Mark(f"{a:.1f}", f"{b:.1f}", mark["symbol"], mark["color"], trace["name"])
            for a, b, _ in points
        ]
    where = trace.get("textposition")
    for n, (a, b, text) in enumerate(points if "text" in mode else ()):
        position = where if isinstance(where, str) else where[n] if where else "top center"
        height, side = position.split()
        right, anchor = BESIDE[side]
        at = (f"{a + right:.1f}", f"{b + BELOW[height]:.1f}")
        drawing.words.append(Word(*at, text, anchor))


def _stroke(trace: Mapping[str, Any], path: str) -> Stroke:
    line = trace["line"]
    dash = DASHES.get(line.get("dash", ""), "")
    return Stroke(path, line.get("color", "muted"), line.get("width", 1.5), dash)


def _whiskers(trace: Mapping[str, Any], x: Scale, y: Scale) -> Iterator[Stroke]:
    """Give the error bars of a trace."""
    for name, along in (("error_x", x), ("error_y", y)):
        bars = trace.get(name)
        if not bars:
            continue
        ink = trace["marker"]["color"]
        below = bars.get("arrayminus", bars["array"])
        for n, (a, b) in enumerate(zip(trace["x"], trace["y"], strict=True)):
            value = a if along is x else b
            low, high = along.at(value - below[n]), along.at(value + bars["array"][n])
            across = y.at(b) if along is x else x.at(a)
            path = (
                f"M{low:.1f} {across:.1f}H{high:.1f}M{low:.1f} {across - 4:.1f}v8"
                f"M{high:.1f} {across - 4:.1f}v8"
                if along is x
                else f"M{across:.1f} {low:.1f}V{high:.1f}"
            )
            yield Stroke(path, ink)
