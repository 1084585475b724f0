"""Fits that diverged: which estimator did, alone or inside another, and what makes it settle."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.engine.catalogue import Estimator, find_estimator, get_estimator
from tasks.engine.inside import name_of, settings_of, takes_inside, value_of
from tasks.engine.spec import TrainingSpec

RATES = ("learning_rate", "learning_rate_init", "eta0")
# They take steps along a slope, whose length columns or a target that are not scaled give.
BY_STEPS = frozenset({"SGDRegressor", "SGDClassifier", "MLPRegressor", "MLPClassifier"})
# So many times the range of the target is no prediction of it.
FAR = 1e4


@dataclass(frozen=True)
class Cause:
    """What diverged: `who` is its name, `why` a clause about its setting, `hint` what to do."""

    who: str
    why: str
    hint: str
    change: dict[str, Any]


@dataclass(frozen=True)
class _Member:
    """An estimator of a request: the outer one, or one inside a parameter of it."""

    entry: Estimator
    settings: Mapping[str, Any]
    parameter: str = ""
    place: int | None = None


def find_cause(spec: TrainingSpec) -> Cause | None:
    """Return what most likely diverged in a fit that gave no numbers; None where that is unknown.

    It is the rate of learning that is furthest above its default; else what takes steps along a
    slope, on columns or a target that are not scaled. What such a one lacks is in the change of
    a rate too: it would diverge again.

    Parameters
    ----------
    spec : TrainingSpec
        What was trained.
    """
    members = list(_members(spec))
    rates = [(times, n, rate) for n, m in enumerate(members) for rate, times in _high_rates(m)]
    if rates:
        _times, n, rate = max(rates)
        member = members[n]
        why = f"{rate} {member.settings[rate]:g} is too high"
        hint = f"Lower {'its ' if member.parameter else ''}{rate}, or go back to the default"
        lacks = _lacks(spec, member)
        change = _lowered(spec, member, rate)
        if lacks:
            hint += f", and let {_joined(lacks)}, in preprocessing"
            change["preprocessing"] = {
                name: None if v == "auto" else v for name, v in lacks.items()
            }
        return Cause(_who(member, spec), why, hint, change)
    for member in members:
        if lacks := _lacks(spec, member):
            what = {"scale": "the columns are", "target": "the target is"}[next(iter(lacks))]
            change = {name: None if v == "auto" else v for name, v in lacks.items()}
            hint = f"Let {_joined(lacks)}, in preprocessing"
            why = f"{what} not brought to one scale"
            return Cause(_who(member, spec), why, hint, {"preprocessing": change})
    return None


def find_far(
    spec: TrainingSpec, y: np.ndarray, told: np.ndarray
) -> tuple[str, dict[str, Any]] | None:
    """Return words and a change where predictions of numbers are far beyond any target.

    Parameters
    ----------
    spec : TrainingSpec
        What was trained.
    y, told : ndarray of shape (n_rows,)
        The target, and what was predicted for other rows or the same.
    """
    if spec.task != "regression":
        return None
    low, high = float(y.min()), float(y.max())
    reach = FAR * (high - low)
    n_far = int(np.count_nonzero((told > high + reach) | (told < low - reach)))
    if not n_far or not reach:
        return None
    cause = find_cause(spec)
    words = (
        f"{n_far:,} of {len(told):,} predictions are further from the target than {FAR:,.0f} "
        "times its range, so the score says little. "
    )
    if cause is None:
        title = get_estimator(spec.estimator).title
        return f"{words}{title} diverged: choose other settings, or another estimator", {}
    return f"{words}{cause.who} diverged: {cause.why}. {cause.hint}", cause.change


def _members(spec: TrainingSpec) -> Iterator[_Member]:
    entry = get_estimator(spec.estimator)
    yield _Member(entry, spec.parameters)
    for parameter in filter(takes_inside, entry.parameters):
        given = spec.parameters.get(parameter.name)
        is_list = isinstance(given, list)
        for n, one in enumerate(given if isinstance(given, list) else [given]):
            inner = find_estimator(str(name_of(one)))
            if inner is not None:
                place = n if is_list else None
                yield _Member(inner, settings_of(one), parameter.name, place)


def _high_rates(member: _Member) -> Iterator[tuple[str, float]]:
    for name in RATES:
        known, given = member.entry.find_parameter(name), member.settings.get(name)
        if known and isinstance(given, float | int) and given > known.default:
            yield name, given / known.default


def _who(member: _Member, spec: TrainingSpec) -> str:
    title = get_estimator(spec.estimator).title
    return f"{member.entry.title}, inside {title}," if member.parameter else title


def _lowered(spec: TrainingSpec, member: _Member, rate: str) -> dict[str, Any]:
    """Return the change that gives a rate its default again."""
    if not member.parameter:
        return {"parameters": {rate: None}}
    left = {name: value for name, value in member.settings.items() if name != rate}
    mended = value_of(member.entry.id, left)
    if member.place is None:
        return {"parameters": {member.parameter: mended}}
    among = list(spec.parameters[member.parameter])
    among[member.place : member.place + 1] = [] if mended in among else [mended]
    return {"parameters": {member.parameter: among}}


def _lacks(spec: TrainingSpec, member: _Member) -> dict[str, str]:
    """Return the settings of preprocessing without which steps along a slope may diverge."""
    if member.entry.id not in BY_STEPS:
        return {}
    found = {"scale": "auto"} if spec.preprocessing.scale == "none" else {}
    # What a final estimator learns from is on the target's scale.
    by_target = member.entry.id == "MLPRegressor" or member.parameter == "final_estimator"
    if by_target and spec.task == "regression" and spec.preprocessing.target == "none":
        found["target"] = "standardize"
    return found


def _joined(settings: Mapping[str, str]) -> str:
    return " and ".join(f"{name} be {value}" for name, value in settings.items())
