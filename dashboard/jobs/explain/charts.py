"""The figures that explain a job's model: what matters, how it depends, would more data help."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.breaking import cut_middle
from dashboard.figures import COLOURS, DASHES, LEGEND, MARKERS, table
from dashboard.filters import number
from dashboard.jobs.page.class_order import in_class_order
from dashboard.preferences import score_cell
from dashboard.preferences import score_for_reader as score
from tasks.engine.estimators.catalogue import find_metric, metric_title

BARS = 20
LONGEST_NAME = 32
ROW_PX, AROUND_PX = 22, 90
Figure = dict[str, Any]
Named = tuple[str, str, Figure]


def explain_charts(task: str, results: Mapping[str, Any]) -> list[Named]:
    """Return the figures that a job's results have numbers for: name, title, figure."""
    told, curve = results.get("explanation") or {}, results.get("learning_curve")
    found: list[Named] = []
    if told.get("importance"):
        found.append(("importance", "What matters", importance_chart(task, told["importance"])))
    for n, one in enumerate(told.get("dependence") or []):
        lines = in_class_order(results, one["lines"])
        drawn = dependence_chart(task, {**one, "lines": lines})
        found.append((f"dependence-{n}", one["name"], drawn))
    if told.get("coefficients"):
        rows = in_class_order(results, told["coefficients"]["rows"])
        weights = coefficient_chart({**told["coefficients"], "rows": rows})
        found.append(("coefficients", "Coefficients", weights))
    if curve and curve["points"]:
        found.append(("curve", "Would more data help?", curve_chart(curve)))
    return found


def importance_chart(task: str, importance: Mapping[str, Any]) -> Figure:
    """Draw how much worse the main metric is when a column is mixed up, with its spread."""
    columns = importance["columns"]
    title, word = metric_title(importance["metric"]), worse_word(task, importance["metric"])
    shown = columns[:BARS]
    words = ", ".join(f"{c['name']} {score(c['mean'])}" for c in columns[:5])
    rows = [[c["name"], c["mean"], c["std"], c["folds"]] for c in columns]
    bars = _bars(
        [c["name"] for c in shown], [("", "bar", [c["mean"] for c in shown])],
        errors=[c["std"] or 0.0 for c in shown],
    )  # fmt: skip
    bars["layout"]["xaxis"] = {"title": {"text": f"How much {title} {word}"}}
    return bars | {
        "table": table(["Column", "Importance", "Spread", "Folds"], rows),
        "alt": f"How much {title} {word} when a column is shuffled: {words}",
    }


def worse_word(task: str, metric: str) -> str:
    """Return what a metric does when it gets worse."""
    found = find_metric(task, metric)
    return "falls" if found is None or found.greater_is_better else "rises"


def _bars(
    names: Sequence[str],
    series: Sequence[tuple[str, str, Sequence[float]]],
    errors: Sequence[float] | None = None,
) -> Figure:
    """Draw lying bars, the first at the top; places are numbers, as two names may look alike."""
    places = list(range(len(names)))
    traces: list[dict[str, Any]] = []
    for label, colour, values in series:
        trace = {"type": "bar", "orientation": "h", "name": label, "y": places, "x": list(values),
                 "text": list(names), "textposition": "none", "marker": {"color": colour},
                 "hovertemplate": "%{text}: %{x:.4g}<extra></extra>"}  # fmt: skip
        if errors is not None:
            trace["error_x"] = {"type": "data", "array": list(errors), "color": "muted",
                                "thickness": 1.5, "width": 4}  # fmt: skip
        traces.append(trace)
    layout = {
        "height": AROUND_PX + ROW_PX * len(names) * max(1, len(series)), "bargap": 0.35,
        "yaxis": {"autorange": "reversed", "tickvals": places,
                  "ticktext": [_short(name) for name in names]},
    }  # fmt: skip
    return {"traces": traces, "layout": (LEGEND | layout) if len(series) > 1 else layout}


def _short(name: str) -> str:
    return cut_middle(name, LONGEST_NAME)


def dependence_chart(task: str, one: Mapping[str, Any]) -> Figure:
    """Draw what is predicted on average where a column has this or that value."""
    lines, values = one["lines"], one["values"]
    what = "Prediction" if task == "regression" else "Probability"
    draw = _numbers if one["kind"] == "number" else _categories
    layout: dict[str, Any] = {"xaxis": {"title": {"text": _short(one["name"])}},
                              "yaxis": {"title": {"text": _about(what, lines)}}}  # fmt: skip
    if len(lines) > 1:
        layout = LEGEND | layout
    if one["kind"] != "number":
        layout["xaxis"] |= {"type": "category"}
    rows = [
        [line["class"] or what, values[n], line["mean"][n], line["low"][n], line["high"][n]]
        for line in lines
        for n in range(len(values))
    ]
    return {
        "traces": draw(one),
        "layout": layout,
        "table": table(["Predicted", _short(one["name"]), "Mean", "Low", "High"], rows),
        "alt": f"{one['name']}: {'; '.join(_say(what, line, values) for line in lines)}",
    }


