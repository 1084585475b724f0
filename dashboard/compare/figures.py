"""All figures of the compare page by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.compare.asked import Asked
from dashboard.compare.charts import fold_chart, time_chart
from dashboard.compare.comparison import Comparison
from dashboard.compare.curves import PRECISION_RECALL, ROC, curve_chart
from dashboard.compare.leads import lead_chart
from dashboard.compare.varying import parallel_chart, parameter_chart
from tasks.engine.estimators.catalogue import find_metric, metric_title

Figure = dict[str, Any]
Draw = Callable[[Comparison, Asked], Figure | None]


@dataclass(frozen=True)
class Named:
    """A figure with its name in addresses, its title, and what is to be known to read it."""

    name: str
    title: str
    note: str
    figure: Figure


DRAWN: Mapping[str, tuple[str, str, Draw]] = {
    "folds": ("{metric} by fold", "line = mean", lambda found, _: fold_chart(found)),
    "time": ("{metric} against fit time", "{up} and left is better",
             lambda found, _: time_chart(found)),
    "leads": ("Lead of the best one", "solid = by folds, dotted = by {unit}, both 95%",
              lambda found, _: lead_chart(found)),
    "parameter": ("{metric} against one setting", "whiskers = spread over folds",
                  lambda found, asked: parameter_chart(found, asked.parameter)),
    "roc": (ROC.title, "", lambda found, asked: curve_chart(found, ROC, asked.of_class)),
    "precision_recall": (
        PRECISION_RECALL.title, "",
        lambda found, asked: curve_chart(found, PRECISION_RECALL, asked.of_class),
    ),
    "settings": ("What varies, job by job", "one line = one job",
                 lambda found, _: parallel_chart(found)),
}  # fmt: skip


def draw_figure(found: Comparison, asked: Asked, name: str) -> Figure | None:
    """Draw one figure; None where there is none of this name, nothing to draw, or no room.

    Nor is there one of jobs that answer different questions: their points would stand on one axis
    as if one could be better than the other.
    """
    if found.is_wide or not found.is_one_question or name not in DRAWN:
        return None
    return DRAWN[name][2](found, asked)


def list_figures(found: Comparison, asked: Asked) -> list[Named]:
    """Draw all figures that there is something to draw in; none of more jobs than fit."""
    metric, known = metric_title(found.metric), find_metric(found.jobs[0].task, found.metric)
    words = {"metric": metric, "unit": found.drawn_unit,
             "up": "up" if known and known.greater_is_better else "down"}  # fmt: skip
    figures = {name: draw_figure(found, asked, name) for name in DRAWN}
    return [
        Named(name, DRAWN[name][0].format(**words), DRAWN[name][1].format(**words), figure)
        for name, figure in figures.items()
        if figure is not None
    ]
