"""When a column alone tells a target so well that it may be known only afterwards.

Without numpy, because the pages judge by stored strengths too.
"""

LEAST = {"AUC": 0.99, "R2": 0.999}  # of a strength, by its measure
TARGETS = frozenset({"number", "category", "boolean"})  # kinds that may be predicted
NOT_LEARNED = frozenset({"identifier", "constant"})
NAMED = 3


def is_leak(strength: float, measure: str, kind: str) -> bool:
    """Tell whether a column of a kind is as good as the target."""
    return kind not in NOT_LEARNED and strength >= LEAST.get(measure, 1.0)


def twin_words(name: str, other: str, measure: str, score: float) -> str:
    """Return what is told of two columns of which each tells the other: neither is the copy."""
    return (
        f'"{name}" and "{other}" each tell the other almost perfectly ({_shown(measure, score)}). '
        "To predict one of them, leave the other out if it is known only afterwards"
    )


def leak_words(name: str, target: str, measure: str, score: float) -> str:
    """Return what is told of a column that alone tells a target."""
    return (
        f'"{name}" alone tells "{target}" almost perfectly ({_shown(measure, score)}). '
        "If it is known only afterwards, leave it out"
    )


def date_words(name: str, target: str, measure: str, score: float) -> str:
    """Return what is told of a date that alone tells a target."""
    return (
        f'"{name}" alone tells "{target}" almost perfectly ({_shown(measure, score)}): either it '
        f'is known only afterwards, or "{target}" goes on with time. Leave it out, or, to tell '
        "the future, validate in its order"
    )


def nearly_words(name: str, target: str, measure: str, score: float) -> str:
    """Return what is asked of a column that alone tells nearly all of a target."""
    return (
        f'"{name}" alone tells nearly all of "{target}" ({_shown(measure, score)}): is it known '
        f'before "{target}" is? If not, leave it out'
    )


def _shown(measure: str, score: float) -> str:
    return f"{'ROC AUC' if measure == 'AUC' else measure} {score:.3f}"
