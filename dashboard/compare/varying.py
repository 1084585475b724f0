"""What varies among jobs, as figures: all settings at once, and one of them against the score."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.breaking import cut_middle
from dashboard.compare.comparison import Comparison
from dashboard.compare.marks import line, marker
from dashboard.compare.rows import PARAMETERS, SCORES, Row
from dashboard.figures import table
from dashboard.filters import number, plural
from dashboard.preferences import score_cell, score_for_reader
from tasks.engine.estimators.catalogue import metric_title
from tasks.engine.estimators.parameters import show_value

Figure = dict[str, Any]
MOST_AXES = 8
WORD = 18
WIDE = 100  # from this ratio on, an axis of numbers is logarithmic


@dataclass(frozen=True)
class Axis:
    """One thing that varies: a value for each job, numbers or steps of words."""

    name: str
    values: Sequence[Any]
    is_score: bool = False

    @property
    def known(self) -> list[Any]:
        """The values that are there."""
        return [value for value in self.values if value is not None]

    @property
    def is_number(self) -> bool:
        """Whether all that is there are numbers."""
        return all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in self.known
        )

    @property
    def is_log(self) -> bool:
        """Whether its numbers lie so far apart that only their ratios can be seen."""
        ends = (min(self.known), max(self.known)) if self.is_number else (0, 0)
        return ends[0] > 0 and ends[1] / ends[0] >= WIDE

    @property
    def steps(self) -> list[str]:
        """Its different values as words, in the order in which they come."""
        return list(dict.fromkeys(_word(value) for value in self.known))

    def place(self, value: Any) -> float | None:
        """Return where a value lies between the ends of the axis, from 0 to 1."""
        if value is None:
            return None
        if not self.is_number:
            return self.steps.index(_word(value)) / max(1, len(self.steps) - 1)
        at = math.log if self.is_log else float
        low, high = at(min(self.known)), at(max(self.known))
        return (at(value) - low) / (high - low) if high > low else 0.5

    @property
    def labels(self) -> list[tuple[float, str]]:
        """What stands beside the axis, and where: its ends, or its steps."""
        if self.is_number:
            ends = dict.fromkeys((min(self.known), max(self.known)))
            return [(self.place(end) or 0.0, self.show(end)) for end in ends]
        last = max(1, len(self.steps) - 1)
        return [(n / last, step) for n, step in enumerate(self.steps)]

    @property
    def words(self) -> str:
        """Its values in words."""
        if self.is_number:
            low, high = self.show(min(self.known)), self.show(max(self.known))
            return f"{self.name} from {low} to {high}"
        return f"{self.name} {', '.join(self.steps)}"

    def show(self, value: float | None) -> str:
        """Show one of its numbers: a score with the decimals that the person chose."""
        return score_for_reader(value) if self.is_score else number(value)

    def tell(self, value: Any) -> Any:
        """Return a value as a table and a point's words have it."""
        return score_cell(value) if self.is_score else _shown(value)


def list_axes(found: Comparison) -> list[Axis]:
    """List what somebody chose and varies, parameters first.

    A default that differs only because the estimators do was chosen by nobody.
    """
    rows = [row for row in found.rows if row.is_choice and row.differs]
    rows = [row for row in rows if row.group != PARAMETERS or row.changed]
    rows.sort(key=lambda row: row.group != PARAMETERS)
    axes = [Axis(row.name, row.values) for row in rows]
    return [axis for axis in axes if len({repr(value) for value in axis.known}) > 1]


