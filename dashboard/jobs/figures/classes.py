"""The figures of class predictions: ROC, precision and recall, calibration, gain."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.figures import COLOURS, DASHES, LEGEND, MARKERS, table
from dashboard.filters import percent
from dashboard.jobs.figures.gain import gain_chart
from dashboard.jobs.page.class_order import in_class_order
from dashboard.preferences import score_for_reader as score


def class_charts(results: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the figures that a job's results have numbers for: name, title, figure."""
    drawn = (
        ("roc", "ROC curve", roc_chart),
        ("precision_recall", "Precision and recall", precision_recall_chart),
        ("calibration", "Calibration", calibration_chart),
    )
    results = results | {
        name: in_class_order(results, results[name]) for name, *_ in drawn if results.get(name)
    }
    found = [
        (name, title, draw(results) | _say_classes(results, name))
        for name, title, draw in drawn
        if results.get(name)
    ]
    gain = gain_chart(results)
    return [*found, ("gain", "Gain and lift", gain)] if gain else found


def _say_classes(results: dict[str, Any], name: str) -> dict[str, str]:
    """Say which classes are drawn, where not each of them is."""
    n_drawn, n_classes = len(results[name]), len(results["confusion"]["labels"])
    if n_drawn == 1:  # two classes have one curve
        return {"note": f"Positive class {results[name][0]['class']}"}
    if n_drawn == n_classes:
        return {}
    return {"note": f"The {n_drawn} most frequent of {n_classes} classes"}


def _named(curves: Sequence[Mapping[str, Any]], of: str, word: str, amount: float) -> str:
    """Return a curve's name in the legend, with its number; one alone says what that is."""
    return f"{of}, {word} {score(amount)}" if len(curves) == 1 else f"{of}, {score(amount)}"


def roc_chart(results: dict[str, Any]) -> dict[str, Any]:
    """Draw the ROC curves of the pooled out-of-fold predictions."""
    curves = results["roc"]
    traces: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "name": _named(curves, c["class"], "area", c["auc"]),
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
    words = "; ".join(f"{c['class']}: area {score(c['auc'])}" for c in curves)
    return {
        "traces": traces,
        "layout": LEGEND
        | {
            "xaxis": {"title": {"text": "False positive rate"}, "range": [0, 1]},
            "yaxis": {"title": {"text": "True positive rate"}, "range": [0, 1.02]},
        },
        "table": table(["Class", "False positive rate", "True positive rate", "Threshold"], rows),
        "alt": f"ROC curves of all out-of-fold predictions. {words}",
    }


def precision_recall_chart(results: dict[str, Any]) -> dict[str, Any]:
    """Draw precision against recall of the pooled out-of-fold predictions."""
    curves = results["precision_recall"]
    traces: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines",
         "name": _named(curves, c["class"], "average precision", c["average_precision"]),
         "x": c["recall"], "y": c["precision"], "line": {"color": COLOURS[n], "dash": DASHES[n]}}
        for n, c in enumerate(curves)
    ]  # fmt: skip
    if len(curves) == 1:
        traces.append(
            {"type": "scatter", "mode": "lines", "name": "Guessing", "x": [0, 1],
             "y": [curves[0]["share"]] * 2, "line": {"color": "muted", "dash": "dot"}}
        )  # fmt: skip
    rows = [
        [c["class"], x, y, t]
        for c in curves
        for x, y, t in zip(c["recall"], c["precision"], c["threshold"], strict=True)
    ]
    words = "; ".join(
        f"{c['class']}: average precision {score(c['average_precision'])}, "
        f"{percent(c['share'])} of the rows"
        for c in curves
    )
    return {
        "traces": traces,
        "layout": LEGEND
        | {
            "xaxis": {"title": {"text": "Recall"}, "range": [0, 1]},
            "yaxis": {"title": {"text": "Precision"}, "range": [0, 1.02]},
        },
        "table": table(["Class", "Recall", "Precision", "Threshold"], rows),
        "alt": f"Precision and recall of all out-of-fold predictions. {words}",
    }


def calibration_chart(results: dict[str, Any]) -> dict[str, Any]:
    """Draw how many rows were of a class against the probability that was predicted."""
    curves = results["calibration"]
    traces = [_calibration(n, c["class"], c["groups"]) for n, c in enumerate(curves)]
    traces.append(
        {"type": "scatter", "mode": "lines", "name": "As predicted", "x": [0, 1], "y": [0, 1],
         "line": {"color": "muted", "dash": "dot"}}
    )  # fmt: skip
    names = ("n", "from", "to", "predicted", "observed", "low", "high")
    rows = [
        [c["class"], *[group[name] for name in names]] for c in curves for group in c["groups"]
    ]
    words = "; ".join(f"{c['class']}: {_say_off(c['groups'])}" for c in curves)
    return {
        "traces": traces,
        "layout": LEGEND
        | {
            "xaxis": {"title": {"text": "Mean predicted probability"}, "range": [0, 1]},
            "yaxis": {"title": {"text": "Share of rows of the class"}, "range": [0, 1.02]},
        },
        "table": table(
            ["Class", "Rows", "From", "To", "Predicted", "Observed", "Low", "High"], rows
        ),
        "alt": f"Predicted probability against what was observed, with 95% intervals. {words}",
    }


def _calibration(n: int, name: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    seen = [g["observed"] for g in groups]
    return {
        "type": "scatter", "mode": "lines+markers", "name": name,
        "x": [g["predicted"] for g in groups], "y": seen,
        "text": [f"{g['n']:,} rows" for g in groups],
        "error_y": {"type": "data", "symmetric": False, "thickness": 1, "width": 3,
                    "array": [g["high"] - g["observed"] for g in groups],
                    "arrayminus": [g["observed"] - g["low"] for g in groups]},
        "line": {"color": COLOURS[n], "dash": DASHES[n]}, "marker": {"symbol": MARKERS[n]},
    }  # fmt: skip


def _say_off(groups: list[dict[str, Any]]) -> str:
    """Say how far probabilities are off, and in how many groups by more than chance."""
    total = sum(g["n"] for g in groups)
    off = sum(g["n"] * abs(g["predicted"] - g["observed"]) for g in groups) / total
    beyond = sum(not g["low"] <= g["predicted"] <= g["high"] for g in groups)
    return (
        f"predicted probabilities are off by {100 * off:.1f} percentage points on average; "
        f"in {beyond} of {len(groups)} groups of rows by more than their interval"
    )
