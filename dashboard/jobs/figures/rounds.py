"""The figure of scores by round, while a job runs and after: one line for each fold."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Job
from dashboard.figures import COLOURS, DASHES, LEGEND, MARKERS, table
from dashboard.filters import count
from dashboard.jobs.figures.score_axis import score_axis
from dashboard.preferences import score_cell, score_for_reader
from tasks.engine.estimators.catalogue import find_metric, name_metric

# With more lines than this none can be told from another; the table has all folds.
MOST_LINES = 10
UNITS = {
    "rounds": "Boosting round",
    "trees": "Trees",
    "passes over the rows": "Pass over the rows",
}


def round_chart(
    job: Job, curves: Mapping[int, Mapping[str, Any]], running: int | None, is_final: bool
) -> dict[str, Any]:
    """Draw scores by round.

    Parameters
    ----------
    job : Job
        The job.
    curves : Mapping of int to Mapping
        By fold; see `running_fold.read_curves`. There is one at least.
    running : int or None
        The fold that is being fitted.
    is_final : bool
        Whether the job is over, so that the figure will not change.
    """
    newest = curves[max(curves)]
    unit = UNITS.get(newest["unit"], newest["unit"].capitalize())
    names = {n: f"Fold {n} (running)" if n == running else f"Fold {n}" for n in curves}
    shown = list(curves)[-MOST_LINES:]
    traces = [_trace(n, names[n], curves[n]["points"]) for n in shown]
    title = _title(job, newest)
    ends = ", ".join(
        f"{names[n]} {score_for_reader(score)} after {count(done)}"
        for n in shown
        for done, score in curves[n]["points"][-1:]
    )
    heights = [score for n in shown for _, score in curves[n]["points"]]
    left_out = len(curves) - len(shown)
    rest = f". Lines of the last {len(shown)} of {len(curves)} folds" if left_out else ""
    return {
        "traces": traces,
        "layout": LEGEND | {
            "xaxis": {"title": {"text": unit}, "rangemode": "tozero"},
            "yaxis": score_axis(heights, newest["measure"]) | {"title": {"text": title}},
        },
        "table": _table(unit, names, curves),
        "alt": f"{title} by {unit.lower()}: {ends}{rest}",
        "note": f"{_say_whose(job, newest)}{rest}.",
        "final": is_final,
    }  # fmt: skip


def _trace(fold: int, name: str, points: list[list[float]]) -> dict[str, Any]:
    style = (fold - 1) % len(COLOURS)
    colour = COLOURS[style]
    return {
        "type": "scatter", "mode": "lines+markers", "name": name,
        "x": [done for done, _ in points], "y": [score for _, score in points],
        "line": {"color": colour, "dash": DASHES[style], "width": 2},
        "marker": {"color": colour, "symbol": MARKERS[style], "size": 6},
    }  # fmt: skip


def _table(
    unit: str, names: Mapping[int, str], curves: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    by_fold = {n: dict(curve["points"]) for n, curve in curves.items()}
    rounds = sorted({done for points in by_fold.values() for done in points})
    rows = [
        [done, *(score_cell(points.get(done)) for points in by_fold.values())] for done in rounds
    ]
    return table([unit, *names.values()], rows)


def _title(job: Job, curve: Mapping[str, Any]) -> str:
    """Return what is measured, by the word of the axis."""
    metric = find_metric(job.task, curve["measure"])
    return name_metric(metric, job.details.get("positive_class")) if metric else "Loss"


def _say_whose(job: Job, curve: Mapping[str, Any]) -> str:
    """Say whose rows were scored, and what that is worth."""
    if curve["whose"] == "training":
        return (
            "Loss of the rows that a fold learns from, so it tells how the fit settles and not "
            "how good the model is. Less is better"
        )
    found = find_metric(job.task, curve["measure"])
    better = "Higher" if found and found.greater_is_better else "Less"
    if curve["whose"] == "validation":
        return (
            "Of the rows that early stopping sets aside from those that a fold learns from; the "
            f"fold's own score is of other rows. {better} is better"
        )
    if curve["rows"] == curve["of"]:
        return f"Of the rows that each fold holds out. {better} is better"
    part = f"{count(curve['rows'])} of the {count(curve['of'])} rows that a fold holds out"
    return f"Of {part}, so its own score differs a little. {better} is better"
