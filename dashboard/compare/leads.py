"""By how much the best job leads, and how sure that is: by its folds, and by its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.compare.charts import height_of
from dashboard.compare.comparison import SIDE_BY_SIDE, Comparison
from dashboard.compare.drawn import difference_interval
from dashboard.compare.marks import marker
from dashboard.compare.stored import read_stored
from dashboard.db import Job
from dashboard.figures import LEGEND, table
from dashboard.filters import number
from dashboard.preferences import delta_for_reader as delta
from tasks.engine.estimators.catalogue import find_metric, metric_title
from tasks.engine.scores.paired import Paired

Ends = tuple[float, float]
BESIDE = 0.2  # how far the interval by rows is drawn below that by folds


@dataclass(frozen=True)
class Lead:
    """The lead of the best job over another; positive where the best one is better.

    `by_rows` is the interval from drawing the scored rows, or groups of them, anew; None where
    it is not known.
    """

    place: int  # which of the colours is its own
    job: Job
    by_folds: Paired
    by_rows: Ends | None

    @property
    def word(self) -> str:
        """What the verdict says of it."""
        return "tied" if self.by_folds.is_tied else "beaten"


def list_leads(found: Comparison) -> list[Lead]:
    """List the leads of the best job over the others; none without a verdict."""
    verdict = found.verdict
    metric = find_metric(found.jobs[0].task, found.metric)
    if verdict is None or metric is None:
        return []
    sign = 1 if metric.greater_is_better else -1
    return [
        Lead(place, job, lead, _by_rows(found, verdict.best, job, sign * lead.mean, sign))
        for place, job in zip(found.places, found.jobs, strict=True)
        if (lead := verdict.leads.get(job.id))
    ]


def _by_rows(
    found: Comparison, best: Job, other: Job, difference: float, sign: int
) -> Ends | None:
    if len(found.jobs) > SIDE_BY_SIDE:  # each has a file of its own
        return None
    ends = rows_interval(best, other, found.metric, difference)
    return None if ends is None else (min(e * sign for e in ends), max(e * sign for e in ends))


def rows_interval(one: Job, other: Job, metric: str, difference: float) -> Ends | None:
    """Return the interval of one job's score minus another's, by the rows that were scored."""
    return difference_interval(
        read_stored(one).draws, read_stored(other).draws, metric, difference
    )


def lead_chart(found: Comparison) -> dict[str, Any] | None:
    """Draw the leads with their intervals; None without a verdict."""
    leads = list_leads(found)
    if not leads or found.verdict is None:
        return None
    title, best = metric_title(found.metric), found.verdict.best
    unit = found.drawn_unit
    names = [found.label(lead.job) for lead in leads]
    traces = [
        trace for at, lead in enumerate(leads) for trace in _traces(at, lead, names[at], unit)
    ]
    ends = [-0.5, len(leads) - 0.5]
    traces.append({"type": "scatter", "mode": "lines", "name": "No lead", "x": [0, 0], "y": ends,
                   "line": {"color": "muted", "dash": "dot"}})  # fmt: skip
    said = [f"{delta(lead.by_folds.mean)} over {lead.job.name}, {lead.word}" for lead in leads]
    return {
        "traces": traces,
        "layout": LEGEND | {
            "showlegend": False, "height": height_of(len(leads)),
            "xaxis": {"title": {"text": f"Lead in {title}"}},
            "yaxis": {"tickvals": list(range(len(leads))), "range": ends[::-1],
                      "ticktext": names},
        },
        "table": table(
            ["Over", "Lead", "By folds, from", "to", "p-value", f"By {unit}, from", "to",
             "Verdict"],
            [_line(lead, name) for lead, name in zip(leads, names, strict=True)],
        ),
        "alt": f"Lead of {best.name} in {title}: {'; '.join(said)}",
    }  # fmt: skip


def _traces(at: int, lead: Lead, name: str, unit: str) -> list[dict[str, Any]]:
    found, mark = lead.by_folds, marker(lead.place)
    traces: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "markers", "name": f"{name}, by folds",
         "x": [found.mean], "y": [at], "marker": mark | {"size": 11},
         "error_x": {"type": "data", "symmetric": False, "array": [found.high - found.mean],
                     "arrayminus": [found.mean - found.low], "color": mark["color"],
                     "thickness": 2, "width": 5}}
    ]  # fmt: skip
    if lead.by_rows:
        traces.append(
            {"type": "scatter", "mode": "lines", "name": f"{name}, by {unit}",
             "x": list(lead.by_rows), "y": [at + BESIDE] * 2,
             "line": {"color": mark["color"], "width": 3, "dash": "dot"}}
        )  # fmt: skip
    return traces


def _line(lead: Lead, name: str) -> Sequence[Any]:
    found, rows = lead.by_folds, lead.by_rows or (None, None)
    p_value = "<0.0001" if found.p_value < 1e-4 else number(found.p_value, 2)
    return [name, found.mean, found.low, found.high, p_value, *rows, lead.word]
