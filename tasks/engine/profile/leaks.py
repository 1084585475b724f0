"""When a column alone tells a target so well that it may be known only afterwards.

Without numpy, because the pages judge by stored strengths too.
"""

LEAST = {"AUC": 0.99, "R2": 0.999}  # of a strength, by its measure
NOT_LEARNED = frozenset({"identifier", "constant"})
NAMED = 3


def is_leak(strength: float, measure: str, kind: str) -> bool:
    """Tell whether a column of a kind is as good as the target."""
    return kind not in NOT_LEARNED and strength >= LEAST.get(measure, 1.0)


def leak_words(name: str, target: str, measure: str, score: float) -> str:
    """Return what is told of a column that alone tells a target."""
    shown = f"{'ROC AUC' if measure == 'AUC' else measure} {score:.3f}"
    return (
        f'"{name}" alone tells "{target}" almost perfectly ({shown}). '
        "If it is known only afterwards, leave it out"
    )
