"""The field `several` of a request: how long may be tried, and what is tried then."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Dataset
from dashboard.jobs.asking.checked import Checked, is_whole
from dashboard.jobs.asking.choices import Choice
from dashboard.several.preset import (
    DEFAULT_S,
    LONGEST_S,
    OF_ROWS,
    SHORTEST_S,
    TIME_FIELD,
    Several,
    says_how_to_split,
)
from dashboard.workers.queries import count_takers
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.several.portfolio import Tuned, facts_of, make_portfolio

OTHERS = ("estimator", "estimators", "parameters", "search", "class_weight", "threshold",
          "costs")  # fmt: skip


def check_several(
    checked: Checked, body: Mapping[str, Any], dataset: Dataset, limit: int
) -> Several | None:
    """Check what is asked; the target, the task and the features are known.

    Where nobody chose how rows are split they are split as those of one job, if time allows.

    Parameters
    ----------
    checked : Checked
        Takes a message for each field that cannot be used.
    body : Mapping
        The fields of ``POST /batches``.
    dataset : Dataset
        What is learned from.
    limit : int
        How many jobs there may be at most.

    Returns
    -------
    Several or None
        None when it cannot be used.
    """
    seconds = _check_time(checked, body["several"])
    for name in OTHERS:
        if body.get(name):
            checked.problems[name] = (
                f"Several are tried with settings of their own; leave out {name}"
            )
    values = checked.values
    if checked.problems or seconds is None:
        return None
    facts = facts_of(
        dataset.columns, values["features"], values["target"], values["task"], dataset.rows or 0
    )
    slots, asked = max(1, count_takers()), body.get("validation") or {}
    chosen = values["validation"] if says_how_to_split(asked) else None
    found = make_portfolio(facts, seconds=seconds, slots=slots, validation=chosen)
    which_rows = {n: values["validation"][n] for n in OF_ROWS - {"note"}} if asked else {}
    values |= {"validation": found.validation | which_rows, "class_weight": None}
    # One more job is made at the end.
    shared = values.get("preprocessing") or {}
    choices = (_choose(tuned, shared) for tuned in found.candidates[: max(1, limit - 1)])
    return Several(values["task"], seconds, slots, tuple(choices))


def _choose(tuned: Tuned, shared: Mapping[str, Any]) -> Choice:
    """Return a candidate; what a person chose of preprocessing goes before what it needs."""
    own = {**tuned.preprocessing, **shared} if tuned.preprocessing else None
    told = tuple(tuned.parameters)
    return Choice(get_estimator(tuned.estimator), tuned.parameters, {}, told, own)


def _check_time(checked: Checked, given: Any) -> int | None:
    if given is True:
        return DEFAULT_S
    if not isinstance(given, Mapping) or set(given) - {"time_limit_s"}:
        checked.problems["several"] = 'several must be true, or {"time_limit_s": seconds}'
        return None
    seconds = given.get("time_limit_s", DEFAULT_S)
    if is_whole(seconds) and SHORTEST_S <= seconds <= LONGEST_S:
        return int(seconds)
    checked.problems[TIME_FIELD] = (
        f"time_limit_s must be a whole number of seconds from {SHORTEST_S} to {LONGEST_S}"
    )
    return None
