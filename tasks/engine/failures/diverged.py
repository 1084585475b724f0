"""Fits that diverged: which estimator did, alone or inside another, and what makes it settle."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import pandas as pd

from tasks.engine.estimators.catalogue import Estimator, find_estimator, get_estimator
from tasks.engine.estimators.inside import name_of, settings_of, takes_inside, value_of
from tasks.engine.spec import TrainingSpec

RATES = ("learning_rate", "learning_rate_init", "eta0")
# They take steps along a slope, whose length columns or a target that are not scaled give.
BY_STEPS = frozenset({"SGDRegressor", "SGDClassifier", "MLPRegressor", "MLPClassifier"})
# So many times the range of the target is no prediction of it.
FAR = 1e4
# A rate so many times its default may make any estimator diverge.
HIGH = 10
# A fit that diverged is far off for such a share of the rows; else some rows are at fault,
# where a number is so many times the range of its column outside of it.
MANY, OUT = 0.1, 10.0


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

    It is the rate of learning that is furthest above its default, and the change lowers each that
    is far above; else what takes steps along a slope, on columns or a target that are not scaled.
    What such a one lacks is in the change of a rate too: it would diverge again.

    Parameters
    ----------
    spec : TrainingSpec
        What was trained.
    """
    members = list(_members(spec))
    if high := _high_rates(members):
        return _of_rates(spec, high)
    for member in members:
        if lacks := _lacks(spec, member):
            what = {"scale": "the columns are", "target": "the target is"}[next(iter(lacks))]
            hint = f"Under Preprocessing, set {_joined(lacks)}"
            why = f"{what} not scaled"
            return Cause(_who(member, spec), why, hint, {"preprocessing": _as_change(lacks)})
    return None


def name_member(spec: TrainingSpec, estimator: str) -> str | None:
    """Return what an estimator is called that a request is of, or has inside; None without it."""
    found = (one for one in _members(spec) if one.entry.id == estimator)
    return next((_who(one, spec) for one in found), None)


def _of_rates(spec: TrainingSpec, high: Sequence[tuple[_Member, str]]) -> Cause:
    """Return the cause that the first of some rates is, and the change that lowers them all."""
    (member, rate), *others = high
    why = f"{rate} {member.settings[rate]:g} is too high"
    also = "".join(f" and {name} of {one.entry.title}" for one, name in others)
    default = "defaults" if others else "default"
    its = "its " if member.parameter else ""
    hint = f"Lower {its}{rate}{also}, or go back to the {default}"
    lacks = {name: value for one, _rate in high for name, value in _lacks(spec, one).items()}
    change = _lowered(spec, high)
    if lacks:
        hint += f". Under Preprocessing, set {_joined(lacks)}"
        change["preprocessing"] = _as_change(lacks)
    return Cause(_who(member, spec), why, hint, change)


def find_far(
    spec: TrainingSpec, y: np.ndarray, told: np.ndarray, features: Callable[[], pd.DataFrame]
) -> tuple[str, dict[str, Any]] | None:
    """Return words and a change where predictions of numbers are far beyond any target.

    Parameters
    ----------
    spec : TrainingSpec
        What was trained.
    y : ndarray of shape (n_targets,)
        The target.
    told : ndarray of shape (n_rows,)
        What was predicted, for other rows or the same.
    features : callable
        Gives what it was predicted from, of shape (n_rows, n_features); asked where it is needed.
    """
    if spec.task != "regression":
        return None
    low, high = float(y.min()), float(y.max())
    reach = FAR * (high - low)
    is_far = (told > high + reach) | (told < low - reach)
    n_far = int(np.count_nonzero(is_far))
    if not n_far or not reach:
        return None
    verb = "is" if n_far == 1 else "are"
    words = (
        f"{n_far:,} of {len(told):,} predictions {verb} further from the target than {FAR:,.0f} "
        "times its range, so the score says little. "
    )
    if n_far < MANY * len(told):
        return words + _say_few(features(), is_far), {}
    if cause := find_cause(spec):
        return f"{words}{cause.who} diverged: {cause.why}. {cause.hint}", cause.change
    by_steps = next((m for m in _members(spec) if m.entry.id in BY_STEPS), None)
    diverged = f"{_who(by_steps, spec)} diverged. " if by_steps else ""
    return f"{words}{diverged}Choose other settings, or another estimator", {}


