"""Columns that alone tell the target so well that they may be known only afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.preprocessing.origins import origins_of
from tasks.engine.profile.leaks import LEAST, date_words, is_leak, leak_words, nearly_words
from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Strength, Target
from tasks.engine.sentinel.absence import Absence, find_absences
from tasks.engine.sentinel.finding import Finding, as_sampled
from tasks.engine.sentinel.many import may_tell, squared_lines
from tasks.engine.sentinel.marks import Marks, find_marks
from tasks.engine.sentinel.means import Mean, find_means
from tasks.engine.sentinel.measures import FEWEST_BESIDE, measure
from tasks.engine.sentinel.other_names import names_classes
from tasks.engine.sentinel.sums import find_sum

# Below the profile's own mark a column is suspected only where it stands alone: it tells nearly
# all, at most two others do, and the next one leaves ten times as much untold. Strong and honest
# columns come in company, as the measures of one flower do. Numbers are told by an honest column
# that well, as a price is by an area, so of them the strongest must be nearly a copy.
STRONG, ALONE, TIMES, OTHERS = 0.9, 3, 10.0, 3
# A noisy copy of the target (correlation 0.99) tells less than a copy; it is the strongest, and
# the next column leaves so many times as much untold.
FEWEST_STRAIGHT = 15  # rows
# Columns that a number is told by in a straight line as a fare is by the way are farther from it.
STRAIGHT, COPY_OF_FEW = 0.98, 0.99  # R2; the latter where few columns stand beside it
USUALLY = 0.85  # R2 of a straight line without the most extreme targets: it is not theirs alone
NOISY, TIMES_OF_NEXT = {"R2": 0.97, "AUC": 0.96}, 6.0  # of a strength, by its measure
# An honest column hardly tells so much alone, yet some do: of it is only asked whether it is known
# before the target is. By the measure; of classes it is an AUC of 0.99.
NEARLY = {"R2": 0.97, "AUC": 0.98}
# Of three and more classes, as the kinds of a flower, not where the next column is as close.
TWO_CLASSES, TIMES_OF_KINDS = 2, 2.0
LEAST_OF_NAMES = 0.8  # a strength that other names of classes have in spite of mistakes
# More columns are looked through at once before any is measured.
MANY = 200
FEWEST_NUMBERED = 3  # two classes are told as well by an honest column with one good bound


def find_leaks(
    X: pd.DataFrame,
    target: Target,
    schema: Mapping[str, Any],
    whole: tuple[pd.DataFrame, Target] | None = None,
) -> Iterator[Finding]:
    """Yield a finding for each column that may be a leak, the strongest first.

    Then for columns that are empty or filled in for one class alone, those of one pattern
    together, for columns that add up to the target, and for those that tell nearly all of it.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        Some typed rows.
    target : Target
        Of the same rows.
    schema : Mapping
        What the rows are typed by.
    whole : tuple of DataFrame and Target, optional
        All rows, where `X` is a part of them: means by groups are of whole groups.
    """
    origins, told = origins_of(schema, X), set()
    sampled = {name: as_sampled(name, X[name]) for name in X.columns}
    measured = _measure_all(sampled, target)
    for name, found in _suspects(sampled, target, measured):
        column = origins[str(name)]
        if column not in told:
            told.add(column)
            say = date_words if column in _dates(schema) else leak_words
            words = say(column, schema["target"], found.measure, found.score)
            yield Finding("TARGET_LEAK", words, {"exclude": [column]})
    for made, names in _made_of(sampled, target, whole or (X, target)):
        together = dict.fromkeys(origins[str(name)] for name in names)
        if columns := [column for column in together if column not in told]:
            told.update(columns)
            words = made.words(columns, schema["target"])
            yield Finding("TARGET_LEAK", words, {"exclude": columns})
    left = [name for name in X.columns if origins[str(name)] not in told]
    if added := find_sum(X[left], target):
        parts = list(dict.fromkeys(origins[str(name)] for name in added.parts))
        told.update(parts)
        yield Finding("TARGET_LEAK", added.words(parts, schema["target"]), {"exclude": parts})
    # Honest columns that tell classes come in company, and the only column is all there is.
    if not (target.classes and told) and len({origins[str(name)] for name in X.columns}) > 1:
        yield from _questions(
            sampled, target, measured=measured, schema=schema, origins=origins, told=told
        )


def _made_of(
    sampled: Mapping[Any, Sampled], target: Target, whole: tuple[pd.DataFrame, Target]
) -> Iterator[tuple[Absence | Mean | Marks, Sequence[Any]]]:
    """Yield columns whose cells show that they were made of the target, whatever they tell."""
    yield from find_absences(sampled, target).items()
    yield from find_marks(sampled, target).items()
    numbers = {name: whole[0][name].to_numpy(float) for name, one in sampled.items()
               if one.is_number}  # fmt: skip
    yield from find_means(numbers, whole[1]).items()


def _questions(
    sampled: Mapping[Any, Sampled], target: Target, *, measured: Sequence[tuple[Strength, Any]],
    schema: Mapping[str, Any], origins: Mapping[str, str], told: set[str],
) -> Iterator[Finding]:  # fmt: skip
    """Ask of columns that tell nearly all, and of which nothing was told, whether they are known.

    Of a date it is the order of time that matters.
    """
    dates = _dates(schema)
    nearly = [(origins[str(name)], found) for name, found in _nearly(sampled, target, measured)]
    for column, found in [one for one in nearly if one[0] not in told | dates][:ALONE]:
        words = nearly_words(column, schema["target"], found.measure, found.score)
        yield Finding("ONE_COLUMN", words, {"exclude": [column]})


def _dates(schema: Mapping[str, Any]) -> set[str]:
    return {column["name"] for column in schema["columns"] if column["kind"] == "date"}


def _nearly(
    sampled: Mapping[Any, Sampled], target: Target, measured: Sequence[tuple[Strength, Any]]
) -> list[tuple[Any, Strength]]:
    """Return columns that tell nearly all, the strongest first; numbers by a straight line too."""
    found = {name: one for one, name in measured}
    lines = np.zeros(len(sampled))
    if not target.classes:
        lines = squared_lines(list(sampled.values()), target, FEWEST_BESIDE)
    for name, line in zip(sampled, lines, strict=True):
        is_better = line >= max(NEARLY["R2"], found[name].strength)
        if is_better and _usual_line(sampled[name], target) >= USUALLY:
            found[name] = Strength(float(line), "R2", float(line))
    strong = [one for one in found.items() if one[1].strength >= NEARLY[one[1].measure]]
    strong.sort(key=lambda one: -one[1].strength)
    if len(target.classes or ()) > TWO_CLASSES and len(measured) > 1:
        best, second = (1 - one.strength for one, _name in measured[:2])
        return strong if second >= TIMES_OF_KINDS * best else []
    return strong


def _suspects(
    sampled: Mapping[Any, Sampled], target: Target, measured: Sequence[tuple[Strength, Any]]
) -> Iterator[tuple[Any, Strength]]:
    """Yield columns that tell the target nearly alone, and how well."""
    marks = np.array([found.strength for found, _name in measured])
    if len(sampled) == 1 and not _is_copy(sampled, target):
        return
    least = STRONG if target.classes else NOISY["R2"]
    straight = _find_straight(sampled, target)
    if straight is not None:
        yield straight
    for place, (found, name) in enumerate(measured):
        if place >= ALONE:  # names of the classes stand out of any company
            if found.strength >= LEAST_OF_NAMES and names_classes(sampled[name], target):
                yield name, found
            continue
        is_copy = place == 0 and _may_be_noisy(sampled[name], target, found) and _is_far(marks)
        if (
            is_copy
            or _stands_alone(marks, place, least)
            or is_leak(found.strength, found.measure, "")
            or names_classes(sampled[name], target)
        ):
            yield name, found


def _is_copy(sampled: Mapping[Any, Sampled], target: Target) -> bool:
    """Tell whether the only column is the target on another scale, or tells classes.

    Few heights tell each weight, and there is nothing else to learn from.
    """
    line = squared_lines(list(sampled.values()), target, 2) if not target.classes else [1.0]
    return float(line[0]) >= LEAST["R2"]


def _measure_all(sampled: Mapping[Any, Sampled], target: Target) -> list[tuple[Strength, Any]]:
    """Measure columns, the strongest first; of many those that make a difference, the others as 0.

    Those are what is strong, and what is not far behind the strongest.
    """
    if len(sampled) <= MANY:
        found = {name: measure(column, target) for name, column in sampled.items()}
    else:
        nothing = Strength(0.0, "AUC" if target.classes else "R2", 0.0)
        found = dict.fromkeys(sampled, nothing) | _measure_some(sampled, target, STRONG)
        best = max(one.strength for one in found.values())
        if best >= STRONG:
            found |= _measure_some(sampled, target, 1 - TIMES * (1 - best))
    return sorted(((one, name) for name, one in found.items()), key=lambda pair: -pair[0].strength)


def _measure_some(
    sampled: Mapping[Any, Sampled], target: Target, least: float
) -> dict[Any, Strength]:
    """Measure the columns that may be so strong."""
    may = may_tell(list(sampled.values()), target, least)
    return {
        name: measure(column, target)
        for (name, column), chosen in zip(sampled.items(), may, strict=True)
        if chosen
    }


def _find_straight(sampled: Mapping[Any, Sampled], target: Target) -> tuple[Any, Strength] | None:
    """Find the column that a target of numbers follows in a straight line, as no other does.

    An honest column follows it in a curve more often, so there a noisy copy is farther ahead.
    """
    if target.classes or len(target.values) < FEWEST_STRAIGHT or len(sampled) <= OTHERS:
        return None
    lines = squared_lines(list(sampled.values()), target, FEWEST_STRAIGHT)
    at = int(lines.argmax())
    name, best = list(sampled)[at], float(lines[at])
    if best < STRAIGHT or _usual_line(sampled[name], target) < USUALLY:
        return None
    is_far = 1 - np.delete(lines, at).max() >= TIMES_OF_NEXT * (1 - best)
    return (name, Strength(best, "R2", best)) if is_far else None


def _usual_line(feature: Sampled, target: Target) -> float:
    """Return R2 of a straight line without the rows of the most extreme targets."""
    known = feature.known[target.rows]
    x, y = feature.values[target.rows][known], target.values.astype(float)[known]
    low, high = np.quantile(y, [0.01, 0.99])
    usual = (low <= y) & (y <= high)
    with np.errstate(all="ignore"):  # as in `_r2`
        found = np.corrcoef(x[usual], y[usual])[0, 1] ** 2
    return float(found) if np.isfinite(found) else 0.0


def _may_be_noisy(feature: Sampled, target: Target, found: Strength) -> bool:
    """Tell whether a column of numbers tells numbers, or numbered classes, as a noisy copy does.

    Categories and classes with other names are in no order, so noise makes no near copy of them.
    """
    if not feature.is_number or found.strength < NOISY[found.measure]:
        return False
    names = target.classes
    return names is None or (len(names) >= FEWEST_NUMBERED and all(map(_is_numbered, names)))


def _is_numbered(name: str) -> bool:
    try:
        return isfinite(float(name))
    except ValueError:
        return False


def _is_far(marks: np.ndarray) -> bool:
    """Tell whether the strongest column tells far more of the target than any other.

    Of few columns an honest one may be the only one that tells it.
    """
    if len(marks) <= OTHERS and (len(marks) < 2 or marks[0] < COPY_OF_FEW):
        return False
    return bool(1 - marks[1] >= TIMES_OF_NEXT * (1 - marks[0]))


def _stands_alone(marks: np.ndarray, place: int, least: float) -> bool:
    if marks[0] < least:
        return False
    strong = int((marks >= STRONG).sum())
    rest = marks[strong:]
    if not place < strong <= ALONE or len(rest) < OTHERS:
        return False
    return bool(1 - rest[0] >= TIMES * (1 - marks[place]))
