"""Which jobs of a request a check fits: the first one, and of several some that are unlike it."""

from collections.abc import Iterator
from typing import Any

from dashboard.jobs.requests import Request
from dashboard.searches.opening import count_first
from dashboard.searches.search import Search
from tasks.engine.parameters import show_value
from tasks.engine.search.space import Range

# Each takes some tenths of a second, and somebody waits.
AT_MOST = 12


def pick_jobs(wanted: Request) -> list[dict[str, Any]]:
    """Return the jobs that are fitted, as ``title``, ``estimator`` and ``parameters``.

    Of a search the first candidate and the ends of what is searched: all low ends together, and
    all high ones. Of several estimators the first job of each.
    """
    if wanted.search:
        return list(_of_search(wanted.search))
    return [
        {
            "title": choice.estimator.title.lower(),
            "estimator": choice.estimator.id,
            "parameters": next(choice.combinations()),
        }
        for choice in wanted.choices[:AT_MOST]
    ]


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
