"""What a parameter takes, in words."""

from collections.abc import Sequence

from tasks.engine.estimators.catalogue import Bounds, Parameter
from tasks.engine.estimators.inside import takes_inside

# Kinds of lists of choices.
LISTS = {"estimators", "several"}


def describe_range(parameter: Parameter, *, briefly: bool = False) -> str:
    """Say what a parameter takes: "a whole number from 1 to 64, or None".

    `briefly`: without the names of what may be inside, which are many.
    """
    parts = []
    for kind in ("int", "float", "ints", "bool"):
        if kind in parameter.kinds:
            parts.append(_describe_kind(kind, parameter.kinds[kind]))
    if briefly and "estimators" in parameter.kinds:
        parts.append("several in brackets, such as " + _example(parameter.choices[:2]))
    elif briefly and takes_inside(parameter):
        parts.append("one of those listed")
    elif LISTS & set(parameter.kinds):
        parts.append(f"several in brackets of: {', '.join(parameter.choices)}")
    elif parameter.choices:
        parts.append(f"one of: {', '.join(parameter.choices)}")
    if "none" in parameter.kinds:
        parts.append("None")
    return ", or ".join(parts)


def _describe_kind(kind: str, bounds: Bounds) -> str:
    if kind == "bool":
        return "True or False"
    if kind == "ints":
        return "whole numbers in brackets, such as (100, 50)"
    word = "a whole number" if kind == "int" else "a number"
    low, high = bounds.minimum, bounds.maximum
    ends = []
    if low is not None:
        ends.append(f"above {low:g}" if bounds.minimum_open else f"from {low:g}")
    if high is not None:
        shown = f"below {high:g}" if bounds.maximum_open else f"up to {high:g}"
        closed = ends and ends[0].startswith("from") and not bounds.maximum_open
        ends.append(f"to {high:g}" if closed else shown)
    joined = " ".join(ends) if len(ends) < 2 or ends[1].startswith("to ") else " and ".join(ends)
    return f"{word} {joined}".strip()


def _example(names: Sequence[str]) -> str:
    return f"({', '.join(names)})"
