"""One order of the classes in all figures of a job, and so one colour of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.figures import COLOURS


def in_class_order(
    results: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return what a figure draws of each class in the order in which the confusion has them.

    Each gets its ``place`` among the classes that have a colour; one that stands alone is first.

    Parameters
    ----------
    results : Mapping
        The results of a job; without a confusion, `parts` stay as they are.
    parts : sequence of Mapping
        Each with the name of its ``class``.
    """
    labels = (results.get("confusion") or {}).get("labels", ())
    places = {label: n for n, label in enumerate(labels)}
    found = sorted(parts, key=lambda part: places.get(str(part["class"]), len(places)))
    drawn = drawn_classes(results, len(COLOURS)) if labels and len(found) > 1 else []
    colours = {labels[at]: n for n, at in enumerate(drawn)}
    return [
        {**part, "place": colours.get(str(part["class"]), n) % len(COLOURS)}
        for n, part in enumerate(found)
    ]


def drawn_classes(results: Mapping[str, Any], most: int) -> list[int]:
    """Return the places of the classes that have a colour: where not all, those with a curve."""
    labels = results["confusion"]["labels"]
    every = range(len(labels))
    if len(labels) <= most:
        return list(every)
    curves = {str(curve["class"]) for curve in results.get("roc") or ()}
    return sorted(sorted(every, key=lambda n: labels[n] not in curves)[:most])
