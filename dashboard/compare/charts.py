"""The figures of the compare page. A job has one colour and one marker in all of them."""

from typing import Any

from dashboard.compare.comparison import Comparison
from dashboard.db import Job

COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "star")


def marker(n: int) -> dict[str, Any]:
    """Return the colour and shape of the n-th job; beyond six, grey circles."""
    if n < len(COLOURS):
        return {"color": COLOURS[n], "symbol": MARKERS[n], "size": 10}
    return {"color": "muted", "symbol": "circle-open", "size": 9}


def label(job: Job) -> str:
    """Return a job's name with its id, because names need not differ."""
    return f"{job.name[:40]} #{job.id}"


def fold_chart(found: Comparison) -> dict[str, Any]:
    """Draw the metric by fold, one row of points for each job."""
    traces, rows, words = [], [], []
    for n, job in enumerate(found.jobs):
        scores = [(f.fold, f.scores.get(found.metric)) for f in found.folds[job.id]]
        known = [(fold, value) for fold, value in scores if value is not None]
        traces.append(
            {"type": "scatter", "mode": "markers", "name": label(job), "marker": marker(n),
             "x": [value for _, value in known], "y": [label(job)] * len(known)}
        )  # fmt: skip
        rows += [[label(job), fold, value] for fold, value in known]
        if known:
            words.append(f"{job.name} {sum(v for _, v in known) / len(known):.4f}")
    return {
        "traces": traces,
        "layout": {"showlegend": False, "xaxis": {"title": {"text": found.metric}},
                   "yaxis": {"type": "category", "autorange": "reversed", "automargin": True}},
        "table": {"columns": ["Job", "Fold", found.metric], "rows": rows},
        "alt": f"{found.metric} by fold. Means: {', '.join(words)}",
    }  # fmt: skip


def time_chart(found: Comparison) -> dict[str, Any]:
    """Draw the score against the time that the folds took to fit."""
    traces, rows = [], []
    for n, job in enumerate(found.jobs):
        seconds = sum(f.fit_seconds for f in found.folds[job.id])
        value = job.metrics.get(found.metric, {}).get("mean")
        if value is None or not seconds:
            continue
        traces.append(
            {"type": "scatter", "mode": "markers+text", "name": label(job),
             "text": [job.name[:30]], "textposition": "top center",
             "marker": marker(n) | {"size": 12},
             "x": [seconds], "y": [value]}
        )  # fmt: skip
        rows.append([label(job), round(seconds, 3), value])
    return {
        "traces": traces,
        "layout": {"showlegend": False, "yaxis": {"title": {"text": found.metric}},
                   "xaxis": {"type": "log", "title": {"text": "Training time, seconds"}}},
        "table": {"columns": ["Job", "Training time, seconds", found.metric], "rows": rows},
        "alt": f"{found.metric} against training time of {len(rows)} jobs",
    }  # fmt: skip
