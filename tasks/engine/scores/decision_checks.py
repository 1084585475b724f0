"""Whether a threshold, costs and a positive class can be meant, by the table's columns alone.

Imports no scikit-learn: the web process asks, too.
"""

from collections.abc import Mapping
from typing import Any

from tasks.engine.scores.costs import Costs

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


def find_threshold_fault(
    threshold: Any, estimator: Any, task: str, column: Mapping[str, Any]
) -> str | None:
    """Say what is wrong with a threshold; None where nothing is.

    Parameters
    ----------
    threshold, estimator : object
        As they were asked for; the estimator by its class name.
    task : {"classification", "regression"}
        What is predicted.
    column : Mapping
        What is known of the target.

    Examples
    --------
    >>> column = {"name": "won", "distinct": 2}
    >>> find_threshold_fault(7, "GaussianNB", "classification", column)
    'threshold is a probability here, from 0 to 1, not 7'
    """
    if not _has_two_classes(task, column):
        return f'threshold is for two classes, and "{column["name"]}" is not one of two'
    if not is_amount(threshold):
        return "threshold must be a number, such as 0.3"
    if estimator in PROBABILISTIC and not 0 <= threshold <= 1:
        return f"threshold is a probability here, from 0 to 1, not {threshold:g}"
    return None


def find_costs_fault(costs: Any) -> str | None:
    """Say what is wrong with the costs that a threshold was chosen by; None where nothing is.

    Examples
    --------
    >>> find_costs_fault({"false_negative": "5"})
    'the cost of a false negative must be a number'
    """
    if not isinstance(costs, Mapping) or not set(costs) <= set(CELLS):
        return f"costs must be numbers by name: {', '.join(CELLS)}"
    wrong = [name for name, cost in costs.items() if not is_amount(cost)]
    return f"the cost of a {wrong[0].replace('_', ' ')} must be a number" if wrong else None


def find_positive_fault(
    given: Any, task: str, column: Mapping[str, Any], field: str = "positive_class"
) -> str | None:
    """Say what is wrong with a positive class; None where nothing is.

    Parameters
    ----------
    given : object
        The class that was asked for.
    task, column
        As in `find_threshold_fault`.
    field : str, default "positive_class"
        What the field is called where it was asked.

    Examples
    --------
    >>> tops = [{"value": "yes", "count": 3}, {"value": "no", "count": 5}]
    >>> column = {"name": "won", "distinct": 2, "top": tops}
    >>> find_positive_fault("maybe", "classification", column)
    'positive_class must be "no" or "yes"'
    """
    if not _has_two_classes(task, column):
        return f'{field} is for two classes, and "{column["name"]}" is not one of two'
    known = classes_of(column)
    if not isinstance(given, str) or (known and given not in known):
        words = " or ".join(f'"{name}"' for name in known) or "a text"
        return f"{field} must be {words}"
    return None


def classes_of(column: Mapping[str, Any]) -> list[str]:
    """Return the two classes of a column, where its profile knows them; else none."""
    found = [str(top["value"]) for top in column.get("top") or ()]
    return sorted(found) if len(found) == column.get("distinct") == 2 else []


def is_amount(value: Any) -> bool:
    """Tell whether a JSON value is a number of a size that can be reckoned with."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) <= MOST  # never so for what is no number or endless


def _has_two_classes(task: str, column: Mapping[str, Any]) -> bool:
    return task == "classification" and column.get("distinct") == 2
