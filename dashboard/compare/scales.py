"""From values to places on a drawn axis, and the axis's ticks."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.filters import number

TICKS = 6
MARGIN = 0.05


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`, drawn from one place to another; `steps` of categories."""

    low: float
    high: float
    places: tuple[float, float]
    is_log: bool = False
    steps: Sequence[str] = ()
    given: Sequence[tuple[float, str]] = ()

    def at(self, value: Any) -> float:
        """Return where a value is drawn."""
        if self.steps:
            value = self.steps.index(str(value))
        elif self.is_log:
            value = math.log10(value) if value > 0 else self.low
        share = (value - self.low) / (self.high - self.low)
        return self.places[0] + share * (self.places[1] - self.places[0])

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Where there are ticks, and what stands beside them."""
        if self.steps:
            return [(self.at(step), step) for step in self.steps]
        known = self.given or [(value, number(value)) for value in self._round_values()]
        return [(self.at(value), text) for value, text in known if self._holds(value)]

    def _holds(self, value: float) -> bool:
        at = math.log10(value) if self.is_log else value
        low, high = sorted((self.low, self.high))
        return low - 1e-9 <= at <= high + 1e-9

    def _round_values(self) -> Iterator[float]:
        low, high = sorted((self.low, self.high))
        if self.is_log:
            yield from (10.0**n for n in range(math.floor(low), math.ceil(high) + 1))
            return
        rough = (high - low) / TICKS
        size = 10.0 ** math.floor(math.log10(rough))
        step = next(size * by for by in (1, 2, 5, 10) if size * by >= rough)
        for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1):
            yield round(n * step, 12)


def make_scale(
    traces: Sequence[Mapping[str, Any]],
    name: str,
    axis: Mapping[str, Any],
    places: tuple[float, float],
) -> Scale:
    """Make the scale of an axis.

    Parameters
    ----------
    traces : sequence of Mapping
        What is drawn.
    name : str
        Which axis: x or y.
    axis : Mapping
        What the figure's layout says of it.
    places : (float, float)
        Where its lowest and its highest value are drawn.
    """
    values = [value for trace in traces for value in trace[name] if value is not None]
    if axis.get("type") == "category":
        steps = list(dict.fromkeys(map(str, values)))
        ends = (-0.5, len(steps) - 0.5)
        low, high = ends[::-1] if axis.get("autorange") == "reversed" else ends
        return Scale(low, high, places, steps=steps)
    is_log = axis.get("type") == "log"
    given = list(zip(axis.get("tickvals", ()), axis.get("ticktext", ()), strict=True))
    low, high = axis.get("range") or _span(list(_reaches(traces, name, values)), is_log)
    return Scale(low, high, places, is_log, given=given)


def _reaches(
    traces: Sequence[Mapping[str, Any]], name: str, values: Sequence[float]
) -> Iterator[float]:
    """Give the values, and the ends of their error bars."""
    yield from values
    for trace in traces:
        bars = trace.get(f"error_{name}")
        if bars:
            below = bars.get("arrayminus", bars["array"])
            for value, down, up in zip(trace[name], below, bars["array"], strict=True):
                yield from (value - down, value + up)


def _span(values: Sequence[float], is_log: bool) -> tuple[float, float]:
    """Return the ends of an axis with a little room around its values."""
    if is_log:
        values = [math.log10(value) for value in values if value > 0]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low) * MARGIN or abs(high) * MARGIN or 1.0
    return low - room, high + room
