"""Gain and lift: how much of a class is found in the rows that rank highest for it."""

import bisect
from collections.abc import Sequence
from typing import Any

from dashboard.figures import COLOURS, DASHES, LEGEND, table
from dashboard.filters import percent

STEPS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
Points = list[float]


def gain_chart(results: dict[str, Any]) -> dict[str, Any] | None:
    """Draw the gain; None where the results do not have what it takes.

    It is the ROC curve seen from another side: beside it, the share of the class is enough.
    """
    shares = {c["class"]: c["share"] for c in results.get("precision_recall") or []}
    known = [c for c in results.get("roc") or [] if shares.get(c["class"])]
    if not known:
        return None
    curves = [(str(c["class"]), *_gain(c, shares[c["class"]])) for c in known]
    traces: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "name": name, "x": taken, "y": found,
         "line": {"color": COLOURS[n], "dash": DASHES[n]}}
        for n, (name, taken, found) in enumerate(curves)
    ]  # fmt: skip
    traces.append(
        {"type": "scatter", "mode": "lines", "name": "By chance", "x": [0, 1], "y": [0, 1],
         "line": {"color": "muted", "dash": "dot"}}
    )  # fmt: skip
    return {
        "traces": traces,
        "layout": LEGEND | {
            "xaxis": {"title": {"text": "Share of rows, the highest ranked first"},
                      "range": [0, 1], "tickformat": ".0%"},
            "yaxis": {"title": {"text": "Share of the class found"}, "range": [0, 1.02],
                      "tickformat": ".0%"},
        },
        "table": table(
            ["Class", "Share of rows", "Share of the class found", "Lift"],
            [[name, percent(x), percent(y), y / x] for name, taken, found in curves
             for x in STEPS for y in [_height(taken, found, x)]],
        ),
        "alt": "Gain of all out-of-fold predictions. " + "; ".join(map(_say, curves)),
    }  # fmt: skip


def _gain(curve: dict[str, Any], share: float) -> tuple[Points, Points]:
    pairs = zip(curve["tpr"], curve["fpr"], strict=True)
    return [share * true + (1 - share) * false for true, false in pairs], curve["tpr"]


def _say(curve: tuple[str, Points, Points]) -> str:
    name, taken, found = curve
    tenth = _height(taken, found, 0.1)
    return (
        f"{name}: the highest tenth of the rows holds {percent(tenth)} of it, "
        f"{tenth / 0.1:.1f} times as many as chance"
    )


def _height(xs: Sequence[float], ys: Sequence[float], at: float) -> float:
    """Return the height of a rising line of points at a place."""
    n = min(max(1, bisect.bisect_left(xs, at)), len(xs) - 1)
    wide = xs[n] - xs[n - 1]
    return ys[n] if not wide else ys[n - 1] + (ys[n] - ys[n - 1]) * (at - xs[n - 1]) / wide
