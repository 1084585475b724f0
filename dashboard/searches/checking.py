"""The field `search` of a request: checked against the estimator's parameters."""

from collections.abc import Mapping
from typing import Any

from dashboard.jobs.asking.checked import Checked, is_whole
from dashboard.jobs.asking.choices import (
    SHOWN,
    check_class_weight,
    check_estimator,
    check_values,
    is_sweep,
)
from dashboard.searches.search import STRATEGIES, Search
from tasks.engine.errors import ParameterError
from tasks.engine.estimators.catalogue import Estimator, Parameter
from tasks.engine.estimators.parameters import fit_value, show_value, validate_parameters
from tasks.engine.estimators.ranges import describe_range
from tasks.engine.search.space import Range, Space, Values, count_combinations

FIELDS = ("strategy", "space", "jobs", "time_limit_s", "stop_hopeless", "nested")
RANGE_FIELDS = frozenset({"low", "high", "log", "step"})
DEFAULT_JOBS = 50
LONGEST_S = 10_000_000
SPACE = "search.space"


def check_search(checked: Checked, body: Mapping[str, Any], limit: int) -> Search | None:
    """Check a request's search; its task and its seed are known already.

    Parameters
    ----------
    checked : Checked
        Takes a message for each field that cannot be used.
    body : Mapping
        The fields of ``POST /batches``.
    limit : int
        How many candidates there may be at most.

    Returns
    -------
    Search or None
        None when it cannot be used.
    """
    given = body["search"]
    if not isinstance(given, Mapping) or set(given) - set(FIELDS):
        checked.problems["search"] = f"search has the fields: {', '.join(FIELDS)}"
        return None
    for name in ("estimators", "several"):
        if body.get(name):
            checked.problems[name] = "A search tries one estimator; give estimator"
            return None
    estimator = check_estimator(checked, "estimator", body.get("estimator"))
    if estimator is None:
        return None
    check_class_weight(checked, body.get("class_weight"), [estimator])
    before = len(checked.problems)
    strategy = _check_strategy(checked, given.get("strategy"))
    space = _check_space(checked, estimator, given.get("space"), strategy)
    fixed = _check_fixed(checked, estimator, body.get("parameters") or {}, space)
    jobs = _check_jobs(checked, given.get("jobs"), strategy, space, limit)
    time_limit_s = _check_time(checked, given.get("time_limit_s"))
    stops = _check_flag(checked, "stop_hopeless", given.get("stop_hopeless", True))
    nested = _check_flag(checked, "nested", given.get("nested", False))
    if len(checked.problems) > before:
        return None
    seed = body.get("seed") if is_whole(body.get("seed")) else 0
    search = Search(
        estimator.id, strategy, space, jobs, time_limit_s, stops, seed or 0, fixed, nested
    )
    refusal = search.find_refusal()
    if refusal:
        checked.problems[SPACE] = f"No combination of these values can be used. {refusal}"
    return search


def _check_flag(checked: Checked, name: str, given: Any) -> bool:
    if not isinstance(given, bool):
        checked.problems[f"search.{name}"] = f"{name} must be true or false"
    return bool(given)


def _check_strategy(checked: Checked, given: Any) -> str:
    if given not in STRATEGIES:
        checked.problems["search.strategy"] = f"strategy must be one of: {', '.join(STRATEGIES)}"
    return str(given)


def _check_space(checked: Checked, estimator: Estimator, given: Any, strategy: str) -> Space:
    if not isinstance(given, Mapping) or not given:
        checked.problems[SPACE] = (
            "Say what is to be searched: several values or a range for at least one parameter"
        )
        return {}
    space: dict[str, Values | Range] = {}
    problems: dict[str, str] = {}
    for name, part in given.items():
        parameter = estimator.find_parameter(name)
        if parameter is None:
            known = ", ".join(p.name for p in estimator.parameters)
            problems[name] = f"{estimator.title} has no parameter {name}. It has: {known}"
        elif isinstance(part, list) and part:
            space[name] = Values(tuple(check_values(problems, parameter, part)))
        elif isinstance(part, Mapping) and {"low", "high"} <= set(part) <= RANGE_FIELDS:
            _check_range(problems, space, parameter, part, strategy)
        else:
            problems[name] = (
                f"{name} must be a list of values, or a range: an object with low and high, and "
                "perhaps log or step"
            )
    checked.problems |= {f"{SPACE}.{name}": words for name, words in problems.items()}
    return space


