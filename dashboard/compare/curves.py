"""ROC and precision-recall curves of several jobs in one figure, from their stored results."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dashboard.compare.comparison import Comparison
from dashboard.compare.marks import line
from dashboard.compare.stored import Curve, Stored, read_stored
from dashboard.figures import LEGEND, table
from dashboard.filters import percent
from dashboard.preferences import score_for_reader as score

Figure = dict[str, Any]


class Kind(NamedTuple):
    """One kind of curve: its name in the results, its titles, and where it is read off."""

    name: str
    title: str
    x_title: str
    y_title: str
    area_title: str
    at: Sequence[float]

    def of(self, stored: Stored) -> Mapping[str, Curve]:
        """Return the curves of this kind by class."""
        return stored.roc if self is ROC else stored.precision_recall


ROC = Kind("roc", "ROC curves", "False positive rate", "True positive rate", "Area",
           (0.01, 0.05, 0.1, 0.2, 0.5))  # fmt: skip
PRECISION_RECALL = Kind("precision_recall", "Precision and recall", "Recall", "Precision",
                        "Average precision", (0.1, 0.25, 0.5, 0.75, 0.9))  # fmt: skip


def list_classes(found: Comparison) -> list[str]:
    """List the classes that some job has curves of, those of the first job first."""
    return list(dict.fromkeys(name for job in found.jobs for name in read_stored(job).roc))


def curve_chart(found: Comparison, kind: Kind, of_class: str | None = None) -> Figure | None:
    """Draw one kind of curve of all jobs that have it for a class; None where none has."""
    classes = list_classes(found)
    shown = of_class if of_class in classes else next(iter(classes), "")
    curves = [(n, job, kind.of(read_stored(job)).get(shown)) for n, job in enumerate(found.jobs)]
    drawn = [(n, job, curve) for n, job, curve in curves if curve is not None]
    if not drawn:
        return None
    said = ", ".join(f"{job.name} {score(curve.area)}" for _, job, curve in drawn)
    heads = [f"{kind.y_title} at {percent(x)}" for x in kind.at]
    rows = [
        [found.label(job), curve.area, *[height_at(curve, x) for x in kind.at]]
        for _, job, curve in drawn
    ]
    return {
        "traces": [
            {"type": "scatter", "mode": "lines", "name": found.label(job),
             "line": line(found.places[n]), "x": curve.xs, "y": curve.ys}
            for n, job, curve in drawn
        ],
        "layout": LEGEND | {"xaxis": {"title": {"text": kind.x_title}, "range": [0, 1]},
                            "yaxis": {"title": {"text": kind.y_title}, "range": [0, 1.02]}},
        "table": table(["Job", kind.area_title, *heads], rows),
        "alt": f"{kind.title} of {shown}, from all out-of-fold predictions. "
        f"{kind.area_title}: {said}",
    }  # fmt: skip


def height_at(curve: Curve, x: float) -> float | None:
    """Return a curve's height at a place, also between points; None where it does not reach."""
    after = bisect_right(curve.xs, x)
    if after == 0 or (after == len(curve.xs) and curve.xs[-1] != x):
        return None
    left, low = curve.xs[after - 1], curve.ys[after - 1]
    if left == x:
        return low
    return low + (x - left) / (curve.xs[after] - left) * (curve.ys[after] - low)
