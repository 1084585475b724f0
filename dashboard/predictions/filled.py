"""What stands for the values that nobody gave, when one row is predicted."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Model
from dashboard.filters import number, plural
from dashboard.jobs.page.blends import is_blend
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.preprocessing.settings import Preprocessing, read_preprocessing

NAMED = 6
# Of a number or a date, by `Preprocessing.numbers_missing`; the training rows are the model's.
NUMBERS = {
    "median": "the median of the training rows",
    "mean": "the mean of the training rows",
    "most_frequent": "the most frequent one of the training rows",
    "knn": "the mean of the 5 most similar training rows",
}
FREQUENT = "the most frequent one of the training rows"
AS_MISSING = "nothing: the estimator takes what is missing as it is"


def say_filled(model: Model, row: Mapping[str, Any]) -> list[str]:
    """Say which columns of a row have no value, and what the model puts in their place.

    Parameters
    ----------
    model : Model
        Its job's preprocessing says how gaps are filled.
    row : Mapping
        Values by column; None where nothing was given.

    Returns
    -------
    list of str
        Nothing where every column has a value.
    """
    gone = [name for name, value in row.items() if value is None]
    if not gone:
        return []
    kinds = {column["name"]: column.get("kind") for column in model.schema.get("columns", [])}
    first = f"{plural(len(gone), 'column')} of {len(row):,} had no value: {_names(gone)}"
    if is_blend(model.job):  # each of its members fills gaps as it does
        return [first]
    filled: dict[str, list[str]] = {}
    for name in gone:
        filled.setdefault(_filling(model, kinds.get(name) or "text"), []).append(name)
    return [
        first,
        *(f"What stands for {_names(names)}: {words}" for words, names in filled.items()),
    ]


def _filling(model: Model, kind: str) -> str:
    """Say what stands for a missing value of a kind of column."""
    chosen = read_preprocessing(model.job.preprocessing)
    # As `tasks.engine.preprocessing.encoding` takes them.
    is_native = get_estimator(model.job.estimator).native and not chosen.mixes_columns
    if kind in {"number", "date"}:
        return _for_numbers(chosen, is_native=is_native)
    if kind == "boolean":
        return AS_MISSING if is_native and chosen.numbers_missing == "auto" else FREQUENT
    if kind == "text":
        return "an empty text"
    return FREQUENT if chosen.categories_missing == "most_frequent" else "a category of its own"


def _for_numbers(chosen: Preprocessing, *, is_native: bool) -> str:
    if chosen.numbers_missing == "constant":
        return number(chosen.numbers_fill)
    if chosen.numbers_missing == "auto" and is_native and chosen.missing_flags is not True:
        return AS_MISSING
    return NUMBERS["median" if chosen.numbers_missing == "auto" else chosen.numbers_missing]


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {plural(len(names) - NAMED, 'other')}" if len(names) > NAMED else shown
