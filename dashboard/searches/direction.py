"""The direction of a score."""

from tasks.engine.estimators.catalogue import find_metric


def greater_is_better(name: str) -> bool:
    """Tell the direction of a metric of either task."""
    found = find_metric("classification", name) or find_metric("regression", name)
    return found is None or found.greater_is_better


def best_first(metric: str | None) -> str:
    """Return the sort of a list of jobs that begins with the best by a metric."""
    return "-score" if metric is None or greater_is_better(metric) else "score"