def _say_few(X: pd.DataFrame, is_far: np.ndarray) -> str:
    """Return what to do about a few rows, with the number of them that is furthest out."""
    furthest, found = OUT, None
    for name in X.columns[[dtype.kind in "fiu" for dtype in X.dtypes]]:
        values = X[name].to_numpy(float)
        usual, odd = values[~is_far & np.isfinite(values)], values[is_far & np.isfinite(values)]
        if len(odd) and len(usual) and (width := np.ptp(usual)) > 0:
            out = np.maximum(odd - usual.max(), usual.min() - odd) / width
            if out.max() > furthest:
                furthest, found = out.max(), (name, odd[out.argmax()], usual.min(), usual.max())
    rows = "this row" if np.count_nonzero(is_far) == 1 else "these rows"
    if found is None:
        return f"Look at {rows}, or choose another estimator"
    name, value, low, high = found
    whose = "Its row has" if rows == "this row" else "One of their rows has"
    return (
        f'{whose} {value:g} in "{name}", which is from {low:g} to {high:g} in the other rows. '
        f"Correct {rows}, or leave the column out"
    )


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


def _high_rates(members: Sequence[_Member]) -> list[tuple[_Member, str]]:
    """Return the rates far above their defaults, the furthest first.

    Where none is, the furthest one of an estimator that takes steps: it may diverge at less.
    """
    found = []
    for n, member in enumerate(members):
        for rate in RATES:
            if (times := _times_default(member, rate)) > 1:
                found.append((times, n, rate))
    found.sort(reverse=True)
    high = [(members[n], rate) for times, n, rate in found if times >= HIGH]
    by_steps = [(members[n], rate) for _times, n, rate in found if members[n].entry.id in BY_STEPS]
    return high or by_steps[:1]


def _times_default(member: _Member, rate: str) -> float:
    """Return how many times its default a rate is; 0 where one of the two is no number."""
    known, given = member.entry.find_parameter(rate), member.settings.get(rate)
    if known is None or not (_is_positive(given) and _is_positive(known.default)):
        return 0.0
    return float(given / known.default)


def _is_positive(value: Any) -> TypeGuard[float]:
    return isinstance(value, float | int) and not isinstance(value, bool) and value > 0


def _who(member: _Member, spec: TrainingSpec) -> str:
    title = get_estimator(spec.estimator).title
    return f"{member.entry.title}, inside {title}," if member.parameter else title


def _lowered(spec: TrainingSpec, high: Sequence[tuple[_Member, str]]) -> dict[str, Any]:
    """Return the change that gives some rates their defaults again."""
    changed: dict[str, Any] = {}
    mended: dict[str, dict[int, Any]] = {}
    for member, rate in high:
        left = {name: value for name, value in member.settings.items() if name != rate}
        if not member.parameter:
            changed[rate] = None
        elif member.place is None:
            changed[member.parameter] = value_of(member.entry.id, left)
        else:
            mended.setdefault(member.parameter, {})[member.place] = value_of(member.entry.id, left)
    for parameter, places in mended.items():
        among: list[Any] = []
        for n, one in enumerate(spec.parameters[parameter]):
            now = places.get(n, one)
            if now not in among:
                among.append(now)
        changed[parameter] = among
    return {"parameters": changed}


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
    return " and ".join(f"{name} to {value}" for name, value in settings.items())


def _as_change(settings: Mapping[str, str]) -> dict[str, str | None]:
    return {name: None if value == "auto" else value for name, value in settings.items()}