def parallel_chart(found: Comparison) -> Figure | None:
    """Draw a line for each job through all that varies, and its score; None where nothing does."""
    score = _scores(found)
    axes = list_axes(found)[:MOST_AXES]
    if not axes or score is None:
        return None
    title = metric_title(found.metric)
    every = [*axes, Axis(title, score.values, is_score=True)]
    traces: list[Figure] = [
        {"type": "scatter", "mode": "lines+markers", "name": found.label(job),
         "line": line(found.places[n]), "marker": marker(found.places[n]), "connectgaps": True,
         "x": list(range(len(every))),
         "y": [axis.place(axis.values[n]) for axis in every],
         "text": [f"{axis.name} {axis.tell(axis.values[n])}" for axis in every]}
        for n, job in enumerate(found.jobs)
    ]  # fmt: skip
    beside = [(n, place, text) for n, axis in enumerate(every) for place, text in axis.labels]
    traces.append(
        # Markers that nobody sees keep the words off those of the jobs.
        {"type": "scatter", "mode": "markers+text", "name": "Values", "hoverinfo": "skip",
         "marker": {"size": 14, "opacity": 0},
         "x": [n for n, _, _ in beside], "y": [place for _, place, _ in beside],
         "text": [text for _, _, text in beside],
         "textposition": [_beside(place) for _, place, _ in beside],
         "textfont": {"color": "muted"}, "cliponaxis": False}
    )  # fmt: skip
    return {
        "traces": traces,
        "layout": {"xaxis": {"tickvals": list(range(len(every))),
                             "ticktext": [axis.name for axis in every],
                             "range": [-0.4, len(every) - 0.6]},
                   "yaxis": {"visible": False, "range": [-0.2, 1.2]}, "hovermode": "closest"},
        "table": table(["Job", *[axis.name for axis in every]],
                       [[found.label(job), *[axis.tell(axis.values[n]) for axis in every]]
                        for n, job in enumerate(found.jobs)]),
        "alt": f"{plural(len(found.jobs), 'job')} as lines through {plural(len(axes), 'setting')} "
        f"that {'varies' if len(axes) == 1 else 'vary'}: "
        f"{'; '.join(axis.words for axis in every)}",
    }  # fmt: skip


def _beside(place: float) -> str:
    """Return where the word for a place of an axis stands, so that lines do not cross it."""
    if place in {0, 1}:
        return "top center" if place else "bottom center"
    return "top right"


def parameter_chart(found: Comparison, asked: str | None = None) -> Figure | None:
    """Draw the score against one thing that varies; None where nothing does."""
    score, axis = _scores(found), choose_axis(found, asked)
    if score is None or axis is None:
        return None
    spreads = score.spreads or [None] * len(score.values)
    known = [
        (n, job, axis.values[n], score.values[n])
        for n, job in enumerate(found.jobs)
        if axis.values[n] is not None and score.values[n] is not None
    ]
    if not known:
        return None
    title = metric_title(found.metric)
    kind = "category" if not axis.is_number else "log" if axis.is_log else "linear"
    return {
        "traces": [
            {"type": "scatter", "mode": "markers", "name": found.label(job),
             "marker": marker(found.places[n]) | {"size": 12},
             "x": [value if axis.is_number else _word(value)], "y": [mean],
             "error_y": {"type": "data", "array": [spreads[n] or 0], "thickness": 1, "width": 4}}
            for n, job, value, mean in known
        ],
        "layout": {"xaxis": {"title": {"text": axis.name}, "type": kind},
                   "yaxis": {"title": {"text": title}}},
        "table": table(["Job", axis.name, title, "Spread"],
                       [[found.label(job), axis.tell(value), score_cell(mean),
                         score_cell(spreads[n])]
                        for n, job, value, mean in known]),
        "alt": f"{title} of {plural(len(known), 'job')} against {axis.words}",
    }  # fmt: skip


def choose_axis(found: Comparison, asked: str | None) -> Axis | None:
    """Return what scores are drawn against: what is asked for, or of what has most values."""
    axes = list_axes(found)
    chosen = next((axis for axis in axes if axis.name == asked), None)
    by_worth = sorted(axes, key=lambda axis: (-axis.is_number, -len(axis.known)))
    return chosen or next(iter(by_worth), None)


def _scores(found: Comparison) -> Row | None:
    row = next((row for row in found.rows if row.group == SCORES), None)
    title = metric_title(found.metric)
    return row if row is not None and row.name.startswith(title) else None


def _word(value: Any) -> str:
    return cut_middle(show_value(value), WORD)


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, float) else show_value(value)
