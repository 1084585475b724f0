"""The figures of a job's page: traces, layout, a table of the same numbers, and a sentence."""

from collections.abc import Sequence
from typing import Any

from dashboard.db import Job, JobFold
from dashboard.figures import COLOURS, LEGEND, table
from dashboard.filters import number
from dashboard.jobs.figures.classes import class_charts
from dashboard.jobs.figures.score_axis import score_axis
from dashboard.jobs.page.class_order import drawn_classes
from dashboard.preferences import score_cell
from dashboard.preferences import score_for_reader as score
from tasks.engine.estimators.catalogue import metric_title


def fold_chart(job: Job, folds: Sequence[JobFold], is_final: bool) -> dict[str, Any]:
    """Draw the main metric by fold."""
    known = [(f.fold, f.scores.get(job.metric)) for f in folds]
    points = [(fold, value) for fold, value in known if value is not None]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    traces: list[dict[str, Any]] = []
    axis: dict[str, Any] = {}
    if ys:
        mean = sum(ys) / len(ys)
        axis = score_axis(ys, job.metric)
        # Ends between numbers: an axis of categories would take them for two more of these.
        ends = [0.5, max(xs) + 0.5]
        traces = [
            {"type": "scatter", "mode": "markers", "name": "Fold", "x": xs, "y": ys,
             "marker": {"color": "c1", "size": 11}},
            {"type": "scatter", "mode": "lines", "name": f"Mean {score(mean)}", "x": ends,
             "y": [mean, mean], "line": {"color": "c2", "dash": "dash"}},
        ]  # fmt: skip
    title = metric_title(job.metric)
    words = ", ".join(f"Fold {x} {score(y)}" for x, y in points) or (
        "no fold was finished" if is_final else "no fold is finished yet"
    )
    return {
        "traces": traces,
        "layout": LEGEND | {
            "yaxis": axis | {"title": {"text": title}},
            "xaxis": {"range": [0.5, max(xs, default=1) + 0.5], "tickprefix": "Fold ",
                      "tick0": 1, "dtick": max(xs, default=1) // 10 + 1},
        },
        "table": table(["Fold", title, "Fit, seconds"],
                       [[f.fold, score_cell(f.scores.get(job.metric)), f.fit_seconds]
                        for f in folds]),
        "alt": f"{title} by fold: {words}",
        "final": is_final,
    }  # fmt: skip


def confusion_chart(results: dict[str, Any]) -> dict[str, Any]:
    """Draw the confusion of classes: what the rows of each true class were taken for."""
    confusion = results["confusion"]
    labels, counts = confusion["labels"], confusion["counts"]
    sizes = [sum(row) or 1 for row in counts]
    drawn = drawn_classes(results, len(COLOURS))
    parts = [(f"predicted {labels[p]}", COLOURS[n], [row[p] for row in counts])
             for n, p in enumerate(drawn)]  # fmt: skip
    if len(labels) > len(COLOURS):
        rest = [sum(row) - sum(row[p] for p in drawn) for row in counts]
        parts.append(("predicted another class", "muted", rest))
    traces = [
        {"type": "bar", "orientation": "h", "name": name, "y": labels,
         "x": [n / size for n, size in zip(amounts, sizes, strict=True)],
         "text": [f"{n:,}" if n else "" for n in amounts], "textposition": "inside",
         "insidetextanchor": "middle", "textfont": {"color": "surface"},
         "marker": {"color": colour}}
        for name, colour, amounts in parts
    ]  # fmt: skip
    right = sum(row[n] for n, row in enumerate(counts))
    total = sum(map(sum, counts))
    return {
        "traces": traces,
        "layout": LEGEND | {
            "barmode": "stack", "bargap": 0.3, "legend": {"traceorder": "normal"},
            "yaxis": {"title": {"text": "True class"}, "type": "category",
                      "autorange": "reversed"},
            "xaxis": {"title": {"text": "Share of its rows"}, "tickformat": ".0%",
                      "range": [0, 1]},
        },
        "table": table(["True class", *[f"Predicted {name}" for name in labels]],
                       [[name, *row] for name, row in zip(labels, counts, strict=True)]),
        "alt": f"Confusion of {len(labels)} classes: {right:,} of {total:,} rows are right",
    }  # fmt: skip


def predicted_chart(results: dict[str, Any]) -> dict[str, Any]:
    """Draw predictions against what was true."""
    points = results["predicted_actual"]
    ends = [min(points["actual"]), max(points["actual"])]
    return {
        "traces": [
            {"type": "scatter", "mode": "markers", "name": "Row", "x": points["actual"],
             "y": points["predicted"], "marker": {"color": "c1", "size": 5, "opacity": 0.6}},
            {"type": "scatter", "mode": "lines", "name": "Right", "x": ends, "y": ends,
             "line": {"color": "muted", "dash": "dot"}},
        ],
        "layout": LEGEND | {"xaxis": {"title": {"text": "Actual"}},
                   "yaxis": {"title": {"text": "Predicted"}}},
        "table": table(["Row", "Actual", "Predicted"],
                       list(zip(points["row"], points["actual"], points["predicted"],
                                strict=True))),
        "alt": f"Predicted against actual for {points['shown']:,} of {results['n']:,} rows",
    }  # fmt: skip


def residual_chart(results: dict[str, Any]) -> dict[str, Any]:
    """Draw how far predictions are off."""
    residuals = results["residuals"]
    edges, counts = residuals["edges"], residuals["counts"]
    middles = [(a + b) / 2 for a, b in zip(edges, edges[1:], strict=False)]
    q = residuals["quantiles"]
    return {
        "traces": [{"type": "bar", "name": "Rows", "x": middles, "y": counts,
                    "marker": {"color": "c1"}}],
        "layout": {"bargap": 0.05, "xaxis": {"title": {"text": "Predicted minus actual"}},
                   "yaxis": {"title": {"text": "Rows"}}},
        "table": table(["From", "To", "Rows"],
                       [[edges[n], edges[n + 1], c] for n, c in enumerate(counts)]),
        "alt": f"Residuals: half of the predictions are off by {q['p25']:.4g} to {q['p75']:.4g}",
    }  # fmt: skip


def tenths_chart(results: dict[str, Any]) -> dict[str, Any]:
    """Draw how far predictions are off in each tenth of the rows, by what was predicted."""
    tenths = results["tenths"]
    worst = max(tenths, key=lambda tenth: tenth["error"])
    xs = [tenth["tenth"] for tenth in tenths]
    return {
        "traces": [
            {"type": "bar", "name": "On average", "x": xs, "y": [t["error"] for t in tenths],
             "marker": {"color": "c1"}},
            {"type": "scatter", "mode": "markers", "name": "90% are off by less", "x": xs,
             "y": [t["p90"] for t in tenths],
             "marker": {"color": "c2", "symbol": "diamond", "size": 9}},
        ],
        "layout": LEGEND | {
            "bargap": 0.3,
            "xaxis": {"title": {"text": "Tenth of the rows, by what was predicted"}, "dtick": 1},
            "yaxis": {"title": {"text": "Off by"}, "rangemode": "tozero"},
        },
        "table": table(
            ["Tenth", "Predicted from", "To", "Rows", "Mean actual", "Mean predicted",
             "Off by on average", "90% are off by less than"],
            [[t["tenth"], t["from"], t["to"], t["n"], t["actual"], t["predicted"], t["error"],
              t["p90"]] for t in tenths],
        ),
        "tenths": xs,
        "alt": f"Error by tenth of the rows, by what was predicted. The largest is in tenth "
               f"{worst['tenth']}: off by {number(worst['error'])} on average",
    }  # fmt: skip


def result_charts(job: Job, results: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the result figures of a job: name, title, figure."""
    if job.task == "classification":
        found = [("confusion", "Confusion", confusion_chart(results))]
        return [*class_charts(results), *found]
    found = [
        ("predicted", "Predicted against actual", predicted_chart(results)),
        ("residuals", "Residuals", residual_chart(results)),
    ]
    if results.get("tenths"):
        found.append(("tenths", "Error by tenth", tenths_chart(results)))
    return found
