"""What a job's page shows of the decision threshold: costs, cuts, and the cheapest of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.db import Job
from dashboard.figures import COLOURS, LEGEND, table
from dashboard.filters import number
from dashboard.jobs.threshold.decision import read_amount
from tasks.engine.scores.costs import Costs, Cut, find_cheapest, read_cuts
from tasks.engine.scores.decision_checks import CELLS

RANKS = {"probability": "probability", "margin": "decision value"}
TABLE_ROWS = 25
FEW_ROWS = 50


@dataclass(frozen=True)
class DecisionView:
    """The threshold of a job with two classes; `typed` has the costs as text by cell."""

    positive: str
    negative: str
    rank: str
    costs: Costs
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    cuts: list[Cut]
    cheapest: Cut
    current: Cut

    @property
    def labels(self) -> dict[str, str]:
        """What each cell means, in the names of the classes."""
        yes, no = f'"{self.positive}"', f'"{self.negative}"'
        return {
            "false_positive": f"{no} taken for {yes}",
            "false_negative": f"{yes} taken for {no}",
            "true_positive": f"{yes} found",
            "true_negative": f"{no} predicted right",
        }

    @property
    def leaves_ties_out(self) -> bool:
        """Whether rows with two equal probabilities are told to be of the other class."""
        return self.current.threshold == math.nextafter(0.5, 1)

    @property
    def has_few_rows(self) -> bool:
        """Whether there are so few that what is drawn against the threshold goes in steps."""
        return self.cheapest.n < FEW_ROWS

    @property
    def is_saved(self) -> bool:
        """Whether the cheapest threshold is the one that the job uses."""
        return self.cheapest.threshold == self.current.threshold


def view_decision(
    job: Job, results: Mapping[str, Any], asked: Mapping[str, str]
) -> DecisionView | None:
    """Return what the page shows, or None where there is no threshold to choose.

    Parameters
    ----------
    job : Job
        The job; succeeded.
    results : Mapping
        Its results.
    asked : Mapping of str to str
        The costs as typed, by cell; the job's own by default.
    """
    found = results.get("thresholds")
    if not found:
        return None
    cuts = list(read_cuts(found))
    known = Costs(**(job.decision or {}).get("costs", {}))
    costs, typed, errors = _read_costs(known, asked)
    used = (job.decision or {}).get("threshold", found["default"])
    names = [name for name in results["confusion"]["labels"] if name != found["class"]]
    return DecisionView(
        positive=found["class"],
        negative=names[0] if names else "the other class",
        rank=RANKS[found["kind"]],
        costs=costs,
        typed=typed,
        errors=errors,
        cuts=cuts,
        cheapest=find_cheapest(cuts, costs, found["default"]),
        current=min(cuts, key=lambda cut: abs(cut.threshold - used)),
    )


def _read_costs(
    known: Costs, asked: Mapping[str, str]
) -> tuple[Costs, dict[str, str], dict[str, str]]:
    values, typed, errors = known.as_dict(), {}, {}
    for cell in CELLS:
        text = asked.get(cell, "").strip()
        typed[cell] = text or f"{values[cell]:g}"
        cost = read_amount(typed[cell])
        if cost is None:
            errors[cell] = f'A cost is a number, such as 5 or 0.5; "{text[:40]}" is none'
        else:
            values[cell] = cost
    return Costs(**values), typed, errors


def decision_chart(view: DecisionView) -> dict[str, Any]:
    """Draw precision, recall and cost against the threshold, of few rows as the steps they are.

    A row is told to be positive up to its own value, so from the next lower cut up to a cut all is
    as at that cut. The highest stands first: a line goes on level to the next one, then steps.
    """
    shape = {"shape": "hv"} if view.has_few_rows else {}
    xs = [cut.threshold for cut in view.cuts]
    costs = [cut.cost(view.costs) for cut in view.cuts]
    lines = (
        ("Precision", [cut.precision for cut in view.cuts], "solid", "y"),
        ("Recall", [cut.recall for cut in view.cuts], "dash", "y"),
        ("Cost", costs, "dot", "y2"),
    )
    traces: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "name": name, "x": xs, "y": ys, "yaxis": axis,
         "line": {"color": COLOURS[n], "dash": dash} | shape}
        for n, (name, ys, dash, axis) in enumerate(lines)
    ]  # fmt: skip
    best = view.cheapest
    traces.append(
        {"type": "scatter", "mode": "markers", "name": f"Cheapest, {number(best.threshold)}",
         "x": [best.threshold], "y": [best.cost(view.costs)], "yaxis": "y2",
         "marker": {"color": COLOURS[2], "symbol": "diamond", "size": 11}}
    )  # fmt: skip
    return {
        "traces": traces,
        "layout": LEGEND | {
            "xaxis": {"title": {"text": f"Threshold, {view.rank} of {view.positive}"}},
            "yaxis": {"title": {"text": "Precision, recall"}, "range": [0, 1.02]},
            "yaxis2": {"title": {"text": "Cost"}, "overlaying": "y", "side": "right",
                       "showgrid": False, "rangemode": "tozero",
                       # By itself it would be marked where the other axis is: 14.59k, 11.67k.
                       "tickmode": "auto", "nticks": 6},
            "margin": {"l": 48, "r": 56, "t": 40, "b": 40, "pad": 4},
        },
        "table": _table(view),
        "alt": f"Precision, recall and cost by threshold. The cheapest is "
               f"{number(best.threshold)}: it costs {number(best.cost(view.costs))}",
    }  # fmt: skip


def _table(view: DecisionView) -> dict[str, Any]:
    """Return some of the cuts, the cheapest one and the one in use among them."""
    step = max(1, len(view.cuts) // TABLE_ROWS)
    shown = {*view.cuts[::step], view.cheapest, view.current}
    cells = ("true_positive", "false_positive", "false_negative", "true_negative")
    rows = [
        [float(cut.threshold), *[getattr(cut, cell) for cell in cells],
         cut.precision, cut.recall, float(cut.cost(view.costs))]
        for cut in sorted(shown, key=lambda cut: -cut.threshold)
    ]  # fmt: skip
    titles = [cell.replace("_", " ").capitalize() for cell in cells]
    return table(["Threshold", *titles, "Precision", "Recall", "Cost"], rows)