def _about(what: str, lines: Sequence[Mapping[str, Any]]) -> str:
    only = lines[0]["class"] if len(lines) == 1 else ""
    return f"{what} of {_short(only)}" if only else what


def _say(what: str, line: Mapping[str, Any], values: Sequence[Any]) -> str:
    means = line["mean"]
    low, high = min(means), max(means)
    of = f" of {line['class']}" if line["class"] else ""
    return (
        f"{what}{of} goes from {number(low)} (at {_value(values[means.index(low)])}) "
        f"to {number(high)} (at {_value(values[means.index(high)])})"
    )


def _value(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _numbers(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    lines, traces = one["lines"], []
    for line in lines:
        if len(lines) == 1:
            shape = {"type": "scatter", "mode": "lines", "x": one["values"], "hoverinfo": "skip",
                     "showlegend": False, "line": {"color": "muted", "width": 0.5}}  # fmt: skip
            traces.append(shape | {"y": line["low"]})
            traces.append(shape | {"y": line["high"], "fill": "tonexty", "fillcolor": "grid"})
        traces.append(
            {"type": "scatter", "mode": "lines+markers", "name": line["class"],
             "x": one["values"], "y": line["mean"],
             "line": {"color": COLOURS[line["place"]], "dash": DASHES[line["place"]]},
             "marker": {"symbol": MARKERS[line["place"]], "size": 5}}
        )  # fmt: skip
    floor = min(min(line["low"] if len(lines) == 1 else line["mean"]) for line in lines)
    traces.append(
        {"type": "scatter", "mode": "markers", "name": "Deciles", "showlegend": False,
         "x": one["deciles"], "y": [floor] * len(one["deciles"]),
         "hovertemplate": "a decile: %{x}<extra></extra>",
         "marker": {"symbol": "line-ns-open", "color": "muted", "size": 9}}
    )  # fmt: skip
    return traces


def _categories(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    counts = one.get("counts") or [None] * len(one["values"])
    notes = ["" if n is None else f"{n:,} rows" for n in counts]
    return [
        {"type": "bar", "name": line["class"], "x": one["values"], "y": line["mean"],
         "text": notes, "textposition": "none", "marker": {"color": COLOURS[line["place"]]},
         "hovertemplate": "%{x}: %{y:.4g}, %{text}<extra></extra>"}
        for line in one["lines"]
    ]  # fmt: skip


def coefficient_chart(found: Mapping[str, Any]) -> Figure:
    """Draw the largest weights of a linear model."""
    names, rows = found["names"][:BARS], found["rows"][: len(COLOURS)]
    series = [(r["class"], COLOURS[n], r["weights"][:BARS]) for n, r in enumerate(rows)]
    bars = _bars(names, series)
    bars["layout"] |= {"xaxis": {"title": {"text": "Weight"}}}
    told = [
        [row["class"] or "prediction", name, weight]
        for row in found["rows"]
        for name, weight in zip(found["names"], row["weights"], strict=True)
    ]
    first = ", ".join(
        f"{name} {number(weight)}" for name, weight in zip(names[:5], series[0][2], strict=False)
    )
    return bars | {
        "table": table(["Of", "Column after encoding", "Weight"], told),
        "alt": f"The largest weights: {first}",
    }


def curve_chart(curve: Mapping[str, Any]) -> Figure:
    """Draw the main metric against how many rows were learned from."""
    title, points = metric_title(curve["metric"]), curve["points"]
    words = ", ".join(f"{score(p['mean'])} with {p['rows']:,} rows" for p in points)
    return {
        "traces": [
            {"type": "scatter", "mode": "lines+markers", "name": title,
             "x": [p["rows"] for p in points], "y": [p["mean"] for p in points],
             "error_y": {"type": "data", "array": [p["std"] or 0.0 for p in points],
                         "thickness": 1.5, "width": 4},
             "line": {"color": "c1"}, "marker": {"size": 8}}
        ],
        "layout": {"xaxis": {"title": {"text": "Rows learned from"}, "rangemode": "tozero"},
                   "yaxis": {"title": {"text": title}}},
        "table": table(["Rows", title, "Spread", "Folds"],
                       [[p["rows"], score_cell(p["mean"]), score_cell(p["std"]), p["folds"]]
                        for p in points]),
        "alt": f"{title} by how many rows were learned from: {words}",
    }  # fmt: skip
