"""What a person most likely wants of a column: a class, or a number.

Decided by its kind, its values and, where these leave it open, its name. Only a proposal: the form
shows it and every request may say otherwise.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.filters import plural

# So many whole numbers are classes unless their name says otherwise; beyond, up to `MOST_CLASSES`,
# only where something says so.
FEW, MANY, MOST_CLASSES = 10, 20, 100
# Numbers of which each stands in fewer rows than this, on average, are hardly classes.
ROWS_OF_A_CLASS = 3
# The rarest of classes has this share of the rows that each would have if all had the same; the
# ends of a distribution have less.
EVEN, NEARLY_EVEN = 0.5, 0.2
# Nothing that is only observed stands so evenly: as many rows were taken of each number. Classes
# are numbered one by one, doses and other steps of an experiment are not.
BALANCED = 0.95
# Fewer steps than these are classes, whatever they are called: price_range is 0 to 3.
STEPS = 6
# Of fewer steps those in the middle may stand most often by chance, as codes in any order do.
FEWEST_OF_HILL = 4
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
CLASS_NAMES = {
    "class", "classes", "label", "labels", "category", "categories", "type", "kind", "species",
    "diagnosis", "group", "cluster", "segment",
}  # fmt: skip
# Classes that have an order: those in the middle often stand most often, as those of grades do.
ORDERED_NAMES = {"severity", "stage", "level", "status", "code", "risk", "triage"}
NUMBER_NAMES = {
    "count", "counts", "cnt", "price", "prices", "cost", "costs", "age", "ages", "rings",
    "amount", "amounts", "quantity", "qty", "sales", "income", "salary", "wage", "revenue",
    "demand", "hours", "minutes", "seconds", "days", "weeks", "months", "years", "duration",
    "distance", "weight", "height", "length", "width", "size", "temperature", "temp", "total",
    "sum", "visits", "points", "mpg", "quality", "rating", "ratings", "score", "scores", "grade",
    "grades", "stars", "rank", "year", "yr", "yrs", "kids", "children", "births", "deaths",
    "accidents", "claims", "trips", "goals",
}  # fmt: skip
# Says of what there are so many, whatever else it speaks of: Class_number_of_rings is of abalones.
AMOUNT_OF = re.compile(r"(?<![a-z])(?:number|count)[ _.-]*of(?![a-z])", re.IGNORECASE)
# More classes than `MOST_CLASSES`, or balanced ones, have this many rows each, on average.
ROWS_OF_MANY = 10
# Of 11 to 20 classes, and of balanced ones, some numbers may be lacking: their range is at most
# this many times as wide.
WITH_GAPS = 1.5


def suggest_task(column: Mapping[str, Any]) -> str:
    """Work out the task from what the target holds.

    Parameters
    ----------
    column : Mapping
        The target's profile; ``whole``, ``rarest`` and ``steps`` may be absent.

    Returns
    -------
    {"classification", "regression"}
        Two values of any kind, and everything but numbers, are classes. Numbers with a fraction
        are numbers. Whole numbers are classes where they are few, and each stands in some rows: up
        to 10, unless 6 or more are named as an amount or a grade, or those in the middle stand
        most often and an end is rare, as of a grade; up to 20, if none is much rarer
        than the others and they run from 0 or 1 with few gaps; up to 100, if all from 0 or 1 to
        the last one are there, about equally often. Wherever they begin, 11 to 100 are classes
        too if all stand in equally many rows, 10 or more each, and the lowest to the highest have
        few gaps. A name such as "class" makes classes of up to 100, and of more that run from 0
        or 1 without a gap, unless it speaks of an amount too.
    """
    return guess_task(column)[0]


def guess_task(column: Mapping[str, Any]) -> tuple[str, str]:
    """Work out the task as `suggest_task` does, and say by what, such as "it holds no numbers"."""
    distinct = column.get("distinct", 0)
    if distinct <= 2:
        words = "two values" if distinct == 2 else plural(distinct, "value")
        return "classification", f"it has {words} only"
    if column["kind"] != "number":
        return _judge_texts(column)
    if distinct > (MOST_CLASSES if "whole" in column else MANY):
        return _judge_many(column, distinct)
    if not column.get("whole", True):
        return "regression", "it has numbers with a fraction"
    if column.get("count", 0) < ROWS_OF_A_CLASS * distinct:
        return "regression", f"its {distinct} different numbers stand in few rows each"
    return _judge_whole_numbers(column, distinct)


def _judge_texts(column: Mapping[str, Any]) -> tuple[str, str]:
    """Judge what is no column of numbers, if only because of some texts among them."""
    texts = column.get("texts") or []
    if column.get("as_number") and column["distinct"] - len(texts) > MANY:
        rows = plural(sum(one["count"] for one in texts), "cell")
        return "regression", f"it holds numbers but for {rows}"
    return "classification", "it holds no numbers"


def _judge_many(column: Mapping[str, Any], distinct: int) -> tuple[str, str]:
    numbers = f"it has {distinct:,} different numbers"
    may_be_codes = distinct > MOST_CLASSES and _spans(column, distinct)
    has_rows = column.get("count", 0) >= ROWS_OF_MANY * distinct
    are_amounts = bool(_words_of(column) & NUMBER_NAMES)
    if may_be_codes and has_rows and _speaks_of_classes(column) and not are_amounts:
        words = f"{numbers} that run from {column['min']:g} on, and its name speaks of classes"
        return "classification", words
    return "regression", numbers


def _words_of(column: Mapping[str, Any]) -> set[str]:
    return {word.lower() for word in WORDS.findall(str(column["name"]))}


def _speaks_of_classes(column: Mapping[str, Any]) -> bool:
    return bool(_words_of(column) & CLASS_NAMES) and not AMOUNT_OF.search(str(column["name"]))


def _spans(column: Mapping[str, Any], distinct: int, gaps: float = 1.0) -> bool:
    """Tell whether so many numbers run from 0 or 1 to the last one, but for gaps."""
    return column.get("min") in {0, 1} and _fills_its_range(column, distinct, gaps)


def _fills_its_range(column: Mapping[str, Any], distinct: int, gaps: float) -> bool:
    """Tell whether so many numbers are all from the lowest to the highest one, but for gaps."""
    low, high = column.get("min"), column.get("max")
    return low is not None and high is not None and bool(high - low + 1 <= gaps * distinct)


def _judge_whole_numbers(column: Mapping[str, Any], distinct: int) -> tuple[str, str]:
    whole = f"it has {distinct} different whole numbers"
    if _speaks_of_classes(column):
        return "classification", f"{whole}, and its name speaks of classes"
    speaks_of_amounts = _words_of(column) & NUMBER_NAMES or AMOUNT_OF.search(str(column["name"]))
    if distinct >= STEPS and speaks_of_amounts:
        return "regression", "its name speaks of an amount or a grade"
    if distinct <= FEW:
        return _judge_few(column, whole)
    if "rarest" not in column:
        return ("classification", f"{whole} only") if distinct <= MANY else ("regression", whole)
    rarest = column["rarest"]["count"] * distinct / column["count"]
    is_balanced = rarest >= BALANCED and column["count"] >= ROWS_OF_MANY * distinct
    if is_balanced and _fills_its_range(column, distinct, WITH_GAPS):
        return "classification", f"{whole}, all about equally often"
    return _judge_by_rarest(column, distinct, whole, rarest)


def _judge_few(column: Mapping[str, Any], whole: str) -> tuple[str, str]:
    is_hill = _are_a_hill(column.get("steps", ()), column.get("min"))
    if is_hill and not _words_of(column) & ORDERED_NAMES:
        return "regression", f"{whole}, those in the middle most often, as of a grade or a count"
    return "classification", f"{whole} only"


def _are_a_hill(steps: Sequence[int], low: float | None) -> bool:
    """Tell whether frequencies, from the lowest number on, rise to a top and fall from there.

    Codes are in no such order. Of few steps they may be by chance, so both ends must be rare, or
    the first one is none that codes begin with.
    """
    if len(steps) < FEWEST_OF_HILL:
        return False
    top, even = steps.index(max(steps)), sum(steps) / len(steps)
    is_hill = list(steps) == [*sorted(steps[:top]), *sorted(steps[top:], reverse=True)]
    if not is_hill or top in {0, len(steps) - 1} or min(steps) >= NEARLY_EVEN * even:
        return False
    if len(steps) >= STEPS or low not in {0, 1}:
        return True
    return len(steps) > FEWEST_OF_HILL and max(steps[0], steps[-1]) < EVEN * even


def _judge_by_rarest(
    column: Mapping[str, Any], distinct: int, whole: str, rarest: float
) -> tuple[str, str]:
    if rarest < NEARLY_EVEN:
        return "regression", f"{whole}, some much rarer than others"
    if distinct <= MANY:
        if _spans(column, distinct, WITH_GAPS):
            return "classification", f"{whole}, none much rarer than the others"
        return "regression", f"{whole}, but not from 0 or 1 on, or with large gaps"
    if rarest < EVEN:
        return "regression", f"{whole}, some rarer than others"
    if _spans(column, distinct):
        words = f"{whole}, all from {column['min']:g} on, about equally often"
        return "classification", words
    return "regression", f"{whole}, but not all from 0 or 1 on"


def explain_task(column: Mapping[str, Any]) -> str:
    """Say what a target was worked out as, by what, and when to choose otherwise."""
    task, reason = guess_task(column)
    words = f"Worked out as {task}, as {reason}."
    if task == "classification" and column["kind"] == "number":
        return f"{words} If it is a count or an amount, choose regression as the task."
    if task == "regression" and column.get("whole") and column["distinct"] <= MOST_CLASSES:
        return f"{words} If its numbers stand for classes, choose classification as the task."
    return words
