"""The figures of a job's page: traces, layout, a table of the same numbers, and a sentence."""

from collections.abc import Sequence
from typing import Any

from dashboard.db import Job, JobFold
from tasks.engine.catalogue import find_metric

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6")


def fold_chart(job: Job, folds: Sequence[JobFold], is_final: bool) -> dict[str, Any]:
    """Draw the main metric by fold."""
    known = [(f.fold, f.scores.get(job.metric)) for f in folds]
    known = [(fold, value) for fold, value in known if value is not None]
    xs, ys = [f"Fold {fold}" for fold, _ in known], [value for _, value in known]
    traces = [
        {"type": "scatter", "mode": "markers", "name": "Fold", "x": xs, "y": ys,
         "marker": {"color": "c1", "size": 11}},
    ]  # fmt: skip
    if ys:
        mean = sum(ys) / len(ys)
        traces.append(
            {"type": "scatter", "mode": "lines", "name": "Mean", "x": xs, "y": [mean] * len(xs),
             "line": {"color": "c2", "dash": "dash"}}
        )  # fmt: skip
    metric = find_metric(job.task, job.metric)
    title = metric.title if metric else job.metric
    words = ", ".join(f"{x} {y:.4f}" for x, y in zip(xs, ys, strict=True)) or "no fold yet"
    return {
        "traces": traces,
        "layout": {"yaxis": {"title": {"text": title}, "visible": bool(ys)},
                   "xaxis": {"type": "category", "visible": bool(ys)}},
        "table": {"columns": ["Fold", job.metric, "Fit, seconds"],
                  "rows": [[f.fold, f.scores.get(job.metric), round(f.fit_seconds, 3)]
                           for f in folds]},
        "alt": f"{job.metric} by fold: {words}",
        "final": is_final,
    }  # fmt: skip


def roc_chart(results: dict[str, Any]) -> dict[str, Any]:
    """Draw the ROC curves of the pooled out-of-fold predictions."""
    curves = results.get("roc") or []
    traces: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "name": f"{c['class']}, {c['auc']:.3f}",
         "x": c["fpr"], "y": c["tpr"], "line": {"color": COLOURS[n], "dash": DASHES[n]}}
        for n, c in enumerate(curves)
    ]  # fmt: skip
    traces.append(
        {"type": "scatter", "mode": "lines", "name": "Guessing", "x": [0, 1], "y": [0, 1],
         "line": {"color": "muted", "dash": "dot"}}
    )  # fmt: skip
    rows = [
        [c["class"], x, y, t]
        for c in curves
        for x, y, t in zip(c["fpr"], c["tpr"], c["threshold"], strict=True)
    ]
    words = "; ".join(f"{c['class']}: area {c['auc']:.3f}" for c in curves)
    return {
        "traces": traces,
        "layout": {
            "xaxis": {"title": {"text": "False positive rate"}, "range": [0, 1]},
            "yaxis": {"title": {"text": "True positive rate"}, "range": [0, 1.02]},
        },
        "table": {
            "columns": ["Class", "False positive rate", "True positive rate", "Threshold"],
            "rows": rows,
        },
        "alt": f"ROC curves of all out-of-fold predictions. {words}",
    }


def confusion_chart(results: dict[str, Any]) -> dict[str, Any]:
    """Draw the confusion of classes as bars: for each true class, what was predicted."""
    confusion = results["confusion"]
    labels, counts = confusion["labels"], confusion["counts"]
    shown = range(min(len(labels), len(COLOURS)))
    traces = [
        {"type": "bar", "name": f"predicted {labels[p]}", "x": labels,
         "y": [row[p] for row in counts], "marker": {"color": COLOURS[p]}}
        for p in shown
    ]  # fmt: skip
    right = sum(row[n] for n, row in enumerate(counts))
    total = sum(map(sum, counts))
    return {
        "traces": traces,
        "layout": {"barmode": "group",
                   "xaxis": {"title": {"text": "True class"}, "type": "category"},
                   "yaxis": {"title": {"text": "Rows"}}},
        "table": {"columns": ["True class", *[f"Predicted {name}" for name in labels]],
                  "rows": [[name, *row] for name, row in zip(labels, counts, strict=True)]},
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
        "layout": {"xaxis": {"title": {"text": "Actual"}},
                   "yaxis": {"title": {"text": "Predicted"}}},
        "table": {"columns": ["Row", "Actual", "Predicted"],
                  "rows": [list(row) for row in zip(points["row"], points["actual"],
                                                    points["predicted"], strict=True)]},
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
        "table": {"columns": ["From", "To", "Rows"],
                  "rows": [[edges[n], edges[n + 1], c] for n, c in enumerate(counts)]},
        "alt": f"Residuals: half of the predictions are off by {q['p25']:.4g} to {q['p75']:.4g}",
    }  # fmt: skip


def result_charts(job: Job, results: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the result figures of a job: name, title, figure."""
    if job.task == "classification":
        found = [("confusion", "Confusion", confusion_chart(results))]
        if results.get("roc"):
            found.insert(0, ("roc", "ROC curve", roc_chart(results)))
        return found
    return [
        ("predicted", "Predicted against actual", predicted_chart(results)),
        ("residuals", "Residuals", residual_chart(results)),
    ]