def _check_range(
    problems: dict[str, str],
    space: dict[str, Values | Range],
    parameter: Parameter,
    given: Mapping[str, Any],
    strategy: str,
) -> None:
    name, ends = parameter.name, []
    for end in (given["low"], given["high"]):
        fitting = None if _no_number(end) else fit_value(parameter, end)
        if fitting is None:
            shown = show_value(end)[:SHOWN]
            problems[name] = f"{name} must be {describe_range(parameter)}; {shown} is not"
            return
        ends.append(fitting[0])
    low, high = ends
    log, step = given.get("log") or False, given.get("step")
    whole = isinstance(low, int)
    problem = _find_problem(name, low, high, log, step)
    if problem is None and strategy == "grid" and step is None and not whole:
        problem = (
            f"A grid needs values of {name}, or a step: there is no end of numbers in a range"
        )
    if problem:
        problems[name] = problem
        return
    space[name] = Range(low, high, log, step, whole)


def _no_number(value: Any) -> bool:
    return isinstance(value, bool) or not isinstance(value, int | float)


def _find_problem(name: str, low: Any, high: Any, log: Any, step: Any) -> str | None:
    """Say what is wrong with a range whose ends are values of the parameter."""
    if isinstance(low, int) != isinstance(high, int):
        return (
            f"{name} takes whole numbers and shares. Both ends of its range must be of one kind: "
            f"{show_value(low)} and {show_value(high)} are not"
        )
    if not low < high:
        return f"The range of {name} must begin below its end; {low} is not below {high}"
    return _find_problem_of_log(name, low, log, step) or _find_problem_of_step(
        name, low, high, step
    )


def _find_problem_of_log(name: str, low: Any, log: Any, step: Any) -> str | None:
    if not isinstance(log, bool):
        return f"log of {name} must be true or false"
    if log and step is not None:
        return (
            f"The range of {name} has a step, so it cannot be logarithmic; leave out one of them"
        )
    if log and low <= 0:
        return f"A logarithmic range of {name} must begin above 0; it begins at {low}"
    return None


def _find_problem_of_step(name: str, low: Any, high: Any, step: Any) -> str | None:
    if step is None:
        return None
    if _no_number(step) or not 0 < step <= high - low:
        return f"step of {name} must be above 0 and at most {high - low:g}"
    if isinstance(low, int) and not isinstance(step, int):
        return f"step of {name} must be a whole number, as its ends are; {step} is not"
    return None


def _check_fixed(
    checked: Checked, estimator: Estimator, given: Any, space: Space
) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        checked.problems["parameters"] = "parameters must be an object of values by name"
        return {}
    for name, value in given.items():
        if name in space:
            checked.problems[f"parameters.{name}"] = f"{name} is searched; leave it out here"
        elif is_sweep(value):
            words = f"In a search several values of {name} belong into {SPACE}"
            checked.problems[f"parameters.{name}"] = words
    try:
        return validate_parameters(
            estimator.id, {n: v for n, v in given.items() if not is_sweep(v)}
        )
    except ParameterError as problem:
        checked.problems |= {f"parameters.{name}": w for name, w in problem.fields.items()}
        return {}


def _check_jobs(checked: Checked, given: Any, strategy: str, space: Space, limit: int) -> int:
    amount = count_combinations(space)
    if given is None and strategy == "grid" and amount is not None and amount > limit:
        checked.code = "SWEEP_TOO_MANY"
        checked.problems["search.jobs"] = (
            f"These values make {amount:,} candidates. The limit is {limit:,}; "
            "say how many of them are to be tried"
        )
        return limit
    usual = amount if strategy == "grid" and amount is not None else min(DEFAULT_JOBS, limit)
    jobs = usual if given is None else given
    if not is_whole(jobs) or not 1 <= jobs <= limit:
        checked.problems["search.jobs"] = f"jobs must be a whole number from 1 to {limit:,}"
    return int(jobs) if is_whole(jobs) else 1


def _check_time(checked: Checked, given: Any) -> int | None:
    if given is None or (is_whole(given) and 1 <= given <= LONGEST_S):
        return given
    checked.problems["search.time_limit_s"] = (
        "time_limit_s must be a whole number of seconds, from 1"
    )
    return None
