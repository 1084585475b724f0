"""Which of two classes is the positive one unless one is chosen; without numpy, for pages too."""

from collections.abc import Mapping
from typing import Any

# What says "it is so", as one of two classes.
YES = frozenset({"1", "1.0", "true", "t", "yes", "y", "positive", "pos", "+"})


def choose_positive(counts: Mapping[Any, int]) -> Any:
    """Return which of two classes is the positive one; None where there are not two.

    It is the one that says yes ("yes", "true", "1", "positive"), else the rarer one, because that
    is what people look for; of two that are as frequent the second in order. Beside a greater
    number 1 says nothing: of codes 1 and 2 it is as often the usual case.

    Parameters
    ----------
    counts : Mapping of object to int
        How many rows each class has.

    Examples
    --------
    >>> choose_positive({"no": 1, "yes": 2})
    'yes'
    >>> choose_positive({"ham": 2, "spam": 1})
    'spam'
    >>> choose_positive({"1": 225, "2": 81})
    '2'
    """
    if len(counts) != 2:
        return None
    first, second = sorted(counts)
    says_yes = [a for a, b in ((first, second), (second, first)) if _says_yes(a, beside=b)]
    if len(says_yes) == 1:
        return says_yes[0]
    return first if counts[first] < counts[second] else second


def _says_yes(label: Any, *, beside: Any) -> bool:
    if str(label).strip().casefold() not in YES:
        return False
    number, other = _number(label), _number(beside)
    return number is None or other is None or other < number


def _number(label: Any) -> float | None:
    try:
        return float(label)
    except (TypeError, ValueError):
        return None
