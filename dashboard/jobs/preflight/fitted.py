"""Which jobs of a request a check fits: the first one, and of several some that are unlike it."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from dashboard.jobs.asking.choices import Choice
from dashboard.jobs.asking.requests import Request
from dashboard.searches.opening import count_first
from dashboard.searches.search import Search
from tasks.engine.estimators.parameters import show_value
from tasks.engine.estimators.titles import inside
from tasks.engine.search.space import Range

# Each takes some tenths of a second, and somebody waits.
AT_MOST = 12


def pick_jobs(wanted: Request) -> list[dict[str, Any]]:
    """Return the jobs that are fitted, as ``title``, ``estimator`` and ``parameters``.

    Of a search the first candidate and the ends of what is searched: all low ends together, and
    all high ones. Of several estimators the first job of each; of sweeps the corners, too: all
    high ends together, and each end alone.
    """
    if wanted.search:
        return list(_of_search(wanted.search))
    firsts = [_first(choice) for choice in wanted.choices]
    corners = (corner for choice in wanted.choices for corner in _corners(choice))
    found: list[dict[str, Any]] = []
    for job in itertools.chain(firsts, corners):
        asked = (job["estimator"], job["parameters"])
        if asked not in [(one["estimator"], one["parameters"]) for one in found]:
            found.append(job)
        if len(found) == AT_MOST:
            break
    return found


def _first(choice: Choice) -> dict[str, Any]:
    title, parameters = inside(choice.estimator.title), next(choice.combinations())
    swept = {name: parameters[name] for name in choice.swept}
    return _job(choice, ", ".join([title, *_say(swept)]), parameters)


def _job(choice: Choice, title: str, parameters: dict[str, Any]) -> dict[str, Any]:
    found = {"title": title, "estimator": choice.estimator.id, "parameters": parameters}
    own = choice.preprocessing
    return found if own is None else found | {"preprocessing": own}


def _say(parameters: Mapping[str, Any]) -> list[str]:
    return [f"{name} {show_value(value)}" for name, value in parameters.items()]


def _corners(choice: Choice) -> Iterator[dict[str, Any]]:
    """Yield the corners of a grid: numbers by their size, other values as they stand."""
    if not choice.swept:
        return
    ends = {name: _ends(values) for name, values in choice.swept.items()}
    low, high = ({name: two[n] for name, two in ends.items()} for n in (0, 1))
    alone = ({**low, name: high[name]} for name in ends)
    others = ({**high, name: low[name]} for name in ends)
    for corner in (low, high, *alone, *others):
        title = ", ".join([inside(choice.estimator.title), *_say(corner)])
        yield _job(choice, title, {**choice.fixed, **corner})


def _ends(values: list[Any]) -> tuple[Any, Any]:
    are_numbers = all(type(value) in {int, float} for value in values)
    return (min(values), max(values)) if are_numbers else (values[0], values[-1])


def _of_search(search: Search) -> Iterator[dict[str, Any]]:
    first = search.propose(count_first(search), (), greater_is_better=True)[0]
    yield _describe(search, first)
    lows = {n: p.low if isinstance(p, Range) else p.values[0] for n, p in search.space.items()}
    highs = {n: p.high if isinstance(p, Range) else p.values[-1] for n, p in search.space.items()}
    for end in (lows, highs):
        parameters = {**search.fixed, **end}
        if search.admits(end) and parameters != first:
            yield _describe(search, parameters)


def _describe(search: Search, parameters: dict[str, Any]) -> dict[str, Any]:
    varying = ", ".join(f"{name} {show_value(parameters[name])}" for name in search.space)
    return {"title": varying, "estimator": search.estimator_id, "parameters": parameters}
