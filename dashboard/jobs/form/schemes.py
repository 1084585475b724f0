"""The ways to split rows that the form of a new job offers, and the columns to split them by."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.several.card import SUITED
from tasks.engine.spec import TIME_KINDS

SCHEMES = {
    "stratified": "k folds, stratified",
    "kfold": "k folds",
    "group": "k folds of whole groups",
    "time": "k folds in the order of time",
    "holdout": "One hold-out part",
}


def list_schemes(task: str | None, *, tries_several: bool) -> list[tuple[str, str]]:
    """Return the ways to split rows, those of the task first."""
    are_classes = task == "classification"
    offered = [one for one in SCHEMES.items() if are_classes or one[0] != "stratified"]
    return [SUITED, *offered] if tries_several else offered


def list_split_columns(
    columns: Sequence[Mapping[str, Any]], target: str, field: str
) -> list[tuple[str, str]]:
    """Return the columns that rows can be grouped or sorted by; `field` says which of both."""
    first = "Choose a column" if field == "group_column" else "The order of the file"
    fitting = (
        c["name"]
        for c in columns
        if c["name"] != target and (field == "group_column" or c["kind"] in TIME_KINDS)
    )
    return [("", first), *((name, name) for name in fitting)]
