"""The decision threshold that a request asks for, and the costs that it was chosen by: checked."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Dataset
from dashboard.jobs.asking.checked import Checked
from dashboard.jobs.asking.validation import find_learned
from tasks.engine.scores.costs import Costs
from tasks.engine.scores.decision_checks import (
    classes_of,
    find_costs_fault,
    find_positive_fault,
    find_threshold_fault,
    is_amount,
)
from tasks.engine.scores.positive import choose_positive


def check_decision(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> None:
    """Check ``threshold`` and ``costs``; both are kept in the job's details.

    Whether an estimator that may have a decision function gives probabilities, so that a threshold
    must be one, is found in training.
    """
    threshold, costs = body.get("threshold"), body.get("costs") or {}
    if threshold is None:
        if costs:
            checked.problems["costs"] = "costs need the threshold that was chosen by them"
        return
    column, task = find_learned(checked, body, dataset), checked.values["task"]
    if fault := find_threshold_fault(threshold, body.get("estimator"), task, column):
        checked.problems["threshold"] = fault
    if fault := find_costs_fault(costs):
        checked.problems["costs"], costs = fault, {}
    decision = {"threshold": threshold, "costs": Costs(**costs).as_dict() if costs else {}}
    checked.values.setdefault("details", {})["decision"] = decision


def check_positive(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> None:
    """Check ``positive_class``; it is kept in the job's details. None: it is worked out."""
    given = body.get("positive_class")
    if given is None:
        return
    column = find_learned(checked, body, dataset)
    if fault := find_positive_fault(given, checked.values["task"], column):
        checked.problems["positive_class"] = fault
    checked.values.setdefault("details", {})["positive"] = given


def usual_positive(column: Mapping[str, Any]) -> str | None:
    """Return the class of two that is positive unless one is chosen; None where it is unknown."""
    if not classes_of(column):
        return None
    found: str = choose_positive({str(top["value"]): top["count"] for top in column["top"]})
    return found


def read_amount(text: str) -> float | None:
    """Return a number that was typed; None for what is none."""
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if is_amount(amount) else None
