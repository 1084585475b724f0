"""Whether rows can be split as somebody asks, by the table's columns alone.

Imports no scikit-learn: the web process asks, too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.engine.spec import SCHEMES, TIME_KINDS

MAX_SEED = 2**32 - 1
MOST_TEXTS, LONGEST_TEXT = 100, 200  # as they stand in a job, its page and its bundle
NUMBERS = (("folds", 2, 50), ("repeats", 1, 20), ("gap", 0, 1_000_000_000))


def find_scheme_fault(scheme: Any, task: str) -> str | None:
    """Say what is wrong with the name of a way to split; None where nothing is."""
    if not isinstance(scheme, str) or scheme not in SCHEMES:
        return f"scheme must be one of: {', '.join(SCHEMES)}"
    if scheme == "stratified" and task == "regression":
        return "stratified needs classes; use kfold"
    return None


def find_seed_fault(seed: Any) -> str | None:
    """Say what is wrong with what folds are drawn by; None where nothing is."""
    if isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed <= MAX_SEED:
        return None
    return f"seed must be a whole number from 0 to {MAX_SEED}"


def find_split_faults(split: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with the numbers and columns of a way to split.

    Parameters
    ----------
    split : Mapping
        All fields of `spec.Validation` that a person may choose.
    kinds : Mapping of str to str
        The kind of each column of the table.

    Returns
    -------
    dict of str to str
        A message for each field that cannot be used.

    Examples
    --------
    >>> from tasks.engine.folds.usual import default_validation
    >>> find_split_faults(default_validation("regression") | {"folds": 1}, {"age": "number"})
    {'folds': 'folds must be a whole number from 2 to 50'}
    """
    return dict([*_of_numbers(split), *_of_columns(split, kinds)])


def _of_numbers(split: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, low, high in NUMBERS:
        value = split[name]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            yield name, f"{name} must be a whole number from {low} to {high}"
    size = split["test_size"]
    if not isinstance(size, int | float) or isinstance(size, bool) or not 0 < size < 1:
        yield "test_size", "test_size must be above 0 and below 1"
    if not isinstance(split["drop_copies"], bool):
        yield "drop_copies", "drop_copies must be true or false"
    if words := _find_texts_fault(split["targets_left_out"]):
        yield "targets_left_out", words


def _find_texts_fault(texts: Any) -> str | None:
    if texts is None:
        return None
    if not isinstance(texts, list) or not all(map(_is_text, texts)):
        return "targets_left_out must be a list of texts of the target, none of them empty"
    if len(texts) > MOST_TEXTS or any(len(text) > LONGEST_TEXT for text in texts):
        return f"targets_left_out takes {MOST_TEXTS} texts of {LONGEST_TEXT} characters at most"
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _of_columns(split: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if split["scheme"] == "group" and split["group_column"] is None:
        yield "group_column", "Choose the column that holds the groups"
    for name in ("group_column", "time_column"):
        given = split[name]
        kind = kinds.get(given) if isinstance(given, str) else None
        if given is not None and kind is None:
            yield name, f'There is no column called "{given}"'
        elif (split["scheme"], name) == ("time", "time_column") and kind not in {
            *TIME_KINDS,
            None,
        }:
            yield (
                name,
                (
                    f'"{given}" is of the kind {kind}, so rows cannot be sorted by it. '
                    "Choose a column of dates or numbers"
                ),
            )
