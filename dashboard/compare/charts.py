"""The figures of scores by fold, and against the time that training took."""

import math
from collections.abc import Sequence
from typing import Any

from dashboard.compare.beside import name_sides
from dashboard.compare.comparison import Comparison
from dashboard.compare.marks import marker
from dashboard.compare.rows import scores_of
from dashboard.figures import table
from dashboard.filters import plural
from dashboard.preferences import score_for_reader as score
from tasks.engine.estimators.catalogue import find_metric, metric_title

ROW_PX, AROUND_PX, LEAST_PX = 26, 90, 288
# Where the axis of times has its ticks: seconds, and how they are shown.
TIMES = (
    (0.01, "10 ms"), (0.03, "30 ms"), (0.1, "0.1 s"), (0.3, "0.3 s"), (1, "1 s"), (3, "3 s"),
    (10, "10 s"), (30, "30 s"), (60, "1 min"), (180, "3 min"), (600, "10 min"), (1800, "30 min"),
    (3600, "1 h"), (10800, "3 h"), (36000, "10 h"), (86400, "1 d"),
)  # fmt: skip


def height_of(rows: int) -> int:
    """Return how high a figure is that has a row for each job."""
    return max(LEAST_PX, rows * ROW_PX + AROUND_PX)


def fold_chart(found: Comparison) -> dict[str, Any]:
    """Draw the metric by fold, one row of points for each job, and a line at its mean."""
    traces, rows, words = [], [], []
    for n, job in enumerate(found.jobs):
        scores = [(f.fold, f.scores.get(found.metric)) for f in found.folds[job.id]]
        known = [(fold, value) for fold, value in scores if value is not None]
        name = found.label(job)
        rows += [[name, fold, score(value)] for fold, value in known]
        if not known:
            continue
        mark = marker(found.places[n])
        mean = sum(value for _, value in known) / len(known)
        words.append(f"{job.name} {score(mean)}")
        traces += [
            {"type": "scatter", "mode": "markers", "name": name, "marker": mark,
             "x": [value for _, value in known], "y": [name] * len(known)},
            {"type": "scatter", "mode": "markers", "name": f"mean of {name}", "x": [mean],
             "y": [name], "marker": {"symbol": "line-ns-open", "size": 26,
             "color": mark["color"], "line": {"width": 3}}},
        ]  # fmt: skip
    title = metric_title(found.metric)
    return {
        "traces": traces,
        "layout": {"xaxis": {"title": {"text": title}}, "height": height_of(len(found.jobs)),
                   "yaxis": {"type": "category", "autorange": "reversed", "automargin": True}},
        "table": table(["Job", "Fold", title], rows),
        "alt": f"{title} by fold. Means: {', '.join(words) or 'none yet'}",
    }  # fmt: skip


def time_chart(found: Comparison) -> dict[str, Any]:
    """Draw the score against the time that the folds took to fit."""
    traces: list[dict[str, Any]] = []
    rows: list[tuple[str, float, float]] = []
    for n, job in enumerate(found.jobs):
        seconds = sum(f.fit_seconds for f in found.folds[job.id])
        value = scores_of(job, found.folds[job.id]).get(found.metric, {}).get("mean")
        if value is None or not seconds:
            continue
        traces.append(
            {"type": "scatter", "mode": "markers", "name": found.label(job), "cliponaxis": False,
             "marker": marker(found.places[n]) | {"size": 12}, "x": [seconds], "y": [value]}
        )  # fmt: skip
        rows.append((found.label(job), seconds, value))
    times, scores = _time_span([r[1] for r in rows]), _span([r[2] for r in rows], 0.2)
    _name_points(found, traces, times, scores)
    title = metric_title(found.metric)
    return {
        "traces": traces,
        "layout": {"yaxis": {"title": {"text": title}, "range": scores},
                   "xaxis": {"type": "log", "title": {"text": "Fit time of folds"},
                             "tickvals": [seconds for seconds, _ in TIMES],
                             "ticktext": [text for _, text in TIMES],
                             "range": times}},
        "table": table(["Job", "Fit time of folds, seconds", title],
                       [[name, seconds, score(value)] for name, seconds, value in rows]),
        "alt": f"{title} against fit time of {plural(len(rows), 'job')}",
    }  # fmt: skip


def _name_points(
    found: Comparison,
    traces: Sequence[dict[str, Any]],
    times: list[float] | None,
    scores: list[float] | None,
) -> None:
    """Write names beside the points that have room for one, those of the best jobs first."""
    if times is None or scores is None:
        return
    metric = find_metric(found.jobs[0].task, found.metric)
    best_first = sorted(
        traces, key=lambda one: one["y"][0], reverse=metric is None or metric.greater_is_better
    )
    points = [(math.log10(one["x"][0]), one["y"][0], one["name"]) for one in best_first]
    sides = name_sides(points, (times[0], times[1]), (scores[0], scores[1]))
    for trace, side in zip(best_first, sides, strict=True):
        if side:
            trace |= {"mode": "markers+text", "text": [trace["name"]], "textposition": side}


def _time_span(seconds: list[float]) -> list[float] | None:
    """Return the ends of the axis of times, wide enough to hold a tick on either side."""
    span = _span([math.log10(value) for value in seconds], 0.35)
    if span is None:
        return None
    ticks = [math.log10(tick) for tick, _ in TIMES]
    below = max((t for t in ticks if t <= math.log10(min(seconds))), default=ticks[0])
    above = min((t for t in ticks if t >= math.log10(max(seconds))), default=ticks[-1])
    room = (above - below) * 0.05
    return [min(span[0], below - room), max(span[1], above + room)]


def _span(values: list[float], margin: float) -> list[float] | None:
    """Return the ends of an axis with room for labels beside the outermost points."""
    if not values:
        return None
    low, high = min(values), max(values)
    room = (high - low) * margin or abs(high) * 0.1 or 1.0
    return [low - room, high + room]
