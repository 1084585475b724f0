"""The decision threshold that a request asks for, and the costs that it was chosen by: checked."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Dataset
from dashboard.jobs.checked import Checked
from tasks.engine.costs import Costs
from tasks.engine.positive import choose_positive

CELLS = tuple(Costs.__dataclass_fields__)
MOST = 1e12
# Whose threshold is a probability, whatever their parameters are. Others may have a decision
# function, whose threshold may be any number: that is found in training.
PROBABILISTIC = frozenset(
    {
        "AdaBoostClassifier", "BaggingClassifier", "BernoulliNB", "DecisionTreeClassifier",
        "DummyClassifier", "ExtraTreesClassifier", "GaussianNB", "GaussianProcessClassifier",
        "GradientBoostingClassifier", "HistGradientBoostingClassifier", "KNeighborsClassifier",
        "LinearDiscriminantAnalysis", "LogisticRegression", "LogisticRegressionCV",
        "MLPClassifier", "MultinomialNB", "QuadraticDiscriminantAnalysis",
        "RandomForestClassifier",
    }
)  # fmt: skip


def check_decision(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> None:
    """Check ``threshold`` and ``costs``; both are kept in the job's details.

    Whether an estimator that is not among `PROBABILISTIC` gives probabilities, so that a threshold
    must be one, is found in training.
    """
    threshold, costs = body.get("threshold"), body.get("costs")
    if threshold is None:
        if costs:
            checked.problems["costs"] = "costs need the threshold that was chosen by them"
        return
    column = next(c for c in dataset.columns if c["name"] == checked.values["target"])
    if checked.values["task"] != "classification" or column["distinct"] != 2:
        checked.problems["threshold"] = (
            f'threshold is for two classes, and "{column["name"]}" is not one of two'
        )
    elif not is_amount(threshold):
        checked.problems["threshold"] = "threshold must be a number, such as 0.3"
    elif body.get("estimator") in PROBABILISTIC and not 0 <= threshold <= 1:
        checked.problems["threshold"] = (
            f"threshold is a probability here, from 0 to 1, not {threshold:g}"
        )
    decision = {"threshold": threshold, "costs": _check_costs(checked, costs)}
    checked.values.setdefault("details", {})["decision"] = decision


def check_positive(checked: Checked, body: Mapping[str, Any], dataset: Dataset) -> None:
    """Check ``positive_class``; it is kept in the job's details. None: it is worked out."""
    given = body.get("positive_class")
    if given is None:
        return
    column = next(c for c in dataset.columns if c["name"] == checked.values["target"])
    known = classes_of(column)
    if checked.values["task"] != "classification" or column["distinct"] != 2:
        checked.problems["positive_class"] = (
            f'positive_class is for two classes, and "{column["name"]}" is not one of two'
        )
    elif not isinstance(given, str) or (known and given not in known):
        words = " or ".join(f'"{name}"' for name in known) or "a text"
        checked.problems["positive_class"] = f"positive_class must be {words}"
    checked.values.setdefault("details", {})["positive"] = given


def classes_of(column: Mapping[str, Any]) -> list[str]:
    """Return the two classes of a column, where its profile knows them; else none."""
    found = [str(top["value"]) for top in column.get("top") or ()]
    return sorted(found) if len(found) == column.get("distinct") == 2 else []


def usual_positive(column: Mapping[str, Any]) -> str | None:
    """Return the class of two that is positive unless one is chosen; None where it is unknown."""
    if not classes_of(column):
        return None
    found: str = choose_positive({str(top["value"]): top["count"] for top in column["top"]})
    return found


def is_amount(value: Any) -> bool:
    """Tell whether a JSON value is a number of a size that can be reckoned with."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) <= MOST  # never so for what is no number or endless


def read_amount(text: str) -> float | None:
    """Return a number that was typed; None for what is none."""
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if is_amount(amount) else None


def _check_costs(checked: Checked, given: Any) -> dict[str, float]:
    if not given:
        return {}
    if not isinstance(given, dict) or not set(given) <= set(CELLS):
        checked.problems["costs"] = f"costs must be numbers by name: {', '.join(CELLS)}"
        return {}
    wrong = [name for name, cost in given.items() if not is_amount(cost)]
    if wrong:
        checked.problems["costs"] = f"the cost of a {wrong[0].replace('_', ' ')} must be a number"
        return {}
    return Costs(**given).as_dict()
